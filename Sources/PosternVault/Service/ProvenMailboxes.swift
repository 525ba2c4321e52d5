internal import PosternCore
private import Synchronization

/// Which addresses somebody has proved lately by a code: more than one letter a day may ask them for one. In memory only: after a
/// restart, an address is asked for its next code as if it were the first.
package final class ProvenMailboxes: Sendable {
    fileprivate struct State {
        var day = Epoch(day: 0)
        var today: Set<[UInt8]> = []
        var yesterday: Set<[UInt8]> = []
    }

    private static let most = 65_536
    private let visitors: VisitorCodes
    private let state = Mutex(State())

    package init(visitors: VisitorCodes) {
        self.visitors = visitors
    }

    func add(_ visitor: EmailAddress, at now: Timestamp) {
        let name = visitors.mailboxName(of: visitor)
        state.withLock { state in
            state.turn(to: Epoch(containing: now))
            if state.today.count < Self.most { state.today.insert(name) }
        }
    }

    func contains(_ visitor: EmailAddress, at now: Timestamp) -> Bool {
        let name = visitors.mailboxName(of: visitor)
        return state.withLock { state in
            state.turn(to: Epoch(containing: now))
            return state.today.contains(name) || state.yesterday.contains(name)
        }
    }
}

extension ProvenMailboxes.State {
    /// A clock that was set back keeps what there is.
    fileprivate mutating func turn(to epoch: Epoch) {
        guard epoch > day else { return }
        (yesterday, today, day) = (epoch == day.next ? today : [], [], epoch)
    }
}
