import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

@Suite("The queue is counted no more often than is cheap", .timeLimit(.minutes(40)))
struct QueueCensusTests {
    private struct StoreIsAway: Error {}

    /// So many accepted, and nothing else.
    private func counts(_ accepted: Int) -> QueueCounts {
        QueueCounts(states: [.delivered: accepted], accepted: accepted)
    }

    @Test func `Anyone who asks while it is counted waits for that count`() async throws {
        let (asking, counted) = (Tally(), Tally())
        let gate = Gate()
        let census = QueueCensus {
            counted.add()
            try await eventually { gate.isOpen }
            return counts(counted.count)
        }
        let answers = try await withThrowingTaskGroup(of: QueueCounts.self) { askers in
            for _ in 0..<20 {
                askers.addTask {
                    asking.add()
                    return try await census.counts()
                }
            }
            // Who comes too late even so finds the count made, which is then good for twenty times as long as this takes.
            try await eventually("all ask") { asking.count == 20 && counted.count == 1 }
            gate.open()
            return try await askers.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: counts(1), count: 20))
    }

    @Test func `A count is good for twenty times as long as it took, and then counted again`() async throws {
        let counted = Tally()
        let census = QueueCensus {
            counted.add()
            let began = ContinuousClock.now
            while ContinuousClock.now - began < .milliseconds(20) { await Task.yield() }
            return counts(counted.count)
        }
        let began = ContinuousClock.now
        #expect(try await census.counts() == counts(1))
        // On a busy machine the count takes as long as it is kept from its turn, and is then good for longer.
        try await eventually("it is counted again", within: .seconds(240)) {
            _ = try await census.counts()
            return counted.count > 1
        }
        #expect(ContinuousClock.now - began > .milliseconds(400))
    }

    @Test func `A store that could not be asked is asked again`() async throws {
        let asked = Tally()
        let census = QueueCensus {
            asked.add()
            guard asked.count > 1 else { throw StoreIsAway() }
            return counts(1)
        }
        await #expect(throws: StoreIsAway.self) { try await census.counts() }
        try await eventually { (try? await census.counts()) == counts(1) }
    }
}
