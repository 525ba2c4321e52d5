private import Foundation
package import PosternCore

/// Reads `postern.conf`; the environment overrides it.
package struct SettingsFile {
    private let home: Home

    package init(home: Home) {
        self.home = home
    }

    /// - Throws: `SettingFaults` with everything that is wrong, including lines of the file.
    package func configuration() throws(SettingFaults) -> Configuration {
        try Configuration(try settings(), home: home.path)
    }

    /// - Throws: `SettingFaults` when the file is missing or unreadable, or a line of it is not a setting.
    package func settings() throws(SettingFaults) -> [String: String] {
        try valuesInFile().merging(Self.environment) { $1 }
    }

    package static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("POSTERN_") }
    }

    /// `KEY=VALUE` in each line, without quotes; where a key stands twice, the last line counts.
    private func valuesInFile() throws(SettingFaults) -> [String: String] {
        guard let text = try? String(contentsOfFile: home.settings, encoding: .utf8) else {
            let obstacle = NeededFiles.settings(of: home, user: ProcessUser.ownName)
            throw SettingFaults(all: [
                obstacle?.fault
                    ?? SettingFault(key: home.settings, problem: "it is no text in UTF-8", remedy: "Save it as UTF-8.")
            ])
        }
        var values: [String: String] = [:]
        var faults: [SettingFault] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            if parts[0].hasPrefix("#") || parts == [""] { continue }
            if parts.count == 2, parts[0].hasPrefix("POSTERN_") {
                values[parts[0]] = parts[1]
            } else {
                // Without its text: what was pasted into the wrong place may be a password.
                faults.append(
                    SettingFault(
                        key: "\(home.settings), line \(index + 1)", problem: "it is no setting",
                        remedy: "Write POSTERN_…=VALUE, or # before a remark."))
            }
        }
        guard faults.isEmpty else { throw SettingFaults(all: faults) }
        return values
    }
}
