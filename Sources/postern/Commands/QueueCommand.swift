internal import ArgumentParser
private import PosternCore
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

        @Option(help: "Only this state: \(DeliveryState.allCases.map(\.rawValue).joined(separator: ", ")).")
        var state: String?

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
            if let state, DeliveryState(rawValue: state) == nil { throw ValidationError("there is no state “\(state)”") }
            try checkLimit(limit)
            guard recipient == nil || site != nil else { throw ValidationError("--recipient needs --site") }
        }

        func run() async throws {
            let caller = try await home.caller()
            let deliveries = try await caller.pages(of: limit, after: after, by: \.id.description) { after, count in
                var filter = ControlRequest.QueueFilter(limit: count)
                filter.state = held ? DeliveryState.held.rawValue : state
                filter.site = site
                filter.handle = recipient
                filter.after = after
                return try await caller.ask(.listQueue(filter), for: [DeliveryView].self)
            }
            try output.print(deliveries) { Self.table(deliveries) }
        }

        private static func table(_ deliveries: [DeliveryView]) -> String {
            guard !deliveries.isEmpty else { return "No deliveries." }
            let rows = deliveries.map { delivery in
                [
                    delivery.id.description, "\(delivery.site)/\(delivery.handle)",
                    delivery.state + (delivery.uncertain > 0 ? " (uncertain)" : ""), String(delivery.attempts),
                    delivery.accepted.rfc3339, delivery.due?.rfc3339 ?? "–", delivery.reason ?? delivery.text ?? "",
                ]
            }
            return TextTable(head: ["ID", "RECIPIENT", "STATE", "TRIES", "ACCEPTED", "DUE", "REASON"], rows: rows).text
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one delivery with all its attempts.")

        @Argument(help: "The delivery's id, as the visitor's answer and the log have it.")
        var id: String

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let history: DeliveryHistory = try await home.caller().ask(.showDelivery(id: id))
            try output.print(history) { Self.text(history.delivery, history.attempts) }
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
            let rows = attempts.map { attempt in
                [
                    String(attempt.number), attempt.began.rfc3339, attempt.outcome ?? "under way", attempt.stage ?? "–",
                    [attempt.code.map(String.init), attempt.enhanced].compactMap { $0 }.joined(separator: " "),
                    attempt.text ?? "",
                ]
            }
            let table = TextTable(head: ["TRY", "BEGAN", "OUTCOME", "STAGE", "CODE", "ANSWER"], rows: rows)
            return (lines + ["", table.text]).joined(separator: "\n")
        }
    }
}
