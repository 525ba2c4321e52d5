import PosternCore
import Testing

@Suite("A delivery moves as the table says and no other way")
struct DeliveryStateTests {
    /// The table of states, row by row.
    static let legal: [(DeliveryState, DeliveryEvent, DeliveryState)] = [
        (.ready, .claimed, .leased), (.ready, .heldByStaff, .held), (.ready, .tooOld, .expired), (.ready, .dropped, .dropped),
        (.ready, .settled(.delivered), .delivered),
        (.leased, .settled(.delivered), .delivered), (.leased, .settled(.deferred), .ready),
        (.leased, .settled(.failed), .failed), (.leased, .settled(.ourFault), .held), (.leased, .settled(.muted), .held),
        (.leased, .settled(.uncertain), .ready),
        (.leased, .leaseOver, .ready), (.leased, .tooOld, .expired), (.leased, .uncertainTooOften, .held),
        (.held, .released, .ready), (.held, .proven, .ready), (.held, .dropped, .dropped),
        (.ready, .keyLost, .failed), (.leased, .keyLost, .failed), (.held, .keyLost, .failed),
        (.failed, .retried, .ready), (.expired, .retried, .ready), (.failed, .recalled, .held),
    ]

    @Test(arguments: legal)
    func `A legal event leads where the table says`(state: DeliveryState, event: DeliveryEvent, next: DeliveryState) throws {
        #expect(try state.after(event) == next)
    }

    @Test(arguments: DeliveryState.allCases, DeliveryEvent.allCases)
    func `Every other event throws and names state and event`(state: DeliveryState, event: DeliveryEvent) {
        guard !Self.legal.contains(where: { $0.0 == state && $0.1 == event }) else { return }
        #expect(throws: IllegalMove(state: state, event: event)) { try state.after(event) }
    }

    @Test(arguments: DeliveryState.allCases.filter(\.isTerminal))
    func `From a terminal state nothing leads on by itself: a person has it tried again, or others are refused alike`(
        state: DeliveryState
    ) {
        for event in DeliveryEvent.allCases where event != .retried && event != .recalled {
            #expect(throws: IllegalMove.self) { try state.after(event) }
        }
    }

    @Test(arguments: DeliveryState.allCases)
    func `From every state that is not terminal, a terminal one can be reached`(state: DeliveryState) {
        var reached: Set<DeliveryState> = [state]
        var frontier = [state]
        while let current = frontier.popLast() {
            for event in DeliveryEvent.allCases {
                if let next = try? current.after(event), reached.insert(next).inserted { frontier.append(next) }
            }
        }
        #expect(reached.contains { $0.isTerminal })
    }
}
