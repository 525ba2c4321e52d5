internal import ArgumentParser
private import PosternCore
private import PosternRelay

struct RecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipient", abstract: "The people who receive letters. No command prints their addresses.",
        subcommands: [Add.self, Import.self, List.self, Show.self, Pause.self, Resume.self, Erase.self])

    /// The site and handle a command is about.
    struct Subject: ParsableArguments {
        @Argument(help: "The recipient's public name, as it stands in the page's address.")
        var handle: String

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a recipient; the address is read from standard input.",
            discussion: """
                The address never stands among the arguments, where other users of this machine could read it. \
                Without --confirmed, a mail asks whether it is theirs; until they have said yes, letters to them are refused.
                """)

        @OptionGroup var subject: Subject

        @Option(help: "The recipient's name, as visitors read it.")
        var name: String

        @Option(help: ArgumentHelp("The recipient's language, as in de or pt-br.", valueName: "tag"))
        var locale = "en"

        @Flag(help: "You know that the address is theirs.")
        var confirmed = false

        @Flag(help: "Give a recipient who is there a new address.")
        var replace = false

        @OptionGroup var home: HomeOption

        func run() async throws {
            let enrolling = Enrolling(home: home.folder, configuration: try await home.configuration(), site: subject.site)
            guard let line = readLine(strippingNewline: true) else {
                throw Exit.noInput.saying(
                    "no address came on standard input\n    Try: echo pat@example.org | postern recipient add \(subject.handle) …"
                )
            }
            let row: RecipientRow
            do {
                row = try RecipientRow(handle: subject.handle, name: name, address: line, language: locale)
            } catch {
                throw Exit.data.saying("the recipient was not added: \(error)")
            }
            let results = try await enrolling.enrol([row], confirmed: confirmed, replace: replace)
            guard let result = results.first, result == .stored else {
                guard !replace else {
                    throw Exit.data.saying(
                        "\(subject.site)/\(subject.handle) was left as it is: it was erased, or given another address just now\n    See postern recipient list --site \(subject.site)."
                    )
                }
                throw Exit.data.saying(
                    "\(subject.site)/\(subject.handle) is there already and was left as it is\n    To give it a new address, add --replace."
                )
            }
            Terminal.say(
                confirmed
                    ? "Added \(subject.site)/\(subject.handle); letters go there from now on."
                    : "Added \(subject.site)/\(subject.handle); a mail asks whether the address is theirs.")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a site's recipients by handle.")

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Option(help: ArgumentHelp("Begin behind this handle.", valueName: "handle"))
        var after: String?

        @Option(help: "At most this many.")
        var limit = 1_000

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10,000") }
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            let recipients = try await caller.pages(of: limit, after: after, by: \.handle) { after, count in
                let answer = try await caller.ask(.listRecipients(site: site, after: after, limit: count)).orRefusal()
                guard case .recipients(let page) = answer else { throw ControlAnswer.mismatch }
                return page
            }
            try output.print(recipients) { recipients.isEmpty ? "No recipients." : RecipientCommand.table(recipients) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one recipient; never the address.")

        @OptionGroup var subject: Subject
        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            let answer = try await caller.ask(.showRecipient(site: subject.site, handle: subject.handle)).orRefusal()
            guard case .recipients(let recipients) = answer, let recipient = recipients.first else {
                throw ControlAnswer.mismatch
            }
            try output.print(recipient) { RecipientCommand.table([recipient]) }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take no letters for this recipient until resumed.")
        @OptionGroup var subject: Subject
        @OptionGroup var home: HomeOption

        func run() async throws { try await RecipientCommand.move(.pause, subject, home, done: "takes no letters now") }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take letters for this recipient again.")
        @OptionGroup var subject: Subject
        @OptionGroup var home: HomeOption

        func run() async throws { try await RecipientCommand.move(.resume, subject, home, done: "takes letters again") }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase the address and all letters of this recipient; what waits is dropped.",
            discussion: "The handle stays taken, so that nobody else gets letters meant for this person.")
        @OptionGroup var subject: Subject
        @OptionGroup var home: HomeOption

        func run() async throws { try await RecipientCommand.move(.erase, subject, home, done: "is erased") }
    }

    private static func move(_ move: ControlRequest.RecipientMove, _ subject: Subject, _ home: HomeOption, done: String)
        async throws
    {
        let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
        _ = try await caller.ask(.moveRecipient(site: subject.site, handle: subject.handle, move: move)).orRefusal()
        Terminal.say("\(subject.site)/\(subject.handle) \(done).")
    }

    private static func table(_ recipients: [ControlAnswer.RecipientView]) -> String {
        let rows = recipients.map { ["\($0.site)/\($0.handle)", $0.name, $0.language, $0.state, $0.page ?? "–"] }
        return TextTable(head: ["RECIPIENT", "NAME", "LANGUAGE", "STATE", "PAGE"], rows: rows).text
    }
}
