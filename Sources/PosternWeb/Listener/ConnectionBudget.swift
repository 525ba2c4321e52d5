/// How many connections the listeners may hold together, so that the process never runs out of file descriptors: an accept that
/// fails would shut out everybody, and a store that cannot open a file would refuse letters.
package struct ConnectionBudget: Equatable, Sendable {
    package let visitors: Int
    package let staff: Int

    /// What the listeners want, if there are enough descriptors.
    package static let wanted = ConnectionBudget(visitors: 768, staff: 64)
    /// For the store, the log, the sockets to the other process and to the commands, event loops, the demo mailbox, and
    /// connections that are closed as soon as they are accepted.
    private static let reserve = 192

    /// How many descriptors are needed for all that is wanted.
    package static let descriptors = reserve + wanted.visitors + wanted.staff

    private init(visitors: Int, staff: Int) {
        (self.visitors, self.staff) = (visitors, staff)
    }

    /// - Parameter descriptors: how many the process may open.
    package init(descriptors: Int) {
        let rest = max(descriptors - Self.reserve, 32)
        staff = min(Self.wanted.staff, rest / 8)
        visitors = min(Self.wanted.visitors, rest - staff)
    }
}
