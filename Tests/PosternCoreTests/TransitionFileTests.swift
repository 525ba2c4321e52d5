import Foundation
import PosternCore
import Testing

@Suite("The model that Spin checks moves by the program's own table")
struct TransitionFileTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Model/transitions.pml")

    @Test
    func `Tests/Model/transitions.pml is what DeliveryState.after says; POSTERN_WRITE_TRANSITIONS=1 rewrites it`() throws {
        let rendered = PromelaTable().text
        if ProcessInfo.processInfo.environment["POSTERN_WRITE_TRANSITIONS"] == "1" {
            try rendered.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == rendered)
    }

    @Test func `Every state and every event is asked, and no two have one name in the model`() {
        let table = PromelaTable()
        #expect(table.moves.count == DeliveryState.allCases.count * DeliveryEvent.allCases.count)
        #expect(Set(DeliveryEvent.allCases.map(PromelaTable.name)).count == DeliveryEvent.allCases.count)
        #expect(Set(DeliveryEvent.allCases).count == DeliveryEvent.allCases.count)
    }
}

/// `DeliveryState.after` in the language of Spin.
private struct PromelaTable {
    struct Move {
        let state: DeliveryState
        let event: DeliveryEvent
        /// Nil where the table has no way.
        let next: DeliveryState?
    }

    let moves: [Move] = DeliveryState.allCases.flatMap { state in
        DeliveryEvent.allCases.map { Move(state: state, event: $0, next: try? state.after($0)) }
    }

    /// Exhaustive, so that a new event cannot be left out of the model.
    static func name(_ event: DeliveryEvent) -> String {
        switch event {
        case .claimed: "by_claimed"
        case .settled(let kind): "by_settled_" + kind.rawValue.replacingOccurrences(of: "-", with: "_")
        case .leaseOver: "by_lease_over"
        case .tooOld: "by_too_old"
        case .uncertainTooOften: "by_uncertain_too_often"
        case .heldByStaff: "by_held_by_staff"
        case .released: "by_released"
        case .proven: "by_proven"
        case .dropped: "by_dropped"
        case .retried: "by_retried"
        case .recalled: "by_recalled"
        case .keyLost: "by_key_lost"
        }
    }

    var text: String {
        let states = DeliveryState.allCases.map(\.rawValue).joined(separator: ", ")
        let events = DeliveryEvent.allCases.map(Self.name).joined(separator: ",\n    ")
        let terminal = DeliveryState.allCases.filter(\.isTerminal).map { "s == \($0.rawValue)" }.joined(separator: " || ")
        let ways = moves.compactMap { move in
            move.next.map { "    :: s == \(move.state.rawValue) && e == \(Self.name(move.event)) -> next = \($0.rawValue)" }
        }
        return """
            /*
             * The table of DeliveryState.after, rendered from it by TransitionFileTests: \(ways.count) of \(moves.count) moves are legal.
             * Not written by hand; to rewrite it: POSTERN_WRITE_TRANSITIONS=1 swift test --filter TransitionFileTests
             */
            mtype:state = { absent, \(states), illegal };
            mtype:event = {
                \(events)
            };

            #define is_terminal(s) (\(terminal))

            inline after(s, e, next) {
                if
            \(ways.joined(separator: "\n"))
                :: else -> next = illegal
                fi
            }

            """
    }
}
