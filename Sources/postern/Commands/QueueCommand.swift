internal import ArgumentParser
private import PosternCore
internal import PosternRelay

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Deliveries: what waits, what became of it, and what to do with it.",
        subcommands: [Count.self, List.self, Show.self, Retry.self, Hold.self, Release.self, Drop.self])

    struct Count: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count the deliveries of each state.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            guard case .counts(let counts) = try await caller.ask(.countQueue).orRefusal() else { throw ControlAnswer.mismatch }
            // Every state is there, so that a script need not ask whether a key exists.
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

        @Flag(help: "Only those held for a person; the same as --state held.")
        var held = false

        @Option(help: "Only this site's.")
        var site: String?

        @Option(help: "Only this recipient's; takes --site too.")
        var recipient: String?

        @Option(help: ArgumentHelp("Begin behind this delivery.", valueName: "id"))
        var after: String?

        @Option(help: "At most this many.")
        var limit = 100

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            if let state, DeliveryState(rawValue: state) == nil { throw ValidationError("there is no state “\(state)”") }
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10,000") }
            guard recipient == nil || site != nil else { throw ValidationError("--recipient takes --site too") }
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            let deliveries = try await caller.pages(of: limit, after: after, by: \.id) { after, count in
                let filter = ControlRequest.QueueFilter(
                    state: held ? DeliveryState.held.rawValue : state, site: site, handle: recipient, after: after, limit: count)
                guard case .deliveries(let page) = try await caller.ask(.listQueue(filter)).orRefusal() else {
                    throw ControlAnswer.mismatch
                }
                return page
            }
            try output.print(deliveries) { Self.table(deliveries) }
        }

        private static func table(_ deliveries: [ControlAnswer.DeliveryView]) -> String {
            guard !deliveries.isEmpty else { return "No deliveries." }
            let rows = deliveries.map { delivery in
                [
                    delivery.id, "\(delivery.site)/\(delivery.handle)",
                    delivery.state + (delivery.uncertain > 0 ? " (uncertain)" : ""),
                    String(delivery.attempts), delivery.accepted, delivery.due ?? "–", delivery.reason ?? delivery.text ?? "",
                ]
            }
            return TextTable(head: ["ID", "RECIPIENT", "STATE", "TRIES", "ACCEPTED", "DUE", "LAST WORD"], rows: rows).text
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one delivery with all its attempts.")

        @Argument(help: "The delivery's id, as the visitor's answer and the log have it.")
        var id: String

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        private struct Whole: Encodable {
            let delivery: ControlAnswer.DeliveryView
            let attempts: [ControlAnswer.AttemptView]
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            guard case .delivery(let delivery, let attempts) = try await caller.ask(.showDelivery(id: id)).orRefusal() else {
                throw ControlAnswer.mismatch
            }
            try output.print(Whole(delivery: delivery, attempts: attempts)) { Self.text(delivery, attempts) }
        }

        private static func text(_ delivery: ControlAnswer.DeliveryView, _ attempts: [ControlAnswer.AttemptView]) -> String {
            var lines = [
                "\(delivery.kind) \(delivery.id) to \(delivery.site)/\(delivery.handle)", "accepted  \(delivery.accepted)",
                "state     \(delivery.state)" + (delivery.due.map { ", due \($0)" } ?? ""),
            ]
            if let reason = delivery.reason { lines.append("because   \(reason)") }
            if delivery.uncertain > 0 {
                lines.append(
                    "uncertain \(delivery.uncertain)× – it may have arrived although no answer did; a copy bears the same Message-ID"
                )
            }
            guard !attempts.isEmpty else { return (lines + ["no attempts yet"]).joined(separator: "\n") }
            let rows = attempts.map { attempt in
                [
                    String(attempt.number), attempt.began, attempt.outcome ?? "under way", attempt.stage ?? "–",
                    [attempt.code.map(String.init), attempt.enhanced].compactMap { $0 }.joined(separator: " "),
                    attempt.text ?? "",
                ]
            }
            let table = TextTable(head: ["TRY", "BEGAN", "OUTCOME", "STAGE", "CODE", "ANSWER"], rows: rows)
            return (lines + ["", table.text]).joined(separator: "\n")
        }
    }
}
