private import Foundation
package import PosternCore
internal import PosternHost

/// The result of reading the settings.
package enum ConfigurationCheck {
    /// - Parameters:
    ///   - given: how many settings are given, in the file or the environment.
    ///   - namesContact: whether anybody is named who hears of a security hole.
    package static func findings(path: String, given: Int, faults: [SettingFault], namesContact: Bool) -> [Finding] {
        guard faults.isEmpty else {
            return faults.map { .fail(.configuration, "\($0.key): \($0.problem)", Remedy($0.remedy)) }
        }
        let agreed = Finding.ok(.configuration, "\(counted(given, "setting")) in \(path) and the environment agree")
        guard !namesContact else { return [agreed] }
        // Nothing is broken without it, and not everybody wants to be named.
        return [
            agreed,
            .ok(
                .configuration,
                "POSTERN_SECURITY_CONTACT is not set: nobody is told at /.well-known/security.txt whom to write to about a security hole"
            ),
        ]
    }
}

/// The settings as far as they can be used: a fault in one must not keep the doctor from checking the rest.
struct SettingsReading {
    let faults: [SettingFault]
    /// How many settings are given, in the file or the environment.
    let given: Int
    /// With the standard value, or a stand-in, for every setting that has a fault.
    let configuration: Configuration?
    private let unusable: Set<String>
    /// All that is given, as the environment of a process that may not read the file.
    let passedOn: [String: String]

    init(home: Home) {
        var settings: [String: String] = [:]
        var faults: [SettingFault] = []
        var isRead = true
        do throws(SettingFaults) {
            let read = try SettingsFile(home: home).given()
            (settings, faults) = (read.values, read.faults)
        } catch {
            faults = error.all
            settings = GivenSettings(path: home.settings, text: nil, environment: SettingsFile.environment).values
            isRead = false
        }
        // Without its file, nothing is known of what was set: only the environment counts as given. What root has read and this
        // user may not is in the environment, all of it.
        if SettingsFile.environment[Self.complete] != nil {
            faults = []
            isRead = true
        }
        settings[Self.complete] = nil
        given = settings.count
        passedOn = settings.merging([Self.complete: "yes"]) { $1 }
        var unusable = isRead ? [] : Set(Setting.allCases.map(\.rawValue)).subtracting(settings.keys)
        var usable: Configuration?
        // A stand-in may show another fault, as when half of a login is missing. Two rounds are enough for such pairs.
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

    /// Says to a process of ours that its environment has every setting.
    private static let complete = "POSTERN_SETTINGS_ARE_COMPLETE"

    /// Nil where the configuration does not tell.
    var database: DatabaseURL? { areUsable(.database) ? configuration?.database : nil }

    /// A value that is neither an absolute path nor a file may be the password itself: it is repeated nowhere.
    private static func misplacedPassword(_ mail: Configuration.Mail) -> SettingFault? {
        guard let path = mail.passwordFile, !path.hasPrefix("/"), !FileManager.default.fileExists(atPath: path) else {
            return nil
        }
        return SettingFault(
            key: Setting.smtpPasswordFile.rawValue, problem: "it names no file",
            remedy: "Write the whole path of a file of mode 0400 that holds the password, never the password itself.")
    }

    /// Whether these settings are as the operator wrote them. A check that goes by a stand-in would describe another
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
