internal import ArgumentParser
private import PosternRelay

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "The web sites that use this installation.", subcommands: [Add.self, Set.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a site.")

        @Argument(help: "Its id: a–z, 0–9 and hyphens. It stands in the address of every contact page.")
        var id: String

        @Option(help: "Its name, as visitors and recipients read it.")
        var name: String

        @Option(
            name: .customLong("origin"), parsing: .upToNextOption,
            help: ArgumentHelp("Where its own pages live, as in https://photos.example.", valueName: "url"))
        var origins: [String] = []

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            _ = try await caller.ask(.addSite(id: id, name: name, origins: origins)).orRefusal()
            Terminal.say("Added site \(id).")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the sites.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            guard case .sites(let sites) = try await caller.ask(.listSites).orRefusal() else { throw ControlAnswer.mismatch }
            try output.print(sites) {
                let rows = sites.map { site in
                    [
                        site.id, site.name, site.accent ?? "–", site.logo ?? "–",
                        site.languages.isEmpty ? "all" : site.languages.joined(separator: " "),
                        site.origins.joined(separator: " "),
                    ]
                }
                return TextTable(head: ["ID", "NAME", "ACCENT", "LOGO", "LANGUAGES", "ORIGINS"], rows: rows).text
            }
        }
    }
}
