package import ArgumentParser
private import Foundation
package import PosternCore

/// `--home`, which every command takes.
package struct HomeOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The installation's folder.", discussion: "Default: POSTERN_HOME, else /var/lib/postern.", valueName: "dir"))
    package var home: String?

    package init() {}

    package var folder: Home {
        let path = home ?? ProcessInfo.processInfo.environment["POSTERN_HOME"] ?? "/var/lib/postern"
        return Home(path: URL(fileURLWithPath: path).standardized.path)
    }

    /// - Throws: `ExitCode` 78 after printing all faults of the configuration.
    package func configuration() throws -> Configuration {
        do throws(SettingFaults) {
            let configuration = try SettingsFile(home: folder).configuration()
            // Checked here because every process comes through here.
            if let fault = folder.socketFault { throw SettingFaults(all: [fault]) }
            return configuration
        } catch {
            throw Exit.configuration.saying(error.description)
        }
    }
}

/// `--json`, for a command that prints data.
package struct OutputOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    package var json = false

    package init() {}

    /// - Parameters:
    ///   - isSafe: whether the table has colours, and no control character from elsewhere.
    ///   - table: what a person sees; made only when asked for.
    package func print(_ value: some Encodable, isSafe: Bool = false, table: () -> String) throws {
        if json {
            Terminal.say(try jsonLine(value))
        } else if isSafe {
            Terminal.saySafe(table())
        } else {
            Terminal.say(table())
        }
    }
}

/// One value as one line of JSON, its keys in alphabetical order.
package func jsonLine(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A table whose columns are as wide as their widest cell.
package struct TextTable {
    private let head: [String]
    package var rows: [[String]]

    package init(head: [String], rows: [[String]] = []) {
        self.head = head
        self.rows = rows
    }

    /// One row for each item.
    package init<Item>(_ items: [Item], _ columns: (head: String, cell: (Item) -> String)...) {
        self.init(head: columns.map(\.head), rows: items.map { item in columns.map { $0.cell(item) } })
    }

    package var text: String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

extension String {
    package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
