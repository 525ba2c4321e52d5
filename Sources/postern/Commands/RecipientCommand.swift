internal import ArgumentParser
private import PosternCore
internal import PosternHost
private import PosternImport
private import PosternLink
internal import PosternRelay

struct RecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipient", abstract: "The people who receive letters. No command prints their addresses.",
        subcommands: [
            Add.self, Import.self, Invite.self, List.self, Show.self, Pause.self, Resume.self, Erase.self, Alias.self,
        ])

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

        @Option(
            name: .customLong("alias"),
            help: ArgumentHelp("Another name that links may use; give it several times for several.", valueName: "name"))
        var aliases: [String] = []

        @Flag(help: "You know that the address is theirs.")
        var confirmed = false

        @Flag(help: "Give a new address to a recipient who is already there.")
        var replace = false

        @Flag(help: "Give the handle of somebody who was erased to another person, who gets nothing of theirs.")
        var newPerson = false

        func validate() throws {
            guard !(replace && newPerson) else { throw ValidationError("--replace and --new-person do not go together") }
        }

        func run() async throws {
            let site = subject.site
            let caller = try subject.home.caller()
            let enrolling = Enrolling(caller: caller, site: site)
            guard let line = readLine(strippingNewline: true) else {
                throw Exit.noInput.saying(
                    "no address came on standard input\n    Try: echo pat@example.org | postern recipient add \(subject.handle) …"
                )
            }
            for alias in aliases {
                do { _ = try HandleAlias(alias) } catch { throw Exit.data.saying("the recipient was not added: \(error)") }
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
            let way: Enrolling.Way = newPerson ? .succeeding : replace ? .replacing : .new
            switch try await enrolling.enrol([row], confirmed: confirmed, way).first {
            case .stored: break
            case .erased:
                throw Exit.data.saying(
                    "\(site)/\(handle) was erased, and an erased person gets no new address\n"
                        + "    To give this handle to another person, who gets nothing of the former one's, "
                        + "\(replace ? "write --new-person in place of --replace" : "add --new-person").")
            case .taken, nil:
                throw Exit.data.saying(
                    replace
                        ? "\(site)/\(handle) was left as it is: it was given another address just now\n"
                            + "    See postern recipient list --site \(site)."
                        : "\(site)/\(handle) already exists, or is an alias of somebody else; nothing was changed\n"
                            + (newPerson
                                ? "    If it is another person's now, erase it first: postern recipient erase \(handle) --site \(site)."
                                : "    To give an existing recipient a new address, add --replace."))
            }
            Terminal.say(
                confirmed
                    ? "Added \(site)/\(handle); letters go there from now on."
                    : "Added \(site)/\(handle); a mail asks whether the address is theirs.")
            try await Alias.add(aliases, to: handle.text, at: site, by: caller)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a site's recipients by handle.")

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Option(help: ArgumentHelp("Start after this handle.", valueName: "handle"))
        var after: String?

        @Option(help: "At most this many; 0 for all.")
        var limit = 1_000

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws { try checkLimit(limit) }

        func run() async throws {
            let caller = try home.caller()
            let page: Page<RecipientView> = try await caller.pages(of: limit, from: after, by: \.handle) { after, count in
                .listRecipients(site: site, after: after, limit: count)
            }
            let recipients = page.rows
            try output.print(recipients) { recipients.isEmpty ? "No recipients." : RecipientCommand.table(recipients) }
            if page.isCut { page.sayWhatIsCut(of: try await caller.ask(.countRecipients(site: site)), output) }
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
            discussion: """
                The handle stays taken, so that nobody else gets letters meant for this person. postern recipient add --new-person \
                gives it to another, who gets nothing of this one's.
                """)
        @OptionGroup var subject: Subject
        @OptionGroup var yes: YesOption

        func run() async throws {
            let caller = try subject.home.caller()
            let found: [FoundRecipient] = try await caller.ask(
                .findRecipients(site: subject.site, handles: [subject.handle]))
            if let known = found.first {
                try yes.ask("Erase \(subject.site)/\(known.handle) (\(known.name)), the address and all letters, for good")
            }
            try await Self.erase(found.first, subject.handle, at: subject.site, by: caller)
            Terminal.say("\(subject.site)/\(subject.handle) is erased.")
            await OperatorCaller(home: caller.home, users: caller.users).sayIfSecretsCopyIsBehind(caller.configuration)
        }

        /// The vault first: it must not send to an old row that is put back.
        static func erase(_ found: FoundRecipient?, _ handle: String, at site: String, by caller: ControlCaller) async throws {
            if let id = found?.id, let site = try? SiteID(site), let handle = try? Handle(handle) {
                try await OperatorCaller(home: caller.home, users: caller.users)
                    .note([.erased(.recipient(handle, at: site), id)])
            }
            try await caller.change(.changeRecipient(site: site, handle: handle, action: .erase))
            guard found != nil else {
                throw Exit.unavailable.saying(
                    "the relay knew of no \(site)/\(handle), and then said that it has erased them. The vault was told nothing\n"
                        + "    If somebody added them just now, try again. If not, the relay may have been taken over.")
            }
        }
    }

    private static func table(_ recipients: [RecipientView]) -> String {
        TextTable(
            recipients, ("RECIPIENT", { "\($0.site)/\($0.handle)" }), ("NAME", \.name), ("LANGUAGE", \.language),
            ("STATE", \.state), ("PAGE", { $0.page ?? "–" })
        ).text
    }
}
