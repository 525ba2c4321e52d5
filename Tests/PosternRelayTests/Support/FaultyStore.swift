import PosternCore
import PosternStore
import PosternTestSupport
import Synchronization

/// A store whose writes, or reads, fail as long as a test says so. It counts what it was asked.
final class FaultyStore: Database {
    private let store: any Database
    private let failing = Atomic(false)
    private let failingReads = Atomic(false)
    private let counted = Atomic(0)
    private let failingOnce = Atomic(Int.max)
    private let interlude = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init(_ store: any Database) { self.store = store }

    /// Failed ones included.
    var writes: Int { counted.load(ordering: .sequentiallyConsistent) }

    func fail(_ isFailing: Bool) { failing.store(isFailing, ordering: .sequentiallyConsistent) }

    /// Has one write fail: the one that comes after `count` more.
    func failOnce(after count: Int) { failingOnce.store(writes + count + 1, ordering: .sequentiallyConsistent) }

    /// What somebody else does between a look and the write that follows it.
    func beforeNextWrite(_ interlude: @escaping @Sendable () async throws -> Void) { self.interlude.withLock { $0 = interlude } }

    func failReads(_ isFailing: Bool) { failingReads.store(isFailing, ordering: .sequentiallyConsistent) }

    func write<Answer: Sendable>(
        isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        let number = counted.add(1, ordering: .sequentiallyConsistent).newValue
        let interlude = interlude.withLock { interlude in
            defer { interlude = nil }
            return interlude
        }
        try await interlude?()
        guard !failing.load(ordering: .sequentiallyConsistent), number != failingOnce.load(ordering: .sequentiallyConsistent)
        else { throw StoreError.closed }
        return try await store.write(isErasing: isErasing, unit)
    }

    func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        guard !failingReads.load(ordering: .sequentiallyConsistent) else { throw StoreError.closed }
        return try await store.read(unit)
    }

    func close() async { await store.close() }

    var health: StoreHealth { store.health }
}

extension RandomSource {
    /// The same numbers in every run.
    static func seeded(_ seed: UInt64) -> RandomSource {
        let drawer = SeededDrawer(seed)
        return RandomSource { drawer.next() }
    }
}

private final class SeededDrawer: Sendable {
    private let randomness: Mutex<SeededRandomness>

    init(_ seed: UInt64) { randomness = Mutex(SeededRandomness(seed: seed)) }

    func next() -> UInt64 { randomness.withLock { $0.next() } }
}
