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

    /// - Throws: `ExitCode` 78 after printing all faults of the configuration.
    func configuration() async throws -> Configuration {
        do {
            let configuration = try await SettingsFile(home: folder).configuration()
            // Checked here because every process comes through here.
            if let fault = folder.socketFault { throw SettingFaults(all: [fault]) }
            return configuration
        } catch let faults as SettingFaults {
            throw Exit.configuration.saying(faults.description)
        }
    }

    /// - Throws: as `configuration` does.
    func caller() async throws -> ControlCaller {
        ControlCaller(home: folder, configuration: try await configuration())
    }
}

/// `--json`, for a command that prints data.
struct OutputOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    /// - Parameter table: what a person sees; made only when asked for.
    func print(_ value: some Encodable, table: () -> String) throws {
        Terminal.say(json ? try jsonLine(value) : table())
    }
}

/// One value as one line of JSON, its keys in alphabetical order.
func jsonLine(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// - Parameter limit: what `--limit` was given.
func checkLimit(_ limit: Int) throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10,000") }
}

/// A table whose columns are as wide as their widest cell.
struct TextTable {
    let head: [String]
    var rows: [[String]] = []

    var text: String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }.joined(separator: "\n")
    }
}
