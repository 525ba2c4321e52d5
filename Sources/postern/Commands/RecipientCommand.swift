internal import ArgumentParser
private import PosternCore
internal import PosternHost
private import PosternImport
private import PosternLink
internal import PosternRelay

struct RecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipient", abstract: "The people who receive letters. No command prints their addresses.",
        subcommands: [Add.self, Import.self, List.self, Show.self, Pause.self, Resume.self, Erase.self])

    /// The recipient that a command is about.
    struct Subject: ParsableArguments {
        @Argument(help: "The recipient's public name, which is part of the contact page's address.")
        var handle: String

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @OptionGroup var home: HomeOption

        /// - Parameter report: what the recipient does from now on.
        func apply(_ action: RecipientOperations.Action, report: String) async throws {
            try await home.caller().change(.changeRecipient(site: site, handle: handle, action: action))
            Terminal.say("\(site)/\(handle) \(report).")
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a recipient. The address is read from standard input.",
            discussion: """
                The address is never an argument, since other users of this machine could read it there. Without --confirmed, \
                a mail asks the recipient whether the address is theirs. Letters to them are refused until they say yes.
                """)

        @OptionGroup var subject: Subject

        @Option(help: "The recipient's name, as visitors read it.")
        var name: String

        @Option(help: ArgumentHelp("The recipient's language, as in de or pt-br.", valueName: "tag"))
        var locale = "en"

        @Flag(help: "You know that the address is theirs.")
        var confirmed = false

        @Flag(help: "Give a new address to a recipient who is already there.")
        var replace = false

        func run() async throws {
            let site = subject.site
            let caller = try subject.home.caller()
            let enrolling = Enrolling(caller: caller, site: site)
            guard let line = readLine(strippingNewline: true) else {
                throw Exit.noInput.saying(
                    "no address came on standard input\n    Try: echo pat@example.org | postern recipient add \(subject.handle) …"
                )
            }
            let row: RecipientRow
            do throws(RecipientRow.Reject) {
                row = try RecipientRow(
                    RecipientRow.Cells(handle: subject.handle, name: name, address: line, language: locale),
                    languages: caller.languages)
            } catch {
                let proposal = error.proposal.map { "\n    Try the handle \($0)." } ?? ""
                throw Exit.data.saying("the recipient was not added: \(error)\(proposal)")
            }
            let handle = row.handle
            guard try await enrolling.enrol([row], confirmed: confirmed, replace: replace) == [true] else {
                throw Exit.data.saying(
                    replace
                        ? "\(site)/\(handle) was left as it is: it was erased, or was given another address just now\n"
                            + "    See postern recipient list --site \(site)."
                        : "\(site)/\(handle) already exists and was left as it is\n    To give it a new address, add --replace.")
            }
            Terminal.say(
                confirmed
                    ? "Added \(site)/\(handle); letters go there from now on."
                    : "Added \(site)/\(handle); a mail asks whether the address is theirs.")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a site's recipients by handle.")

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Option(help: ArgumentHelp("Start after this handle.", valueName: "handle"))
        var after: String?

        @Option(help: "At most this many.")
        var limit = 1_000

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws { try checkLimit(limit) }

        func run() async throws {
            let caller = try home.caller()
            let recipients: [RecipientView] = try await caller.pages(of: limit, from: after, by: \.handle) { after, count in
                .listRecipients(site: site, after: after, limit: count)
            }
            try output.print(recipients) { recipients.isEmpty ? "No recipients." : RecipientCommand.table(recipients) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one recipient, without the address.")

        @OptionGroup var subject: Subject
        @OptionGroup var output: OutputOption

        func run() async throws {
            let recipient: RecipientView = try await subject.home.caller().ask(
                .showRecipient(site: subject.site, handle: subject.handle))
            try output.print(recipient) { RecipientCommand.table([recipient]) }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take no letters for this recipient until resumed.")
        @OptionGroup var subject: Subject

        func run() async throws { try await subject.apply(.pause, report: "takes no letters now") }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take letters for this recipient again.")
        @OptionGroup var subject: Subject

        func run() async throws { try await subject.apply(.resume, report: "takes letters again") }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase the address and all letters of this recipient. What waits is dropped.",
            discussion: "The handle stays taken, so that nobody else gets letters meant for this person.")
        @OptionGroup var subject: Subject

        func run() async throws {
            let caller = try subject.home.caller()
            let found: [FoundRecipient] = try await caller.ask(
                .findRecipients(site: subject.site, handles: [subject.handle]))
            // The vault first: it must not send to an old row that is put back.
            if let id = found.first?.id, let site = try? SiteID(subject.site), let handle = try? Handle(subject.handle) {
                try await OperatorCaller(home: caller.home, users: caller.users)
                    .note([.erased(.recipient(handle, at: site), id)])
            }
            try await subject.apply(.erase, report: "is erased")
        }
    }

    private static func table(_ recipients: [RecipientView]) -> String {
        TextTable(
            recipients, ("RECIPIENT", { "\($0.site)/\($0.handle)" }), ("NAME", \.name), ("LANGUAGE", \.language),
            ("STATE", \.state), ("PAGE", { $0.page ?? "–" })
        ).text
    }
}
