import NIOCore
import Synchronization

/// One line as a server received it.
package struct ServerLine: Sendable {
    /// Without its line end.
    package let text: String
    package let at: ContinuousClock.Instant
    package let isEncrypted: Bool
}

/// One connection.
package struct ServerSession: Sendable {
    package let number: Int
    /// Commands and lines of an AUTH dialogue; not the text of letters.
    package internal(set) var lines: [ServerLine] = []
    package internal(set) var isClosed = false

    package var commands: [String] { lines.map(\.text) }
}

/// One letter whose final dot came in.
package struct ServerMessage: Sendable {
    package let session: Int
    /// What stood in MAIL after the colon: `<a@b>` with parameters.
    package let sender: String
    /// What stood in each RCPT after the colon.
    package let recipients: [String]
    /// The text as sent, doubled dots undone, without the final dot.
    package let octets: [UInt8]
    /// When the final dot came in.
    package let at: ContinuousClock.Instant
    /// Whether it was answered 2xx; nil while it is not answered.
    package internal(set) var isAccepted: Bool?
}

/// What a server saw. Its event loops write it, tests read it.
final class ServerLedger: Sendable {
    private struct State {
        var sessions: [ServerSession] = []
        var messages: [ServerMessage] = []
        var letters = 0
        var channels: [Int: any Channel] = [:]
    }

    private let state = Mutex(State())

    var sessions: [ServerSession] { state.withLock { $0.sessions } }
    var messages: [ServerMessage] { state.withLock { $0.messages } }
    var letters: Int { state.withLock { $0.letters } }
    /// Of open sessions, by their number.
    var channels: [Int: any Channel] { state.withLock { $0.channels } }

    func opened(_ channel: any Channel) -> Int {
        state.withLock { state in
            let number = state.sessions.count
            state.sessions.append(ServerSession(number: number))
            state.channels[number] = channel
            return number
        }
    }

    func closed(_ session: Int) {
        state.withLock { state in
            state.sessions[session].isClosed = true
            state.channels[session] = nil
        }
    }

    func add(_ line: ServerLine, to session: Int) {
        state.withLock { $0.sessions[session].lines.append(line) }
    }

    func letterBegan() {
        state.withLock { $0.letters += 1 }
    }

    /// - Returns: the message's index.
    func add(_ message: ServerMessage) -> Int {
        state.withLock { state in
            state.messages.append(message)
            return state.messages.count - 1
        }
    }

    func answered(_ message: Int, isAccepted: Bool) {
        state.withLock { $0.messages[message].isAccepted = isAccepted }
    }
}
