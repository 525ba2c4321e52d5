internal import ArgumentParser
private import Foundation
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "The web sites that use this installation.",
        subcommands: [Add.self, Set.self, List.self, Show.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a site.")

        @Argument(help: "Its id: a–z, 0–9 and hyphens. It is part of the address of every contact page.")
        var id: String

        @Option(help: "Its name, as visitors and recipients read it.")
        var name: String

        @Option(
            name: .customLong("origin"), parsing: .upToNextOption,
            help: ArgumentHelp("Where the site's own pages are, as in https://photos.example.", valueName: "url"))
        var origins: [String] = []

        @OptionGroup var home: HomeOption

        func run() async throws {
            try await SiteAuthorising(caller: try home.caller(), id: id).add(name: name, origins: origins)
            Terminal.say("Added site \(id).")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a site's name, origins or look, and who may join and write. What you do not give stays as it is.",
            discussion: """
                An empty text removes a setting, as in --accent "". The pages use the accent colour where it is legible, and a \
                darker or lighter shade of it elsewhere.

                --join says whether people may become members by themselves at /join/ID: open for everybody, invitation with a link \
                of postern recipient invite or of the site's own programs, or off. --writers says who may write to members who have \
                not said so themselves: anyone, or proven, only visitors who have proved that the address is theirs.
                """)

        @Argument(help: "The site's id.")
        var id: String

        @Option(help: "Its name, as visitors and recipients read it.")
        var name: String?

        @Option(
            name: .customLong("origin"), parsing: .upToNextOption,
            help: ArgumentHelp("Where the site's own pages are. Replaces all present origins.", valueName: "url"))
        var origins: [String] = []

        @Option(help: ArgumentHelp("The colour of buttons and links, as in #1f5f8b.", valueName: "colour"))
        var accent: String?

        @Option(help: ArgumentHelp("A PNG, JPEG, WebP or SVG file of at most 256 KiB; empty for none.", valueName: "file"))
        var logo: String?

        @Option(
            name: .customLong("intro"), parsing: .singleValue,
            help: ArgumentHelp("The text above the form in one language, as in de=Schreiben Sie …", valueName: "language=text"))
        var introductions: [String] = []

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp(
                "The languages of its pages, the default first; “all” for every language there is.", valueName: "tag"))
        var languages: [String] = []

        @Option(help: "Whether people may become members by themselves: open, invitation or off.")
        var join: Joining?

        @Option(help: "Who may write: anyone, or proven.")
        var writers: Writers?

        @OptionGroup var home: HomeOption

        func validate() throws {
            guard introductions.allSatisfy({ $0.contains("=") }) else {
                throw ValidationError("--intro takes a language, = and the text, as in de=Schreiben Sie uns")
            }
            guard
                name != nil || accent != nil || logo != nil || join != nil || writers != nil
                    || ![origins, introductions, languages].allSatisfy(\.isEmpty)
            else {
                throw ValidationError(
                    "say what to change: --name, --origin, --accent, --logo, --intro, --languages, --join or --writers")
            }
        }

        func run() async throws {
            let caller = try home.caller()
            try caller.checkLanguages(
                languages.filter { $0 != "all" } + introductions.map { String($0.prefix { $0 != "=" }) })
            // Read first, so that a file that cannot be read leaves the site as it is.
            let file = try logo.map { try Self.file($0, users: caller.users) }
            var change = ControlRequest.SiteChange()
            change.accent = accent
            (change.join, change.writers) = (join?.rawValue, writers?.rawValue)
            if !languages.isEmpty { change.languages = languages == ["all"] ? [] : languages }
            if !introductions.isEmpty {
                change.introductions = Dictionary(
                    introductions.map { text in
                        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
                    }, uniquingKeysWith: { $1 })
            }
            try await SiteAuthorising(caller: caller, id: id).change(
                change, name: name, origins: origins.isEmpty ? nil : origins.filter { !$0.isEmpty })
            if let file { try await caller.change(.setLogo(site: id, file: file)) }
            Terminal.say("Changed site \(id).")
            if let join, join != .off {
                Terminal.say("People join at \(caller.configuration.publicURL)/join/\(id)\(join == .open ? "" : "/…").")
            }
        }

        /// - Returns: the file in base64; nil for an empty path.
        private static func file(_ path: String, users: ProcessUsers) throws -> String? {
            guard !path.isEmpty else { return nil }
            let content = try OperatorFile(path, users: users).content()
            guard content.count <= Logo.limitKiB * 1_024 else {
                throw Exit.data.saying(
                    "\(path) has \(content.count) bytes; a logo may have \(Logo.limitKiB) KiB. The site was left as it is.")
            }
            return content.base64EncodedString()
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the sites.")

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.listSites) { (sites: [SiteView]) in
                TextTable(
                    sites, ("ID", \.id), ("NAME", \.name), ("ACCENT", { $0.accent ?? "–" }), ("LOGO", { $0.logo ?? "–" }),
                    ("JOIN", { $0.join ?? "off" }), ("WRITERS", { $0.writers ?? "anyone" }),
                    ("LANGUAGES", { $0.languages.isEmpty ? "all" : $0.languages.joined(separator: " ") }),
                    ("ORIGINS", { $0.origins.joined(separator: " ") })
                ).text
            }
        }
    }
}

extension SiteCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one site.")

        @Argument(help: "The site's id.")
        var id: String

        @OptionGroup var options: AskOptions

        func run() async throws {
            let caller = try options.home.caller()
            let sites: [SiteView] = try await caller.ask(.listSites)
            guard let site = sites.first(where: { $0.id == id }) else {
                throw Exit.data.saying("there is no site “\(id)”\n    See postern site list.")
            }
            let recipients: Int = try await caller.ask(.countRecipients(site: id))
            try options.output.print(site) { Self.text(site, recipients) }
        }

        private static func text(_ site: SiteView, _ recipients: Int) -> String {
            var lines = [
                "site       \(site.id)", "name       \(site.name)",
                "origins    \(site.origins.isEmpty ? "–" : site.origins.joined(separator: " "))",
                "accent     \(site.accent ?? "–")", "logo       \(site.logo ?? "–")",
                "languages  \(site.languages.isEmpty ? "all" : site.languages.joined(separator: " "))",
                "join       \(site.join ?? "off")", "writers    \(site.writers ?? "anyone")",
                "recipients \(recipients)",
            ]
            lines += site.introductions.sorted { $0.key < $1.key }.map { "intro \($0.key)   \($0.value)" }
            return lines.joined(separator: "\n")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a site: its recipients are erased with their addresses and letters, its pages are gone.",
            discussion: "What the log says of it stays as long as the rest of the log. Its id can be added again.")

        @Argument(help: "The site's id.")
        var id: String

        @OptionGroup var yes: YesOption
        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let page: Page<RecipientView> = try await caller.pages(of: 0, by: \.handle) { after, count in
                .listRecipients(site: id, after: after, limit: count)
            }
            let recipients = page.rows.filter { $0.state != Recipient.State.erased.rawValue }
            try yes.ask("Remove site \(id) and erase its \(counted(recipients.count, "recipient")) for good")
            for (index, recipient) in recipients.enumerated() {
                let found: [FoundRecipient] = try await caller.ask(.findRecipients(site: id, handles: [recipient.handle]))
                try await RecipientCommand.Erase.erase(found.first, recipient.handle, at: id, by: caller)
                Terminal.progress("\(index + 1) of \(counted(recipients.count, "recipient")) erased")
            }
            Terminal.progress("")
            // They go with the site; the vault must hear that they were revoked.
            let tokens: [TokenView] = try await caller.ask(.listTokens(site: id))
            for token in tokens where token.revoked == nil { try await TokenCommand.Revoke.revoke(token.id, by: caller) }
            try await caller.change(.removeSite(id: id))
            Terminal.say("Removed site \(id); \(counted(recipients.count, "recipient")) erased.")
            await OperatorCaller(home: caller.home, users: caller.users).sayIfSecretsCopyIsBehind(caller.configuration)
        }
    }
}

/// Adds or changes a site: has the vault authorise what mails say of it, and hands that to the relay with the rest.
struct SiteAuthorising {
    let caller: ControlCaller
    let id: String

    func add(name: String, origins: [String]) async throws {
        let sites: [SiteView] = try await caller.ask(.listSites)
        guard !sites.contains(where: { $0.id == id }) else {
            throw Exit.data.saying(SiteOperations.Fault.exists(try siteID).text)
        }
        let site = try await authorised(name: name, origins: origins, former: nil)
        try await caller.change(.addSite(id: id, name: site.name.text, origins: origins, authorisation: site.newAuthorisation))
        try await noteInUse(site)
    }

    /// - Parameters:
    ///   - name: nil to keep the present one.
    ///   - origins: nil to keep the present ones.
    func change(_ change: ControlRequest.SiteChange, name: String?, origins: [String]?) async throws {
        guard name != nil || origins != nil else { return _ = try await caller.change(.changeSite(id: id, change)) }
        let former: FoundSite = try await caller.ask(.findSite(id: id))
        let site = try await authorised(name: name, origins: origins, former: former.site(try siteID))
        var change = change
        change.name = site.name.text
        change.origins = site.origins.map(\.description)
        change.authorisation = site.newAuthorisation
        try await caller.change(.changeSite(id: id, change))
        try await noteInUse(site)
    }

    private var siteID: SiteID {
        get throws { try read { try RequestText.site(id) } }
    }

    private var vault: OperatorCaller { OperatorCaller(home: caller.home, users: caller.users) }

    private func authorised(name: String?, origins: [String]?, former: Site?) async throws -> Site {
        let (name, origins) = try read { (try name.map(RequestText.siteName), try origins?.map(RequestText.origin)) }
        return try await vault.authorise(SiteRequest(id: try siteID, name: name, origins: origins, former: former))
    }

    private func noteInUse(_ site: Site) async throws {
        guard let version = site.authorisation?.version else { return }
        try await vault.note([.inUse(.site(site.id), version: version, nil)])
    }

    private func read<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let fault as RequestText.Fault { throw Exit.data.saying(fault.text) }
    }
}

// Their names are what an option takes.
extension Joining: ExpressibleByArgument {}
extension Writers: ExpressibleByArgument {}
