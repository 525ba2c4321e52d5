/// The state of a delivery. The raw value is what the store and `queue count` show.
package enum DeliveryState: String, Sendable, CaseIterable {
    /// Waits for its due time. → leased, held, expired, dropped, delivered, failed
    case ready
    /// Claimed by a relay for one attempt. → delivered, ready, failed, held, expired
    case leased
    /// Waits for a person: staff held it, a fault of ours stopped it, or its visitor is to prove the address. → ready, dropped, failed
    case held
    /// The smarthost took it. Terminal.
    case delivered
    /// The smarthost refused it for good, or the key that opens it is lost. Terminal, unless a person has it tried again, or others
    /// are refused alike. → ready, held
    case failed
    /// Not delivered within the schedule's lifetime. Terminal, unless a person has it tried again. → ready
    case expired
    /// A person decided against it, or the recipient was erased. Terminal.
    case dropped

    package var isTerminal: Bool {
        switch self {
        case .ready, .leased, .held: false
        case .delivered, .failed, .expired, .dropped: true
        }
    }
}

/// What can happen to a delivery.
package enum DeliveryEvent: Hashable, Sendable, CaseIterable {
    case claimed
    case settled(Outcome.Kind)
    /// The lease ran out, or the relay that held it has ended.
    case leaseOver
    /// The next try would be after the schedule's lifetime.
    case tooOld
    /// The smarthost has left it uncertain too often whether it took the letter. Each further try may make one more copy.
    case uncertainTooOften
    case heldByStaff
    case released
    /// Its visitor has proved the address for which it waited.
    case proven
    case dropped
    /// A person has it tried again after it had ended.
    case retried
    /// It was refused, and then others were in the same way: that is about us.
    case recalled
    /// The key of its day is lost: nobody can open it.
    case keyLost

    package static let allCases: [DeliveryEvent] =
        [.claimed] + Outcome.Kind.allCases.map { .settled($0) }
        + [.leaseOver, .tooOld, .uncertainTooOften, .heldByStaff, .released, .proven, .dropped, .retried, .recalled, .keyLost]
}

/// A move that is not in the table: a bug, or a person acting on a letter whose state has changed in the meantime.
package struct IllegalMove: Error, Equatable, Sendable, CustomStringConvertible {
    package let state: DeliveryState
    package let event: DeliveryEvent

    package init(state: DeliveryState, event: DeliveryEvent) {
        (self.state, self.event) = (state, event)
    }

    package var description: String { "a delivery that is \(state.rawValue) cannot take “\(event)”" }
}

extension DeliveryState {
    /// Every legal move. The Spin model (Tests/Model) and the random walks of the store's tests use this table.
    package func after(_ event: DeliveryEvent) throws(IllegalMove) -> DeliveryState {
        switch (self, event) {
        case (.ready, .claimed): .leased
        case (.ready, .heldByStaff): .held
        case (.ready, .tooOld): .expired
        case (.ready, .dropped): .dropped
        // Of an attempt whose lease was over: a letter that was delivered is not sent again.
        case (.ready, .settled(.delivered)): .delivered

        case (.leased, .settled(.delivered)): .delivered
        case (.leased, .settled(.deferred)), (.leased, .settled(.uncertain)): .ready
        case (.leased, .settled(.failed)): .failed
        case (.leased, .settled(.ourFault)), (.leased, .settled(.muted)): .held
        case (.leased, .leaseOver): .ready
        case (.leased, .tooOld): .expired
        case (.leased, .uncertainTooOften): .held

        case (.held, .released), (.held, .proven): .ready
        case (.held, .dropped): .dropped

        // While its letter can still be opened.
        case (.failed, .retried), (.expired, .retried): .ready
        case (.failed, .recalled): .held
        case (.ready, .keyLost), (.leased, .keyLost), (.held, .keyLost): .failed

        case (.ready, _), (.leased, _), (.held, _), (.delivered, _), (.failed, _), (.expired, _), (.dropped, _):
            throw IllegalMove(state: self, event: event)
        }
    }
}
