internal import ArgumentParser
internal import PosternCore
internal import PosternHost
internal import PosternRelay

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Deliveries: what waits, what became of it, and what to do with it.",
        subcommands: [Count.self, List.self, Show.self, Retry.self, Hold.self, Release.self, Drop.self])

    struct Count: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count the deliveries in each state.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let counts: QueueCountsView = try await home.caller().ask(.countQueue)
            // Every state is there, so that a script need not check whether a key exists.
            let states = Dictionary(
                uniqueKeysWithValues: DeliveryState.allCases.map { ($0.rawValue, counts.states[$0.rawValue] ?? 0) })
            try output.print(states) {
                let rows = DeliveryState.allCases.map { [$0.rawValue, String(states[$0.rawValue] ?? 0)] }
                return TextTable(head: ["STATE", "DELIVERIES"], rows: rows + [["accepted in all", String(counts.accepted)]]).text
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List deliveries, oldest first.")

        @Option(help: "Only this state.")
        var state: DeliveryState?

        @Flag(help: "Only those held for a person to decide; the same as --state held.")
        var held = false

        @Option(help: "Only this site's.")
        var site: String?

        @Option(help: "Only this recipient's; needs --site.")
        var recipient: String?

        @Option(help: ArgumentHelp("Start after this delivery.", valueName: "id"))
        var after: String?

        @Option(help: "At most this many.")
        var limit = 100

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            try checkLimit(limit)
            guard recipient == nil || site != nil else { throw ValidationError("--recipient needs --site") }
        }

        func run() async throws {
            let caller = try home.caller()
            let deliveries: [DeliveryView] = try await caller.pages(of: limit, from: after, by: \.id.description) {
                after, count in
                var filter = ControlRequest.QueueFilter(limit: count)
                filter.state = (held ? .held : state)?.rawValue
                (filter.site, filter.handle, filter.after) = (site, recipient, after)
                return .listQueue(filter)
            }
            try output.print(deliveries) { Self.table(deliveries) }
        }

        private static func table(_ deliveries: [DeliveryView]) -> String {
            guard !deliveries.isEmpty else { return "No deliveries." }
            return TextTable(
                deliveries, ("ID", \.id.description), ("RECIPIENT", { "\($0.site)/\($0.handle)" }),
                ("STATE", { $0.state + ($0.uncertain > 0 ? " (uncertain)" : "") }), ("TRIES", { String($0.attempts) }),
                ("ACCEPTED", \.accepted.rfc3339), ("DUE", { $0.due?.rfc3339 ?? "–" }),
                ("REASON", { $0.reason ?? $0.text ?? "" })
            ).text
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one delivery with all its attempts.")

        @Argument(help: "The delivery's id. The log shows it, and it is the number that the visitor was given.")
        var id: String

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.showDelivery(id: id)) { (history: DeliveryHistory) in
                Self.text(history.delivery, history.attempts)
            }
        }

        private static func text(_ delivery: DeliveryView, _ attempts: [AttemptView]) -> String {
            var lines = [
                "\(delivery.kind) \(delivery.id) to \(delivery.site)/\(delivery.handle)",
                "accepted  \(delivery.accepted.rfc3339)",
                "state     \(delivery.state)" + (delivery.due.map { ", due \($0.rfc3339)" } ?? ""),
            ]
            if let reason = delivery.reason { lines.append("reason    \(reason)") }
            if delivery.uncertain > 0 {
                lines.append(
                    "uncertain \(delivery.uncertain)× – the server did not confirm, so it may have arrived; a copy has the same "
                        + "Message-ID")
            }
            guard !attempts.isEmpty else { return (lines + ["no attempts yet"]).joined(separator: "\n") }
            let table = TextTable(
                attempts, ("TRY", { String($0.number) }), ("BEGAN", \.began.rfc3339), ("OUTCOME", { $0.outcome ?? "under way" }),
                ("STAGE", { $0.stage ?? "–" }),
                ("CODE", { [$0.code.map(String.init), $0.enhanced].compactMap { $0 }.joined(separator: " ") }),
                ("ANSWER", { $0.text ?? "" }))
            return (lines + ["", table.text]).joined(separator: "\n")
        }
    }
}

/// Which deliveries to change, and how to ask for it.
struct QueueActionOptions: ParsableArguments {
    @Argument(help: "The delivery's id.")
    var id: String?

    @Flag(help: "All deliveries that this applies to.")
    var all = false

    @OptionGroup var home: HomeOption

    func validate() throws {
        guard (id != nil) != all else { throw ValidationError("give one delivery's id, or --all") }
    }

    /// - Parameter report: what has been done to the deliveries, for the person who asked.
    func apply(_ action: QueueOperations.Action, report: String) async throws {
        let count = try await home.caller().change(.changeDeliveries(action, of: id.map { .one(id: $0) } ?? .all))
        Terminal.say(count == 1 ? "1 delivery \(report)." : "\(count) deliveries \(report).")
    }
}

extension QueueCommand {
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try deliveries now: those that wait, whenever they are due, and those that failed or expired.",
            discussion: """
                A letter that failed or expired can be tried again as long as it can be opened, for the days of \
                POSTERN_RETENTION_LETTERS. Its mail then has the date of the retry, and the Message-ID it always had.
                """)

        @Option(help: "With --all: those that ended so, failed or expired, instead of those that wait.")
        var state: QueueOperations.Ended?

        @OptionGroup var options: QueueActionOptions

        func validate() throws {
            guard state == nil || options.all else { throw ValidationError("--state needs --all") }
        }

        func run() async throws {
            try await options.apply(state.map { .retryEnded($0) } ?? .retry, report: "due now")
            guard let state else { return }
            let counts: QueueCountsView = try await options.home.caller().ask(.countQueue)
            guard let left = counts.states[state.rawValue], left > 0 else { return }
            Terminal.say(
                "\(left) \(left == 1 ? "is" : "are") \(state.rawValue) still: the letter can no longer be opened, the recipient was "
                    + "erased, or it was refused again.")
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold waiting deliveries until they are released.")
        @Option(help: "Why; shown in the list.")
        var reason = "held by staff"
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.hold(reason: reason), report: "held") }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send held deliveries on their way.")
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.release, report: "released") }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop held deliveries for good.",
            discussion: "To drop a waiting delivery, hold it first: postern queue hold ID.")
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.drop, report: "dropped") }
    }
}

extension QueueOperations.Ended: ExpressibleByArgument {}
