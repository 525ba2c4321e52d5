private import Foundation
internal import PosternCore

/// The settings as far as they can be used: a fault in one must not keep the doctor from looking at all the rest.
struct SettingsReading {
    let faults: [SettingFault]
    /// Settings that were given, in the file or the environment.
    let given: Int
    /// With the standard value, or a stand-in, for every setting that has a fault.
    let configuration: Configuration?
    private let unusable: Set<String>

    init(home: Home) async {
        var settings: [String: String] = [:]
        var faults: [SettingFault] = []
        do {
            settings = try await SettingsFile(home: home).settings()
        } catch let error as SettingFaults {
            faults = error.all
            settings = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("POSTERN_") }
        } catch {
            faults = [
                SettingFault(key: home.settings, problem: "\(error)", remedy: "Mend the file, or make it anew with postern init.")
            ]
        }
        // Without its file nothing is known of what was set: only what the environment says counts as given.
        let isRead = faults.isEmpty
        given = settings.count
        var unusable = isRead ? [] : Set(Setting.allCases.map(\.rawValue)).subtracting(settings.keys)
        var usable: Configuration?
        // A stand-in may show another fault, as that of a login's other half: twice is enough for the pairs there are.
        for _ in 0..<3 where usable == nil {
            do throws(SettingFaults) {
                usable = try Configuration(settings, home: home.path)
            } catch {
                let news = error.all.filter { !unusable.contains($0.key) }
                faults += news
                let login = [Setting.smtpUser.rawValue, Setting.smtpPasswordFile.rawValue]
                let keys = error.all.map(\.key).flatMap { login.contains($0) ? login : [$0] }
                for key in keys { settings[key] = Self.standIns[key] }
                unusable.formUnion(keys)
            }
        }
        if let usable {
            let found = [home.socketFault, Self.misplacedPassword(usable.mail)].compactMap { $0 } + MachineFaults(usable).named
            faults += found
            unusable.formUnion(found.map(\.key))
        }
        configuration = usable
        self.unusable = unusable
        self.faults = faults
    }

    /// What is no whole path, and no file either, may be the password itself: it is not repeated anywhere.
    private static func misplacedPassword(_ mail: Configuration.Mail) -> SettingFault? {
        guard let path = mail.passwordFile, !path.hasPrefix("/"), !FileManager.default.fileExists(atPath: path) else {
            return nil
        }
        return SettingFault(
            key: Setting.smtpPasswordFile.rawValue, problem: "it names no file",
            remedy: "Write the whole path of a file of mode 0400 that holds the password, never the password itself.")
    }

    /// Whether these settings are as the operator wrote them; a check that goes by one that is not would tell of another
    /// installation.
    func areUsable(_ settings: Setting...) -> Bool {
        configuration != nil && unusable.isDisjoint(with: settings.map(\.rawValue))
    }

    /// For the settings that have no standard value.
    private static let standIns = [
        Setting.publicURL.rawValue: "https://unset.invalid", Setting.mailFrom.rawValue: "unset@unset.invalid",
        Setting.smtpURL.rawValue: "smtps://unset.invalid", Setting.staffListen.rawValue: "127.0.0.1:0",
    ]
}
