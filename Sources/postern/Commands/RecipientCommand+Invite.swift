internal import ArgumentParser
private import PosternCore
internal import PosternHost
internal import PosternRelay

extension RecipientCommand {
    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make links with which one person each may join by themselves. They are shown once.",
            discussion: """
                The person who opens the link gives a name and an address, gets six digits there by mail and types them. The links work where \
                postern site set --join says open or invitation, each once, until it expires. The store keeps a digest of each.
                """)

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Option(help: "The handle that the link is for; without it the person chooses.")
        var handle: String?

        @Option(help: ArgumentHelp("For how long a link works, as in 12h or 30d.", valueName: "duration"))
        var expires = "14d"

        @Option(help: "How many links to make, at most \(ControlRequest.pageLimit).")
        var count = 1

        @OptionGroup var options: AskOptions

        func validate() throws {
            guard Duration(span: expires) != nil else {
                throw ValidationError("--expires takes a number and s, m, h or d, as in 14d")
            }
            guard (1...ControlRequest.pageLimit).contains(count) else {
                throw ValidationError("--count takes a number from 1 to \(ControlRequest.pageLimit)")
            }
            guard handle == nil || count == 1 else { throw ValidationError("one handle takes one link: leave out --count") }
        }

        func run() async throws {
            let lasts = Duration(span: expires)?.components.seconds ?? 0
            let caller = try options.home.caller()
            let links: [InvitationView] = try await caller.ask(.invite(site: site, handle: handle, count: count, lasts: lasts))
            try options.output.print(links) { links.map(\.link).joined(separator: "\n") }
            guard !options.output.json, let first = links.first else { return }
            // Beside the links, which a script may want alone.
            Terminal.complain(
                "\(counted(links.count, "link")), shown this once; \(links.count == 1 ? "it works" : "each works") once, until "
                    + "\(first.expires.rfc3339).")
            let sites: [SiteView] = try await caller.ask(.listSites)
            if sites.first(where: { $0.id == site })?.join == Joining.off.rawValue {
                Terminal.complain(
                    "Joining is off at \(site), so they do not work yet\n    postern site set \(site) --join invitation")
            }
        }
    }
}
