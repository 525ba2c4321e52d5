internal import ArgumentParser
private import Foundation
internal import PosternCore

/// `--home`, which every command takes.
struct HomeOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The installation's folder.", discussion: "Default: POSTERN_HOME, else /var/lib/postern.", valueName: "dir"))
    var home: String?

    var folder: Home {
        let path = home ?? ProcessInfo.processInfo.environment["POSTERN_HOME"] ?? "/var/lib/postern"
        return Home(path: URL(fileURLWithPath: path).standardized.path)
    }

    /// The configuration, or exit code 78 with all its faults.
    func configuration() async throws -> Configuration {
        do {
            let configuration = try await SettingsFile(home: folder).configuration()
            // Checked here, where every process passes.
            if let fault = folder.socketFault { throw SettingFaults(all: [fault]) }
            return configuration
        } catch let faults as SettingFaults {
            throw Exit.configuration.saying(faults.description)
        }
    }
}

/// `--json`, where a command prints data.
struct OutputOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    /// - Parameter table: what a person sees; made only when asked for.
    func print(_ value: some Encodable, table: () -> String) throws {
        guard json else {
            Terminal.say(table())
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Terminal.say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// A table of columns padded to their widest cell.
struct TextTable {
    let head: [String]
    var rows: [[String]] = []

    var text: String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                .joined(separator: "  ").trimmingTrailingSpace
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
