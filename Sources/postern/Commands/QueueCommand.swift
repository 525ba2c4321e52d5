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

        @OptionGroup var common: CommonTraits

        @Option(help: "Only those whose reason, or the server's last answer, has this text in it.")
        var reason: String?

        @Option(help: ArgumentHelp("Start after this delivery.", valueName: "id"))
        var after: String?

        @Option(help: "At most this many; 0 for all.")
        var limit = 100

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws { try checkLimit(limit) }

        func run() async throws {
            let caller = try home.caller()
            let filter = common.filter(state: held ? .held : state, reason: reason)
            let page: Page<DeliveryView> = try await caller.pages(of: limit, from: after, by: \.id.description) { after, count in
                var filter = filter
                (filter.after, filter.limit) = (after, count)
                return .listQueue(filter)
            }
            try output.print(page.rows) { Self.table(page.rows) }
            if page.isCut { page.sayWhatIsCut(of: try await caller.ask(.countDeliveries(filter, changedBy: nil)), output) }
        }

        private static func table(_ deliveries: [DeliveryView]) -> String {
            guard !deliveries.isEmpty else { return "No deliveries." }
            return TextTable(
                deliveries, ("ID", \.id.description), ("RECIPIENT", { "\($0.site)/\($0.handle)" }), ("KIND", \.kind),
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
                "\(delivery.kind) \(delivery.id) \(delivery.isOfBoth ? "in a conversation with" : "to") \(delivery.site)/\(delivery.handle)",
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
