import PosternCore
import PosternTestSupport
import PosternVault
import Testing

@Suite("A letter asked for twice is sent once", .timeLimit(.minutes(40)))
struct DeliveryDeduplicatorTests {
    private let id = LetterID(high: 1, low: 2)

    private func outcome(_ kind: Outcome.Kind) -> Outcome {
        Outcome(kind, health: .reached, diagnosis: .init(stage: .finalDot, code: 250, text: "ok"))
    }

    @Test(arguments: Outcome.Kind.allCases)
    func `Asked by others while it is under way: all get the one outcome`(kind: Outcome.Kind) async throws {
        let deduplicator = DeliveryDeduplicator()
        let sent = Tally()
        let gate = Gate()
        let outcome = outcome(kind)
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { askers in
            for _ in 0..<20 {
                askers.addTask { [id] in
                    await deduplicator.once(id) {
                        sent.add()
                        try? await eventually { gate.isOpen }
                        return outcome
                    }
                }
            }
            try await eventually("all others wait") { deduplicator.waiting == 19 }
            gate.open()
            return try await askers.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: outcome, count: 20))
        #expect(sent.count == 1)
        #expect(deduplicator.waiting == 0)
    }

    @Test(arguments: Outcome.Kind.allCases)
    func `Asked again after it was delivered: not sent again`(kind: Outcome.Kind) async {
        let deduplicator = DeliveryDeduplicator()
        let sent = Tally()
        let outcome = outcome(kind)
        for _ in 0..<3 {
            _ = await deduplicator.once(id) {
                sent.add()
                return outcome
            }
        }
        // A letter that was not delivered is tried again as often as it is asked for.
        #expect(sent.count == (kind == .delivered ? 1 : 3))
    }

    @Test func `The memory is bounded and keeps the latest`() async {
        let deduplicator = DeliveryDeduplicator()
        let outcome = outcome(.delivered)
        for number in 0..<10_000 as Range<UInt64> { _ = await deduplicator.once(LetterID(high: 7, low: number)) { outcome } }
        let sent = Tally()
        for number in 6_000..<10_000 as Range<UInt64> {
            _ = await deduplicator.once(LetterID(high: 7, low: number)) {
                sent.add()
                return outcome
            }
        }
        #expect(sent.count == 0)
        #expect(deduplicator.remembered <= 2 * DeliveryDeduplicator.memory)
    }
}
