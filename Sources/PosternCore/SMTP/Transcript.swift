/// What happened in one transfer, in order: the only thing an outcome is decided from.
///
/// libcurl's result code is not a verdict and its response code may be a stale one, so that stage and last answer are
/// recovered from here. Holds verbs and replies, never what was sent: no envelope, no credentials, no text. It is bounded,
/// since the other side decides how much it says.
package struct Transcript: Equatable, Sendable {
    package enum Event: Equatable, Sendable {
        /// A new socket was opened: whatever was known of an older connection is void.
        case dialled
        /// The connection stands, with TLS where TLS comes first.
        case connected
        case command(SMTPVerb)
        case reply(SMTPReply)
        /// The first octets of the text were handed over.
        case text
        case certificate(CertificateFault)
        case halted(Halt)
    }

    /// What a line meant to the one who reads.
    package enum Intake: Equatable, Sendable {
        case partial
        case complete(SMTPReply)
        case noise
        /// More than `Limit` allows; stop listening.
        case babble
    }

    package enum Limit {
        package static let linesInReply = 128
        package static let octetsInLine = 1_024
        package static let events = 64
    }

    package private(set) var events: [Event] = []
    /// Where the attempt stands.
    package private(set) var stage = DeliveryStage.connect
    /// The server's answer to what this stage asked; nil while it owes one.
    package private(set) var answer: SMTPReply?
    package private(set) var halt: Halt?
    package private(set) var certificateFault: CertificateFault?
    package private(set) var dialled = false
    /// From here on the server might take the letter on: another try could make a second one.
    package private(set) var mailAccepted = false

    /// The last command that moved the attempt.
    package private(set) var verb: SMTPVerb?
    private var pending: [String] = []
    /// After our QUIT nothing matters any more; its 221 must not pass for an answer to the letter.
    private var over = false

    package init() {}

    package mutating func noteDialled() {
        add(.dialled)
        (stage, answer, verb, dialled) = (.connect, nil, nil, true)
        pending = []
    }

    /// Counts once per connection; later calls change nothing.
    package mutating func noteConnected() {
        guard dialled, stage == .connect else { return }
        add(.connected)
        stage = .greeting
    }

    /// - Parameter line: a line that was sent. Only its verb is kept, and during an AUTH dialogue not even that: a
    ///   password in base64 may spell a command.
    package mutating func note(sent line: [UInt8]) {
        guard !over, !isInLogin, let verb = SMTPVerb(line: line) else { return }
        note(verb)
    }

    package mutating func note(_ verb: SMTPVerb) {
        guard !over else { return }
        add(.command(verb))
        over = verb == .quit
        guard let next = verb.stage else { return }
        (stage, answer, self.verb) = (next, nil, verb)
        pending = []
    }

    /// - Parameter line: one line as received, with its end.
    package mutating func note(received line: [UInt8]) -> Intake {
        guard !over else { return .partial }
        switch SMTPReplyLine(line, limit: Limit.octetsInLine) {
        case .noise:
            return .noise
        case .more(_, let text):
            guard pending.count < Limit.linesInReply else { return .babble }
            pending.append(text)
            return .partial
        case .last(let code, let text):
            guard events.count < Limit.events else { return .babble }
            let reply = SMTPReply(code: code, lines: pending + [text])
            note(reply)
            return .complete(reply)
        }
    }

    package mutating func note(_ reply: SMTPReply) {
        guard !over else { return }
        noteConnected()
        add(.reply(reply))
        answer = reply
        pending = []
        if stage == .mailFrom && reply.severity == .positive { mailAccepted = true }
    }

    package mutating func noteText() {
        guard stage != .finalDot else { return }
        add(.text)
        (stage, answer) = (.finalDot, nil)
    }

    package mutating func note(_ fault: CertificateFault) {
        add(.certificate(fault))
        certificateFault = fault
    }

    /// The first reason stands: what follows is its consequence.
    package mutating func note(_ halt: Halt) {
        guard self.halt == nil else { return }
        add(.halted(halt))
        self.halt = halt
    }

    private mutating func add(_ event: Event) {
        // Notes of our own side are few; only replies can pile up, and `note(received:)` refuses those first.
        if events.count < Limit.events * 2 { events.append(event) }
    }

    private var isInLogin: Bool { verb == .auth && answer?.severity == .intermediate }
}

extension Transcript {
    /// Whether the next letter may follow on the same connection: the last one was answered, and nothing of an answer is
    /// still to come. libcurl 7.88 itself keeps a connection whose reply to the final dot it gave up waiting for.
    package var isConnectionReusable: Bool {
        guard stage == .finalDot, halt == nil, let answer else { return false }
        return answer.code != 421
    }

    /// Whether this attempt only found out that a kept connection had died: nothing was accepted on it, so that the
    /// letter may go out again at once without being at risk of going twice.
    ///
    /// - Parameter code: libcurl's: 8 for an odd reply, 52, 55 and 56 for a line that broke.
    package func isStaleConnection(code: Int) -> Bool {
        guard !dialled, !mailAccepted, halt == nil, [8, 52, 55, 56].contains(code) else { return false }
        return answer == nil || answer?.code == 421
    }
}
