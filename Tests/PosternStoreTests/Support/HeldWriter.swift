import Dispatch
import PosternStore
import Testing

/// Keeps the writing connection busy with one unit, so that what is asked meanwhile has to wait and comes together.
struct HeldWriter {
    private let opened = DispatchSemaphore(value: 0)
    private let holder: Task<Void, any Error>
    private let database: any OpenStore

    static func hold(_ database: any OpenStore) async throws -> HeldWriter {
        let gate = HeldWriter(database)
        // The holder is in its unit, alone.
        try await gate.entered()
        return gate
    }

    private let inside = AsyncStream<Void>.makeStream()

    private init(_ database: any OpenStore) {
        self.database = database
        let (opened, inside) = (opened, inside.continuation)
        holder = Task {
            try await database.write { _ in
                inside.finish()
                opened.wait()
            }
        }
    }

    private func entered() async throws {
        for await _ in inside.stream {}
    }

    /// Returns when as many units wait.
    func gathered(_ count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while database.waitingWrites < count {
            try #require(ContinuousClock.now < deadline, "\(database.waitingWrites) of \(count) units came to wait")
            await Task.yield()
        }
    }

    func open() async throws {
        opened.signal()
        try await holder.value
    }
}
