internal import ArgumentParser
internal import PosternHost
private import PosternRelay

extension RecipientCommand {
    struct Alias: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Other names that links may use for a recipient.",
            discussion: """
                A site's own name for a person may have capitals, spaces and letters of any script: with an alias, links that \
                contain it lead to the recipient's contact page. Capitals and full-width letters make no difference.
                """,
            subcommands: [Add.self, Remove.self, List.self])

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Add other names for a recipient: all of them or none.")

            @OptionGroup var subject: Subject

            @Argument(help: ArgumentHelp("A name as the site writes it, such as \"Pat Müller\".", valueName: "name"))
            var aliases: [String]

            func run() async throws {
                try await Alias.add(aliases, to: subject.handle, at: subject.site, by: try subject.home.caller())
            }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Remove another name of a recipient. Links with it stop working.")

            @OptionGroup var subject: Subject

            @Argument(help: ArgumentHelp("The name.", valueName: "name"))
            var alias: String

            func run() async throws {
                try await subject.home.caller().change(
                    .removeAlias(site: subject.site, handle: subject.handle, alias: alias))
                Terminal.say("“\(alias)” no longer leads to \(subject.site)/\(subject.handle).")
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the other names of a recipient, or of a whole site.")

            @Argument(help: "The recipient. Default: everybody at the site.")
            var handle: String?

            @Option(help: ArgumentHelp("The site.", valueName: "id"))
            var site: String

            @Option(help: "At most this many of a whole site's; 0 for all.")
            var limit = 1_000

            @OptionGroup var home: HomeOption
            @OptionGroup var output: OutputOption

            func validate() throws { try checkLimit(limit) }

            func run() async throws {
                let caller = try home.caller()
                let page: Page<AliasView> =
                    if let handle {
                        Page(
                            rows: try await caller.ask(.listAliases(site: site, handle: handle, after: nil, limit: 1)),
                            isCut: false)
                    } else {
                        try await caller.pages(of: limit, by: \.key) { after, count in
                            .listAliases(site: site, handle: nil, after: after, limit: count)
                        }
                    }
                let aliases = page.rows
                try output.print(aliases) {
                    aliases.isEmpty
                        ? "No aliases." : TextTable(aliases, ("ALIAS", \.alias), ("RECIPIENT", { "\(site)/\($0.handle)" })).text
                }
                page.sayWhatIsCut(of: nil, output)
            }
        }

        /// Does nothing without names.
        static func add(_ aliases: [String], to handle: String, at site: String, by caller: ControlCaller) async throws {
            guard !aliases.isEmpty else { return }
            let _: Int = try await caller.ask(.addAliases(site: site, handle: handle, aliases: aliases))
            let names = aliases.map { "“\($0)”" }.joined(separator: ", ")
            Terminal.say("\(names) \(aliases.count == 1 ? "leads" : "lead") to \(site)/\(handle) from now on.")
        }
    }
}
