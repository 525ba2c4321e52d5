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
        discussion: "What already exists stays as it is: keys and settings are never overwritten.")

    @OptionGroup var home: HomeOption

    @Option(help: ArgumentHelp("The address of the pages, as visitors reach it.", valueName: "url"))
    var publicURL = "http://127.0.0.1:8080"

    @Option(help: ArgumentHelp("The e-mail address that letters come from.", valueName: "addr"))
    var mailFrom = "contact@relay.example.org"

    @Option(
        help: ArgumentHelp(
            "The mail server that sends letters on; demo://127.0.0.1:PORT keeps them in a mailbox here instead.", valueName: "url"
        ))
    var smtpURL = "demo://127.0.0.1:8025"

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
        let users = try ProcessUsers(configuration.users)
        try HomeFolders(home: folder, users: users, database: configuration.database).prepare()
        let made = try await Self.makeKeys(in: folder, users: users, suite: Suite(name: addressSuite) ?? .ofAddresses)
        if let site {
            // No origin: nobody has said yet where the site's own pages are.
            try await SiteAuthorising(caller: home.caller(), id: site).add(name: siteName ?? site, origins: [])
        }
        Terminal.say(
            isNew
                ? "Made \(folder.path). The settings are in \(folder.settings).\n"
                    + "Start the service with: postern serve --home \(folder.path)"
                : made.isEmpty
                    ? "\(folder.path) already existed. Its settings and keys are as they were."
                    : "\(folder.path) already existed, and its settings are as they were. It had no key for "
                        + made.joined(separator: ", ")
                        + ". A new one was made; it opens nothing that was sealed before. Save it: postern keys export-recovery FOLDER.\n"
                        + "If recipients were here before, add each of them again; postern recipient list shows them.")
    }

    func writeSettings(to folder: Home) async throws {
        // A wrong value is refused now, before it is written down.
        let values = [
            Setting.publicURL.rawValue: publicURL, Setting.mailFrom.rawValue: mailFrom, Setting.smtpURL.rawValue: smtpURL,
            // A mail server on this machine may be reached without TLS. `serve` checks the settings again.
            Setting.smtpTLS.rawValue: isLoopbackRelay ? "off" : "required",
        ]
        do {
            _ = try Configuration(values, home: folder.path)
        } catch {
            throw Exit.configuration.saying(error.description)
        }
        let others = Setting.allCases.filter { values[$0.rawValue] == nil && $0 != .home }.map(\.rawValue)
        let text = """
            # Postern's settings: KEY=VALUE. The environment overrides this file.
            POSTERN_PUBLIC_URL=\(publicURL)
            POSTERN_MAIL_FROM=\(mailFrom)
            POSTERN_SMTP_URL=\(smtpURL)
            \(isLoopbackRelay && smtpURL.hasPrefix("smtp://") ? "POSTERN_SMTP_TLS=off" : "# POSTERN_SMTP_TLS=required")

            # These have defaults. A value that cannot be used is refused with the form that it must have.
            \(others.map { "# \($0)" }.joined(separator: "\n"))

            """
        // Relay and vault read it, each under its own user. It holds no secret.
        try await blocking("postern.home") { try DurableFile.write(text, to: folder.settings, mode: 0o644) }
    }

    private var isLoopbackRelay: Bool {
        (try? SmarthostURL(smtpURL, tls: .off)) != nil && smtpURL.hasPrefix("smtp://")
    }

    /// - Returns: the kinds of keys that were missing.
    static func makeKeys(in folder: Home, users: ProcessUsers, suite: Suite) async throws -> [String] {
        guard let vault = users.vault else { return try KeyRing.makeMissing(in: folder, suite: suite) }
        let kinds = try await Errand(home: folder, user: vault).run(.makeKeys, [suite.name])
        return try JSONDecoder().decode([String].self, from: Data(kinds))
    }
}

extension KeyRing {
    /// As this process's user.
    /// - Returns: the kinds of keys that were missing.
    static func makeMissing(in home: Home, suite: Suite) throws -> [String] {
        do {
            let folder = KeyFolder(path: home.keys)
            let made = try createMissing(in: folder, suite: suite)
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
