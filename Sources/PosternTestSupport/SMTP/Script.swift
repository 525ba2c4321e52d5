/// What a `ScriptedSMTPServer` does, as data.
package struct Script: Sendable {
    package enum Security: Sendable {
        case none
        /// STARTTLS is offered and works.
        case startTLS(TestCertificates.Pair)
        /// TLS from the first octet.
        case implicit(TestCertificates.Pair)
    }

    package struct Login: Sendable {
        package let user: String
        package let password: String
        package let mechanisms: [String]

        package init(user: String, password: String, mechanisms: [String] = ["PLAIN", "LOGIN"]) {
            self.user = user
            self.password = password
            self.mechanisms = mechanisms
        }
    }

    package var security = Security.none
    /// Offered, and demanded before MAIL, when set.
    package var login: Login?
    /// Further EHLO keywords.
    package var extensions = ["8BITMIME", "SIZE 10485760", "SMTPUTF8"]
    /// Where it differs from a server in order.
    package var actions: [ServerStage: ServerAction] = [:]
    /// Asked first. Nil leaves it to `actions`.
    package var choose: (@Sendable (ServerStage, SessionInfo) -> ServerAction?)?

    package init() {}

    package init(_ actions: [ServerStage: ServerAction]) {
        self.actions = actions
    }

    func action(at stage: ServerStage, _ info: SessionInfo) -> ServerAction {
        choose?(stage, info) ?? actions[stage] ?? .standard
    }
}

/// The moments at which a script can act.
package enum ServerStage: String, Sendable, CaseIterable {
    case greeting, ehlo, helo
    case startTLS, login
    case mailFrom, recipient, data
    /// The first octets of the text have come in. The standard action is to say nothing.
    case text
    case finalDot
    case reset, quit
}

package indirect enum ServerAction: Sendable {
    /// What a server in order does.
    case standard
    /// A reply, one element per line, without line ends. The dialogue continues as its code demands.
    case lines([String])
    /// Octets as they are. The dialogue continues as the first code among them demands.
    case octets([UInt8])
    /// Closes the connection without a word.
    case drop
    /// Does the action, then closes.
    case thenDrop(ServerAction)
    /// Does the action after a while.
    case after(Duration, ServerAction)
    /// Does the action once the gate is open.
    case once(Gate, ServerAction)
    /// Never answers and reads no further.
    case stall

    package static func reply(_ lines: String...) -> ServerAction { .lines(lines) }
}

/// Where a session stands when the script is asked.
package struct SessionInfo: Sendable {
    /// Counts the server's connections from 0.
    package let session: Int
    /// Counts the letters begun on the server (MAIL accepted) from 0, this one included.
    package let letter: Int
    package let isEncrypted: Bool
    /// The last command line.
    package let line: String
    package let recipients: [String]
    /// The server's open connections, this one included.
    package let open: Set<Int>
}
