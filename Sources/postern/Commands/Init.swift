internal import ArgumentParser
private import Foundation
private import Glibc
internal import PosternCore
internal import PosternHost
private import PosternRelay
internal import PosternSealing
internal import PosternVault

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set up a new installation: folders, keys, settings, an empty store.",
        discussion: """
            What already exists stays as it is: keys and settings are never overwritten. On a home that has settings, options that say \
            something else are refused, and what is missing is made.
            """)

    @OptionGroup var home: HomeOption

    @Option(help: ArgumentHelp("The address of the pages, as visitors reach it.", valueName: "url"))
    var publicURL: String?

    @Option(help: ArgumentHelp("The e-mail address that letters come from.", valueName: "addr"))
    var mailFrom: String?

    @Option(
        help: ArgumentHelp(
            "The mail server that sends letters on; demo://127.0.0.1:PORT keeps them in a mailbox here instead.", valueName: "url"
        ))
    var smtpURL: String?

    @Option(help: ArgumentHelp("The first site's id.", valueName: "id"))
    var site: String?

    @Option(help: ArgumentHelp("The first site's name.", valueName: "name"))
    var siteName: String?

    @Option(
        help: ArgumentHelp(
            "How addresses are sealed: x-wing, which also withstands quantum computers, or x25519.", valueName: "suite"))
    var addressSuite = Suite.ofAddresses.name

    func validate() throws {
        guard Suite(name: addressSuite) != nil else {
            throw ValidationError("--address-suite takes \(Suite.allCases.map(\.name).joined(separator: " or "))")
        }
    }

    func run() async throws {
        umask(0o077)
        let folder = home.folder
        let isNew = access(folder.settings, F_OK) != 0
        if isNew {
            _ = try HomeFolders.makeHome(folder)
            try await writeSettings(to: folder)
        }
        let configuration = try home.configuration()
        if !isNew { try checkAgrees(with: configuration) }
        let users = try ProcessUsers(configuration.users)
        try HomeFolders(home: folder, users: users, database: configuration.database).prepare()
        let made = try await Self.makeKeys(in: folder, users: users, suite: Suite(name: addressSuite) ?? .ofAddresses)
        if let site { try await add(site) }
        Terminal.say(
            isNew
                ? "Made \(folder.path). The settings are in \(folder.settings).\n"
                    + "Start the service with: postern serve --home \(folder.path.shellWord)"
                : made.isEmpty
                    ? "\(folder.path) already existed. Its settings and keys are as they were."
                    : "\(folder.path) already existed, and its settings are as they were. It had no key for "
                        + made.joined(separator: ", ")
                        + ". A new one was made; it opens nothing that was sealed before. Save it: postern keys export-recovery FOLDER.\n"
                        + "If recipients were here before, add each of them again; postern recipient list shows them.")
    }

    /// What the settings of an existing home say stays, so anyone who says something else here must hear of it.
    private func checkAgrees(with configuration: Configuration) throws {
        let given: [(Setting, String, String?)] = [
            (.publicURL, "--public-url", publicURL), (.mailFrom, "--mail-from", mailFrom), (.smtpURL, "--smtp-url", smtpURL),
        ]
        let differing = given.compactMap { setting, option, value -> String? in
            guard let value, let present = configuration.text(of: setting), !configuration.says(value, for: setting) else {
                return nil
            }
            return "  \(setting.rawValue) is \(present) there, and \(option) says \(value)"
        }
        guard differing.isEmpty else {
            throw Exit.data.saying(
                "\(home.folder.path) already exists, and its settings are not changed:\n\(differing.joined(separator: "\n"))\n"
                    + "    Change them in \(home.folder.settings), or leave those options out.")
        }
    }

    /// A site of that name that is there already is what an init that was interrupted has made.
    private func add(_ site: String) async throws {
        let caller = try home.caller()
        let sites: [SiteView] = try await caller.ask(.listSites)
        if let present = sites.first(where: { $0.id == site }) {
            guard siteName == nil || siteName == present.name else {
                throw Exit.data.saying(
                    "there is already a site \(site), and its name is “\(present.name)”\n"
                        + "    Change it with: postern site set \(site) --name …")
            }
            return
        }
        // No origin: nobody has said yet where the site's own pages are.
        try await SiteAuthorising(caller: caller, id: site).add(name: siteName ?? site, origins: [])
    }

    func writeSettings(to folder: Home) async throws {
        let publicURL = publicURL ?? "http://127.0.0.1:8080"
        let mailFrom = mailFrom ?? "contact@relay.example.org"
        let smtpURL = smtpURL ?? "demo://127.0.0.1:8025"
        // A mail server on this machine may be reached without TLS. `serve` checks the settings again.
        let isLoopbackRelay = smtpURL.hasPrefix("smtp://") && (try? SmarthostURL(smtpURL, tls: .off)) != nil
        // A wrong value is refused now, before it is written down.
        let values = [
            Setting.publicURL.rawValue: publicURL, Setting.mailFrom.rawValue: mailFrom, Setting.smtpURL.rawValue: smtpURL,
            Setting.smtpTLS.rawValue: isLoopbackRelay ? "off" : "required",
        ]
        let made: Configuration
        do throws(SettingFaults) {
            made = try Configuration(values, home: folder.path)
        } catch {
            throw Exit.configuration.saying(error.description)
        }
        let others = Setting.allCases.filter { values[$0.rawValue] == nil && $0 != .home }.map { setting in
            "\(setting.rawValue)\(made.text(of: setting).map { "=\($0)" } ?? "=")"
        }
        let text = """
            # Postern's settings: KEY=VALUE. The environment overrides this file.
            POSTERN_PUBLIC_URL=\(publicURL)
            POSTERN_MAIL_FROM=\(mailFrom)
            POSTERN_SMTP_URL=\(smtpURL)
            \(isLoopbackRelay ? "POSTERN_SMTP_TLS=off" : "# POSTERN_SMTP_TLS=required")

            # The defaults. A value that cannot be used is refused with the form that it must have; postern config shows what is in
            # effect, and after a change systemctl reload postern (or SIGHUP to postern serve) reads this file again.
            \(others.map { "# \($0)" }.joined(separator: "\n"))

            """
        // Relay and vault read it, each under its own user. It holds no secret.
        try await blocking("postern.home") { try DurableFile.write(text, to: folder.settings, mode: 0o644) }
    }

    /// - Returns: the kinds of keys that were missing.
    static func makeKeys(in folder: Home, users: ProcessUsers, suite: Suite) async throws -> [String] {
        guard let vault = users.vault else { return try KeyRing.makeMissing(in: folder, suite: suite) }
        let kinds = try await Errand(home: folder, user: vault).run(.makeKeys, [suite.name])
        return try JSONDecoder().decode([String].self, from: Data(kinds))
    }
}

extension Configuration {
    /// Whether a value, as it is typed, is what is in effect.
    fileprivate func says(_ value: String, for setting: Setting) -> Bool {
        var texts = Dictionary(uniqueKeysWithValues: Setting.allCases.map { ($0.rawValue, text(of: $0)) }).compactMapValues { $0 }
        texts[setting.rawValue] = value
        return (try? Configuration(texts, home: home))?.text(of: setting) == text(of: setting)
    }
}

extension KeyRing {
    /// As this process's user.
    /// - Returns: the kinds of keys that were missing.
    static func makeMissing(in home: Home, suite: Suite) throws -> [String] {
        do {
            let folder = KeyFolder(path: home.keys)
            let made = try createMissing(in: folder, suite: suite, at: .now)
            guard made.contains(KeyKind.authorisation.name) else { return made }
            let keys = try KeyRing(folder: folder).authorisationKeys()
            // What was remembered under a lost key cannot be read any more.
            let aside = "\(home.records).lost-\(Timestamp.now.milliseconds)"
            do {
                _ = try DurableRecordMemory.open(at: home.records, keys: [keys.current] + keys.former, adopting: false)
            } catch RecordFileFault.notOurs {
                try DurableFile.move(home.records, to: aside)
                _ = try DurableRecordMemory.open(at: home.records, keys: [keys.current] + keys.former, adopting: false)
            }
            return made
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
    }
}
