import NIOCore
import NIOPosix

/// A condition that did not come true in time.
package struct NotInTime: Error, CustomStringConvertible {
    package let condition: String
    package let limit: Duration

    package init(_ condition: String, within limit: Duration) {
        (self.condition, self.limit) = (condition, limit)
    }

    package var description: String { "not within \(limit): \(condition)" }
}

/// Returns as soon as the condition holds. Looks every 2 ms and holds no thread meanwhile.
///
/// - Parameters:
///   - what: the condition in words, for the failure.
///   - limit: far longer than it takes. Hundreds of tests share two threads, and some of them count for seconds.
/// - Throws: `NotInTime` when `limit` has passed; whatever the condition throws, at once.
package func eventually(
    _ what: String = "the condition", within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < deadline else { throw NotInTime(what, within: limit) }
        let pause = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .milliseconds(2)) {}
        try await pause.futureResult.get()
    }
}

/// Lets the event loops' clock run for a while, holding no thread: for load generators between two tries, never for waiting
/// until something has happened.
package func pause(_ span: Duration) async throws {
    let (seconds, attoseconds) = span.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    try await MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .nanoseconds(nanoseconds)) {}.futureResult.get()
}
