private import Foundation
private import Glibc
package import PosternCore

/// The settings as they are given, in `postern.conf` and in the environment, which overrides it.
package struct GivenSettings: Sendable {
    package enum Source: Equatable, Sendable {
        /// The number of the line.
        case file(line: Int)
        case environment
        case standard
    }

    /// Names and values.
    package private(set) var values: [String: String] = [:]
    /// Where they come from.
    package private(set) var sources: [String: Source] = [:]
    /// What is wrong with the file itself.
    package private(set) var faults: [SettingFault] = []
    /// Whether there was a file that could be read.
    package let isRead: Bool

    /// - Parameters:
    ///   - path: of the file, for what is said about it.
    ///   - text: nil when there is none, or it cannot be read.
    package init(path: String, text: String?, environment: [String: String]) {
        isRead = text != nil
        var lines: [String: [Int]] = [:]
        for (index, line) in (text ?? "").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            if parts[0].hasPrefix("#") || parts == [""] { continue }
            if parts.count == 2, parts[0].hasPrefix("POSTERN_") {
                let value = SettingValue(ofLine: parts[1])
                values[parts[0]] = value.text
                if value.isOpen { faults.append(.openQuotation(parts[0])) }
                sources[parts[0]] = .file(line: index + 1)
                lines[parts[0], default: []].append(index + 1)
            } else {
                // Without its text: what was pasted into the wrong place may be a password.
                faults.append(
                    SettingFault(
                        key: "\(path), line \(index + 1)", problem: "it is no setting",
                        remedy: "Write POSTERN_…=VALUE, or # before a remark."))
            }
        }
        for (key, numbers) in lines.sorted(by: { $0.value[0] < $1.value[0] }) where numbers.count > 1 {
            let list = numbers.dropLast().map(String.init).joined(separator: ", ") + " and \(numbers[numbers.count - 1])"
            faults.append(
                SettingFault(
                    key: key, problem: "it is given more than once, in lines \(list) of \(path)", remedy: "Keep one of them."))
        }
        for (key, value) in environment {
            // What the variable overrides is of no matter.
            faults.removeAll { $0 == .openQuotation(key) }
            values[key] = SettingValue(ofVariable: value).text
            sources[key] = .environment
        }
    }

    package func source(of setting: Setting) -> Source {
        // Empty counts as not set.
        values[setting.rawValue]?.isEmpty == false ? sources[setting.rawValue] ?? .standard : .standard
    }
}

extension SettingFault {
    /// Without the value, which may be a password.
    fileprivate static func openQuotation(_ key: String) -> SettingFault {
        SettingFault(
            key: key, problem: "its value begins with a quotation mark, and the one that belongs to it is not at the end",
            remedy: "Put quotation marks around the whole value, or none. One that is part of the value goes between the others, "
                + "as in '\"a b\"@relay.example'.")
    }
}

/// Reads `postern.conf`; the environment overrides it.
package struct SettingsFile {
    private let home: Home

    package init(home: Home) {
        self.home = home
    }

    /// - Throws: `SettingFaults` with everything that is wrong, in lines of the file and in what they say.
    package func configuration() throws(SettingFaults) -> Configuration {
        let given = try given()
        do throws(SettingFaults) {
            let configuration = try Configuration(given.values, home: home.path)
            guard given.faults.isEmpty else { throw SettingFaults(all: given.faults) }
            return configuration
        } catch {
            // The first are in it twice when they are all there are.
            throw error.all == given.faults ? error : SettingFaults(all: given.faults + error.all)
        }
    }

    /// What the file and the environment say, right or wrong.
    /// - Throws: `SettingFaults` when there is no file, or it cannot be read.
    package func given() throws(SettingFaults) -> GivenSettings {
        guard let text = try? String(contentsOfFile: home.settings, encoding: .utf8) else {
            let obstacle = NeededFiles.settings(of: home, user: ProcessUser.ownName)
            throw SettingFaults(all: [
                obstacle?.fault
                    ?? SettingFault(key: home.settings, problem: "it is no text in UTF-8", remedy: "Save it as UTF-8.")
            ])
        }
        return GivenSettings(path: home.settings, text: text, environment: Self.environment)
    }

    package static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("POSTERN_") }
    }
}
