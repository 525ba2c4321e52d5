import Logging
import PosternCore
import PosternStore
import PosternTestSupport
import Synchronization

/// A logger's lines, for tests that count them.
final class KeptLog: Sendable {
    private let lines = Mutex<[(level: Logger.Level, text: String)]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    var errors: [String] { texts(.error) }
    var warnings: [String] { texts(.warning) }
    var notices: [String] { texts(.notice) }

    private func texts(_ level: Logger.Level) -> [String] { lines.withLock { $0.filter { $0.level == level }.map(\.text) } }

    private struct Handler: LogHandler {
        let log: KeptLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            log.lines.withLock { $0.append((event.level, ([event.message.description] + words).joined(separator: " "))) }
        }
    }
}

/// A store whose writes fail as long as a test says so.
final class FaultyStore: Database {
    private let store: any Database
    private let failing = Atomic(false)

    init(_ store: any Database) { self.store = store }

    func fail(_ isFailing: Bool) { failing.store(isFailing, ordering: .sequentiallyConsistent) }

    func write<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        guard !failing.load(ordering: .sequentiallyConsistent) else { throw StoreError.closed }
        return try await store.write(unit)
    }

    func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        try await store.read(unit)
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
