internal import ArgumentParser
private import Foundation
private import Glibc
private import PosternCore
private import PosternRelay
private import PosternSealing
private import PosternVault

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new installation: folders, keys, settings, an empty store.",
        discussion: "What is there already is left as it is; keys and settings are never overwritten.")

    @OptionGroup var home: HomeOption

    @Option(help: ArgumentHelp("The address visitors use.", valueName: "url"))
    var publicURL = "http://127.0.0.1:8080"

    @Option(help: ArgumentHelp("The address letters come from.", valueName: "addr"))
    var mailFrom = "contact@relay.example.org"

    @Option(help: ArgumentHelp("The smarthost; demo://127.0.0.1:PORT keeps every letter in a mailbox here.", valueName: "url"))
    var smtpURL = "demo://127.0.0.1:8025"

    @Option(help: ArgumentHelp("The first site's id.", valueName: "id"))
    var site: String?

    @Option(help: ArgumentHelp("The first site's name.", valueName: "name"))
    var siteName: String?

    @Option(
        help: ArgumentHelp(
            "How addresses are sealed: x-wing, which stays shut against quantum computers too, or x25519.", valueName: "suite"))
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
            // HOME alone, for the settings; owners and modes come with them.
            try HomeFolders(home: folder, users: .shared, database: nil).prepare()
            try writeSettings(to: folder)
        }
        let configuration = try await home.configuration()
        let users = try ProcessUsers(configuration.users)
        let folders = HomeFolders(home: folder, users: users, database: configuration.database)
        try folders.prepare()
        let made = try makeKeys(in: folder, users: users)
        if let site { try await addSite(site, configuration: configuration) }
        try folders.prepare()
        Terminal.say(
            isNew
                ? "Made \(folder.path). Settings are in \(folder.settings); start with: postern serve --home \(folder.path)"
                : made.isEmpty
                    ? "\(folder.path) was there already: its settings and keys are as they were."
                    : "\(folder.path) was there already, and its settings are as they were. It had no key for "
                        + made.joined(separator: ", ") + ": a new one was made, which opens nothing that was sealed before.")
    }

    private func writeSettings(to folder: Home) throws {
        // A wrong value is better refused now than written down.
        let values = [
            Setting.publicURL.rawValue: publicURL, Setting.mailFrom.rawValue: mailFrom, Setting.smtpURL.rawValue: smtpURL,
            // The contact with a relay on this machine may be plain, as `init` cannot know; `serve` checks what is set.
            Setting.smtpTLS.rawValue: isLoopbackRelay ? "off" : "required",
        ]
        do {
            _ = try Configuration(values, home: folder.path)
        } catch {
            throw Exit.configuration.saying(error.description)
        }
        let text = """
            # Postern's settings: KEY=VALUE. The environment overrides this file. All keys: deploy/postern.conf.example
            POSTERN_PUBLIC_URL=\(publicURL)
            POSTERN_MAIL_FROM=\(mailFrom)
            POSTERN_SMTP_URL=\(smtpURL)
            \(isLoopbackRelay && smtpURL.hasPrefix("smtp://") ? "POSTERN_SMTP_TLS=off" : "# POSTERN_SMTP_TLS=required")

            """
        // Both processes read it, under whatever user; it holds no secret.
        try DurableFile.write(text, to: folder.settings, mode: 0o644)
    }

    private var isLoopbackRelay: Bool {
        (try? SmarthostURL(smtpURL, tls: .off)) != nil && smtpURL.hasPrefix("smtp://")
    }

    /// - Returns: the kinds of keys that were lacking.
    private func makeKeys(in folder: Home, users: ProcessUsers) throws -> [String] {
        do {
            return try KeyRing.createMissing(
                in: KeyFolder(path: folder.keys, owner: users.vault?.id), suite: Suite(name: addressSuite) ?? .ofAddresses)
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
    }

    private func addSite(_ id: String, configuration: Configuration) async throws {
        let caller = ControlCaller(home: home.folder, configuration: configuration)
        // No origin: where the site's own pages live, nobody has said yet, and our own address is not it.
        let answer = try await caller.ask(.addSite(id: id, name: siteName ?? id, origins: []))
        _ = try answer.orRefusal()
    }
}
