internal import ArgumentParser
internal import PosternCore
internal import PosternHost
internal import PosternRelay

struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Have letters held or refused by what they have in common.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Block letters by one mark.",
            discussion: """
                Give exactly one of --tag, --prefix, --domain, --sender and --text. A client has a new tag every day; a running relay \
                turns a block by tag into each new one, for up to fifty clients a day and as long as the client's sealed address is \
                kept. A held letter waits for postern queue release or drop, and its writer is told "accepted". A \
                refused letter is not kept, and its writer is told so, without the reason.

                A block that would have met more than one in twenty of the letters that were accepted in the last 7 days is added with \
                a warning, and so is a refusal whose letters cannot be counted: only a tag's can.
                """)

        @Option(help: ArgumentHelp("The client or network with this tag, as the log shows it.", valueName: "tag"))
        var tag: String?

        @Option(
            help: ArgumentHelp("A network, as in 192.0.2.0/24 or 2001:db8::/32. It is stored as typed.", valueName: "network"))
        var prefix: String?

        @Option(help: ArgumentHelp("The domain of the visitor's address, and every domain below it.", valueName: "domain"))
        var domain: String?

        @Option(
            help: ArgumentHelp(
                "The visitor's address; - reads it from standard input, where other users of this machine cannot see it. A keyed digest of it is stored.",
                valueName: "address"))
        var sender: String?

        @Option(help: ArgumentHelp("Words in the subject or the text. Case and spacing do not matter.", valueName: "words"))
        var text: String?

        @Flag(help: "Refuse letters instead of holding them.")
        var refuse = false

        @Option(help: "Why, for your colleagues and for later.")
        var reason: String

        @Option(
            name: .customLong("for"),
            help: ArgumentHelp("How long, as in 12h or 30d. Default: until removed.", valueName: "duration"))
        var lasting: String?

        @OptionGroup var options: AskOptions

        func validate() throws {
            guard [tag, prefix, domain, sender, text].compactMap({ $0 }).count == 1 else {
                throw ValidationError("give exactly one of --tag, --prefix, --domain, --sender and --text")
            }
            if let lasting, Duration(span: lasting) == nil {
                throw ValidationError("--for takes a number and s, m, h or d, as in 12h")
            }
        }

        func run() async throws {
            let caller = try options.home.caller()
            let new = ControlRequest.NewBlock(
                mark: try await mark(caller), effect: (refuse ? Block.Effect.refuse : .hold).rawValue, reason: reason,
                lasts: lasting.flatMap { Duration(span: $0) }?.components.seconds)
            let block: BlockView = try await caller.ask(.addBlock(new))
            try options.output.print(block) {
                "Block \(block.id): letters by \(block.kind) \(block.mark) are \(refuse ? "refused" : "held") "
                    + (block.expires.map { "until \($0.rfc3339)." } ?? "until you remove it.")
            }
            if let warning = warning(of: block) { Terminal.complain(warning) }
        }

        /// Said and not asked: scripts that add blocks cannot answer, and a block can be removed.
        private func warning(of block: BlockView) -> String? {
            guard let weight = block.weight, weight.mayBeMany else { return nil }
            let remedy = "If that may be too many: postern block remove \(block.id)"
            if let met = weight.met {
                return "In the last 7 days block \(block.id) would have met \(met) of \(weight.accepted) accepted letters.\n"
                    + "    \(remedy)"
            }
            guard refuse else { return nil }
            return "How many letters block \(block.id) meets cannot be counted beforehand, and what is refused is not kept.\n"
                + "    \(remedy), and add it without --refuse, so that they wait for a person."
        }

        private func mark(_ caller: ControlCaller) async throws -> ControlRequest.NewBlock.Mark {
            if let sender { return .sender(try await Self.digest(of: sender, caller)) }
            if let tag { return .tag(tag) }
            if let prefix { return .prefix(prefix) }
            if let domain { return .domain(domain) }
            return .text(text ?? "")
        }

        /// The vault makes it: the relay does not learn the address.
        /// - Throws: `ExitCode` 66 when no address came on standard input, 65 when it is none.
        private static func digest(of typed: String, _ caller: ControlCaller) async throws -> String {
            guard let text = typed == "-" ? readLine(strippingNewline: true) : typed else {
                throw Exit.noInput.saying("no address came on standard input")
            }
            let address: EmailAddress
            do {
                address = try EmailAddress(text)
            } catch {
                throw Exit.data.saying("that is no e-mail address: \(error)")
            }
            guard let digest = try await OperatorCaller(home: caller.home, users: caller.users).nameSender(address).first else {
                throw Exit.unavailable.saying("the vault has no key to name senders by; see postern doctor")
            }
            return digest.description
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the blocks, including those that have expired.")

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.listBlocks) { (blocks: [BlockView]) in
                guard !blocks.isEmpty else { return "No blocks." }
                return TextTable(
                    blocks, ("ID", { String($0.id) }), ("BY", \.kind), ("MARK", \.mark), ("EFFECT", \.effect),
                    ("ADDED", \.added.rfc3339),
                    ("UNTIL", \.end), ("REASON", \.reason)
                ).text
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a block. Letters that it has held stay held until they are released.")

        @Argument(help: "The block's number, as postern block list shows it.")
        var id: Int64

        @OptionGroup var home: HomeOption

        func run() async throws {
            try await home.caller().change(.removeBlock(id: id))
            Terminal.say("Removed block \(id).")
        }
    }
}

extension BlockView {
    fileprivate var end: String {
        let end = expires?.rfc3339 ?? "until removed"
        return active ? end : outdated ? end + " (not followed to today)" : "expired"
    }
}
