internal import ArgumentParser
internal import PosternCore
internal import PosternHost

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print the settings that are in effect, where each comes from, and what is wrong.",
        discussion: """
            A setting comes from a line of HOME/postern.conf, from the environment, which overrides the file, or is the default. No \
            secret is printed: none is a setting. The environment is this command's own; a service manager may give the service \
            another one.

            Exit codes: 0 the settings can be used · 78 they cannot, and every fault is printed
            """)

    @Argument(help: ArgumentHelp("Print this setting alone, as in POSTERN_LISTEN or listen.", valueName: "key"))
    var key: String?

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    private struct Line: Encodable {
        let value: String?
        /// `file`, `environment` or `default`.
        let source: String
        let line: Int?
    }

    private struct Fault: Encodable {
        let key: String
        let problem: String
        let remedy: String
    }

    private struct View: Encodable {
        let file: String
        let settings: [String: Line]
        let faults: [Fault]
    }

    func run() async throws {
        let folder = home.folder
        let file = SettingsFile(home: folder)
        let given: GivenSettings
        do throws(SettingFaults) { given = try file.given() } catch { throw Exit.configuration.saying(error.description) }
        var faults: [SettingFault] = []
        var configuration: Configuration?
        do throws(SettingFaults) {
            let found = try file.configuration()
            configuration = found
            let machine = MachineFaults(found)
            faults = [folder.socketFault].compactMap { $0 } + machine.all
            for (setting, path) in machine.unseen {
                Terminal.complain("\(setting.rawValue): not checked, since \(ProcessUser.ownName) may not see \(path)")
            }
        } catch {
            faults = error.all
        }
        let wrong = Set(faults.map(\.key))
        let lines = Dictionary(
            uniqueKeysWithValues: Setting.allCases.map { setting in
                (setting, line(of: setting, given, configuration, isWrong: wrong.contains(setting.rawValue)))
            })
        if let key {
            try print(try setting(named: key), lines)
        } else {
            try output.print(
                View(
                    file: folder.settings,
                    settings: Dictionary(uniqueKeysWithValues: lines.map { ($0.key.rawValue, $0.value) }),
                    faults: faults.map { Fault(key: $0.key, problem: $0.problem, remedy: $0.remedy) })
            ) { Self.table(lines, folder.settings) }
        }
        guard faults.isEmpty else { throw Exit.configuration.saying(SettingFaults(all: faults).description) }
    }

    /// Where one setting is wrong no default follows from the others; what was written is shown then, unless it is what is wrong.
    private func line(
        of setting: Setting, _ given: GivenSettings, _ configuration: Configuration?, isWrong: Bool
    ) -> Line {
        let source = given.source(of: setting)
        let written = source == .standard || isWrong || setting.mayHideSecret ? nil : given.values[setting.rawValue]
        var value = configuration.map { $0.text(of: setting) } ?? written
        if setting == .templates, value == nil { value = try? ProgramFiles.locateTemplates(configured: nil) }
        switch source {
        case .file(let number): return Line(value: value, source: "file", line: number)
        case .environment: return Line(value: value, source: "environment", line: nil)
        case .standard: return Line(value: value, source: "default", line: nil)
        }
    }

    private func setting(named name: String) throws -> Setting {
        let whole = name.uppercased().hasPrefix("POSTERN_") ? name.uppercased() : "POSTERN_" + name.uppercased()
        guard let setting = Setting(rawValue: whole.replacing("-", with: "_")) else {
            throw ValidationError("there is no setting \(whole); postern config lists them")
        }
        return setting
    }

    private func print(_ setting: Setting, _ lines: [Setting: Line]) throws {
        guard let line = lines[setting] else { return }
        try output.print([setting.rawValue: line]) { line.value ?? "" }
    }

    private static func table(_ lines: [Setting: Line], _ file: String) -> String {
        let rows = Setting.allCases.compactMap { setting -> [String]? in
            guard let line = lines[setting] else { return nil }
            let source = line.line.map { "line \($0)" } ?? line.source
            return [setting.rawValue, line.value ?? "–", source]
        }
        return "\(file)\n\n" + TextTable(head: ["SETTING", "VALUE", "FROM"], rows: rows).text
            + "\n\nWho may join and who may write is set for each site: postern site list."
    }
}

extension Setting {
    /// What people have put a password into: shown only once it is known to be what it should be.
    fileprivate var mayHideSecret: Bool { [.smtpPasswordFile, .database, .smtpURL, .smtpUser].contains(self) }
}
