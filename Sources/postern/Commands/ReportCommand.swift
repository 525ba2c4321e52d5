internal import ArgumentParser
internal import PosternCore
internal import PosternHost
internal import PosternRelay

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "See which letters recipients have reported.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the reports that are still kept, the latest last: when, by whom, why, and what was decided.",
            discussion: """
                Neither the letter nor what its recipient wrote about it is shown: both are sealed. postern log show LETTER has \
                the tags of the client that posted the letter, by which postern block add can stop it.
                """)

        @Option(help: "At most this many; 0 for all.")
        var limit = 50

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws { try checkLimit(limit) }

        func run() async throws {
            let page: Page<ReportLineView> = try await home.caller().pages(of: limit, by: \.id.description) { before, count in
                .listReports(before: before, limit: count)
            }
            let reports = Array(page.rows.reversed())
            try output.print(reports) {
                guard !reports.isEmpty else { return "No reports." }
                return TextTable(
                    reports, ("WHEN", \.at.rfc3339), ("RECIPIENT", { "\($0.site)/\($0.handle)" }), ("REASON", \.reason),
                    ("STATE", { $0.decision ?? "open" }), ("LETTER", \.letter.description)
                ).text
            }
            page.sayWhatIsCut(of: nil, output)
        }
    }
}
