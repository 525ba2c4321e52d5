private import Configuration
private import Foundation
package import PosternCore
private import SystemPackage

/// Reads `postern.conf`; the environment overrides it.
package struct SettingsFile {
    private let home: Home

    package init(home: Home) {
        self.home = home
    }

    /// - Throws: `SettingFaults` with everything that is wrong, including lines of the file.
    package func configuration() async throws -> PosternCore.Configuration {
        try PosternCore.Configuration(try await settings(), home: home.path)
    }

    /// - Throws: `SettingFaults` when the file is missing or unreadable, or a line of it is not a setting.
    package func settings() async throws -> [String: String] {
        let environment = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("POSTERN_") }
        let names = try namesInFile()
        let file: EnvironmentVariablesProvider
        do {
            file = try await EnvironmentVariablesProvider(environmentFilePath: FilePath(home.settings))
        } catch {
            throw fault("cannot be read (\(error))", "Mend the file, or make it anew with postern init.")
        }
        let reader = ConfigReader(providers: [EnvironmentVariablesProvider(environmentVariables: environment), file])
        var settings: [String: String] = [:]
        // The library reads POSTERN_SMTP_URL as the key smtp.url under postern.
        for name in names.union(environment.keys) {
            let key = ConfigKey(name.lowercased().split(separator: "_").map(String.init))
            settings[name] = reader.string(forKey: key)
        }
        return settings
    }

    /// The library gives values by name but does not list the names. This finds them, and the lines that are not settings.
    private func namesInFile() throws(SettingFaults) -> Set<String> {
        guard let text = try? String(contentsOfFile: home.settings, encoding: .utf8) else {
            throw fault("is not there or cannot be read", "Make an installation with: postern init --home \(home.path)")
        }
        var names: Set<String> = []
        var faults: [SettingFault] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else { continue }
            guard let equals = trimmed.firstIndex(of: "="), trimmed.hasPrefix("POSTERN_") else {
                faults.append(
                    SettingFault(
                        // Without its text: what was pasted into the wrong place may be a password.
                        key: "\(home.settings), line \(index + 1)", problem: "it is no setting",
                        remedy: "Write POSTERN_…=VALUE, or # before a remark."))
                continue
            }
            names.insert(trimmed[..<equals].trimmingCharacters(in: .whitespaces))
        }
        guard faults.isEmpty else { throw SettingFaults(all: faults) }
        return names
    }

    private func fault(_ problem: String, _ remedy: String) -> SettingFaults {
        SettingFaults(all: [SettingFault(key: home.settings, problem: problem, remedy: remedy)])
    }
}
