internal import ArgumentParser
private import Foundation
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay
private import PosternSealing

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "The credentials with which a site's own programs use the API.",
        subcommands: [Add.self, List.self, Revoke.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token. It is printed once, alone on standard output.",
            discussion: """
                The vault makes it, and the store keeps a digest. Programs send it as Authorization: Bearer TOKEN. Anyone who has it \
                can do for this site's recipients all that its scope says, so keep it where only the program reads it.

                Scopes: recipients — enrol, read, change and erase recipients, and make invitations. No answer has an address in it.
                """)

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Option(help: "What it may be used for.")
        var scope: SiteToken.Scope

        @OptionGroup var options: AskOptions

        private struct Made: Encodable {
            let id, site, scope, token: String
        }

        func run() async throws {
            let caller = try options.home.caller()
            // A site that is not there is said before a token is made for it.
            let _: FoundSite = try await caller.ask(.findSite(id: site))
            let siteID: SiteID
            do { siteID = try SiteID(site) } catch { throw Exit.data.saying("\(error)") }
            var randomness = RandomSource.system
            let id = SiteTokenID(at: .now, using: &randomness)
            let token = try await OperatorCaller(home: caller.home, users: caller.users)
                .siteToken(SiteTokenRequest(site: siteID, scope: scope, id: id))
            try await caller.change(
                .addToken(
                    site: site, id: "\(id)", scope: scope.rawValue, digest: Data(token.digest).base64EncodedString()))
            try options.output.print(Made(id: "\(id)", site: site, scope: scope.rawValue, token: token.text)) { token.text }
            guard !options.output.json else { return }
            Terminal.complain("Token \(id) of \(site), shown this once. If it gets lost: postern token revoke \(id)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the tokens of one site or of all, without what is secret.")

        @Option(help: ArgumentHelp("The site; all of them without it.", valueName: "id"))
        var site: String?

        @OptionGroup var options: AskOptions

        func run() async throws {
            let caller = try options.home.caller()
            let sites: [SiteView] = site == nil ? try await caller.ask(.listSites) : []
            var tokens: [TokenView] = []
            for site in site.map({ [$0] }) ?? sites.map(\.id) { tokens += try await caller.ask(.listTokens(site: site)) }
            try options.output.print(tokens) {
                tokens.isEmpty
                    ? "No tokens."
                    : TextTable(
                        tokens, ("ID", \.id), ("SITE", \.site), ("SCOPE", \.scope), ("MADE", \.made.rfc3339),
                        ("USED", { $0.used?.rfc3339 ?? "never" }), ("REVOKED", { $0.revoked?.rfc3339 ?? "–" })
                    ).text
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a token: from now on it is good for nothing.")

        @Argument(help: ArgumentHelp("The token's id, as postern token list shows it.", valueName: "id"))
        var id: String

        @OptionGroup var home: HomeOption

        func run() async throws {
            try await Self.revoke(id, by: try home.caller())
            Terminal.say("Token \(id) is revoked.")
        }

        /// The vault is told too: what the store says of it later does not count.
        static func revoke(_ id: String, by caller: ControlCaller) async throws {
            try await caller.change(.revokeToken(id: id))
            guard let id = SiteTokenID(id) else { return }
            await OperatorCaller(home: caller.home, users: caller.users).record(.tokenRevoked(id))
        }
    }
}

extension SiteToken.Scope: ExpressibleByArgument {}
