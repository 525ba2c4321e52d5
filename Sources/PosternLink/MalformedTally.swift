private import Synchronization

/// Counts connections that were cut off because of what they sent, on all sockets of a process together.
package final class MalformedTally: Sendable {
    private let number = Atomic<Int>(0)

    package init() {}

    /// Since the start of the process.
    package var count: Int { number.load(ordering: .relaxed) }

    func add() {
        number.add(1, ordering: .relaxed)
    }
}
