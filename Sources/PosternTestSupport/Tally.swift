private import Synchronization

/// Counts what happens in several tasks at once. A class, because a closure cannot capture an atomic.
package final class Tally: Sendable {
    private let value = Atomic(0)

    package init() {}

    package var count: Int { value.load(ordering: .sequentiallyConsistent) }

    package func add() {
        value.add(1, ordering: .sequentiallyConsistent)
    }
}
