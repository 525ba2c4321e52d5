internal import ArgumentParser
internal import PosternCore
internal import PosternRelay

struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Letters that are to be held or refused whatever else speaks for them.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Block letters by one mark.",
            discussion: """
                Name exactly one of --tag, --prefix, --domain and --text. A tag is nobody's any more when its day is over, so a \
                block by tag ends with it. A held letter waits for postern queue release or drop, and its writer is told \
                "accepted"; a refused one is not kept, and its writer is told so without the reason.
                """)

        @Option(help: ArgumentHelp("The client or network with this tag, as the log shows it.", valueName: "tag"))
        var tag: String?

        @Option(help: ArgumentHelp("A network, as in 192.0.2.0/24 or 2001:db8::/32. It is kept as typed.", valueName: "network"))
        var prefix: String?

        @Option(help: ArgumentHelp("The domain of the visitor's address, and every one below it.", valueName: "domain"))
        var domain: String?

        @Option(help: ArgumentHelp("Words in subject or text; case and spacing do not matter.", valueName: "words"))
        var text: String?

        @Flag(help: "Do not keep the letter. Without it, the letter is held.")
        var refuse = false

        @Option(help: "Why, for whoever comes after you.")
        var reason: String

        @Option(
            name: .customLong("for"),
            help: ArgumentHelp("How long, as in 12h or 30d. Without it, until removed.", valueName: "span"))
        var lasting: String?

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard [tag, prefix, domain, text].compactMap({ $0 }).count == 1 else {
                throw ValidationError("name exactly one of --tag, --prefix, --domain and --text")
            }
            if let lasting, Duration(span: lasting) == nil {
                throw ValidationError("--for takes a number and s, m, h or d, as in 12h")
            }
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            let mark: ControlRequest.NewBlock.Mark =
                if let tag {
                    .tag(tag)
                } else if let prefix {
                    .prefix(prefix)
                } else if let domain {
                    .domain(domain)
                } else {
                    .text(text ?? "")
                }
            let lasts = lasting.flatMap { Duration(span: $0) }?.components.seconds
            let new = ControlRequest.NewBlock(
                mark: mark, effect: (refuse ? Block.Effect.refuse : .hold).rawValue, reason: reason, lasts: lasts)
            guard case .blocks(let blocks) = try await caller.ask(.addBlock(new)).orRefusal(), let block = blocks.first else {
                throw ControlAnswer.mismatch
            }
            try output.print(block) {
                let does = block.effect == Block.Effect.hold.rawValue ? "are held" : "are refused"
                return "Block \(block.id): letters by \(block.kind) \(block.mark) \(does) "
                    + (block.expires.map { "until \($0)." } ?? "until you remove it.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the blocks, expired ones among them.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            guard case .blocks(let blocks) = try await caller.ask(.listBlocks).orRefusal() else { throw ControlAnswer.mismatch }
            try output.print(blocks) {
                guard !blocks.isEmpty else { return "No blocks." }
                let rows = blocks.map { block in
                    [
                        String(block.id), block.kind, block.mark, block.effect, block.added,
                        block.active ? block.expires ?? "until removed" : "expired", block.reason,
                    ]
                }
                return TextTable(head: ["ID", "BY", "MARK", "EFFECT", "ADDED", "UNTIL", "REASON"], rows: rows).text
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a block. What it has held stays held until it is released.")

        @Argument(help: "The block's number, as postern block list shows it.")
        var id: Int64

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            _ = try await caller.ask(.removeBlock(id: id)).orRefusal()
            Terminal.say("Block \(id) is removed.")
        }
    }
}
