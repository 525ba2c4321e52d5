package import CCurl
package import PosternCore

/// What happened in one transfer, in order: the only thing an outcome is decided from.
///
/// libcurl's result code is not a verdict, and its response code may be an old one. So stage and last reply are recovered from
/// here. A transcript holds verbs and replies, never what was sent: no envelope, no credentials, no text. It is bounded, since
/// the other side decides how much it says.
package struct Transcript: Equatable, Sendable {
    package enum Event: Equatable, Sendable {
        /// A new socket was opened: whatever was known of an older connection no longer counts.
        case dialled
        /// The connection is up, with TLS where TLS comes first.
        case connected
        case command(SMTPVerb)
        case reply(SMTPReply)
        /// The first octets of the text were handed over.
        case text
        case certificate(CertificateFault)
        case aborted(AbortReason)
    }

    /// What a received line was.
    package enum Intake: Equatable, Sendable {
        case partial
        case complete(SMTPReply)
        /// No reply line.
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
    package private(set) var abortReason: AbortReason?
    package private(set) var certificateFault: CertificateFault?
    package private(set) var dialled = false
    /// From here on the server might take the letter: another try could make a second one.
    package private(set) var mailAccepted = false

    /// The last command that moved the attempt.
    package private(set) var verb: SMTPVerb?
    private var pending: [String] = []
    /// After our QUIT nothing matters any more: its 221 must not pass for an answer to the letter.
    private var over = false

    package init() {}

    package mutating func noteDialled() {
        add(.dialled)
        stage = .connect
        answer = nil
        verb = nil
        dialled = true
        pending = []
    }

    /// Counts once per connection; later calls change nothing.
    package mutating func noteConnected() {
        guard dialled, stage == .connect else { return }
        add(.connected)
        stage = .greeting
    }

    /// - Parameter line: a line that was sent. Only its verb is kept, and during an AUTH dialogue not even that: a password in
    ///   base64 may spell a command.
    package mutating func note(sent line: [UInt8]) {
        guard !over, !isInLogin, let verb = SMTPVerb(line: line) else { return }
        note(verb)
    }

    package mutating func note(_ verb: SMTPVerb) {
        guard !over else { return }
        add(.command(verb))
        over = verb == .quit
        guard let next = verb.stage else { return }
        stage = next
        answer = nil
        self.verb = verb
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
        stage = .finalDot
        answer = nil
    }

    package mutating func note(_ fault: CertificateFault) {
        add(.certificate(fault))
        certificateFault = fault
    }

    /// The first reason stands: what follows is its consequence.
    package mutating func note(_ reason: AbortReason) {
        guard abortReason == nil else { return }
        add(.aborted(reason))
        abortReason = reason
    }

    private mutating func add(_ event: Event) {
        // Notes of our own side are few. Only replies can pile up, and `note(received:)` refuses those first.
        if events.count < Limit.events * 2 { events.append(event) }
    }

    private var isInLogin: Bool { verb == .auth && answer?.severity == .intermediate }
}

extension Transcript {
    /// Whether the next letter may follow on the same connection: the last one was answered, and nothing of an answer is still
    /// to come. libcurl 7.88 itself keeps a connection after it gave up waiting for the reply to the final dot.
    package var isConnectionReusable: Bool {
        guard stage == .finalDot, abortReason == nil, let answer else { return false }
        return answer.code != SMTPReply.Code.serviceNotAvailable
    }

    /// Whether this attempt only found out that a kept connection had died. Nothing was accepted on it, so the letter may go out
    /// again at once and cannot arrive twice.
    package func isStaleConnection(_ result: CURLcode) -> Bool {
        guard !dialled, !mailAccepted, abortReason == nil, Self.brokenLine.contains(result) else { return false }
        return answer == nil || answer?.code == SMTPReply.Code.serviceNotAvailable
    }

    /// An odd reply, or a connection that broke.
    private static let brokenLine: Set<CURLcode> = [
        CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
    ]
}

/// Why our own side ended a transfer.
package enum AbortReason: Hashable, Sendable {
    /// The letter needs SMTPUTF8 and this server does not offer it. Decided before MAIL.
    case smtpUTF8NotOffered
    /// Credentials are configured, and the server offers no login with PLAIN or LOGIN. Decided before MAIL: libcurl would go on
    /// without logging in.
    case loginNotOffered
    /// No answer for as long as this stage may take.
    case timedOut(after: Duration)
    /// A line that is no SMTP reply, before the text was sent.
    case noise
    /// More reply than any server needs.
    case babble
    /// The process ends and waits no longer for this transfer.
    case closing
}

/// The commands of a mail transfer: all that is ever noted of what we send.
package enum SMTPVerb: String, Sendable, CaseIterable {
    case ehlo = "EHLO"
    case helo = "HELO"
    case startTLS = "STARTTLS"
    case auth = "AUTH"
    case mail = "MAIL"
    case rcpt = "RCPT"
    case data = "DATA"
    case rset = "RSET"
    case noop = "NOOP"
    case quit = "QUIT"

    /// The verb of a command line; nil for anything else, such as the lines of an AUTH dialogue.
    package init?(line: [UInt8]) {
        let word = line.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
        guard (4...8).contains(word.count) else { return nil }
        self.init(rawValue: String(decoding: word, as: UTF8.self).uppercased())
    }

    /// Where an attempt stands once this has been sent; nil when it does not move it.
    var stage: DeliveryStage? {
        switch self {
        case .ehlo, .helo: .ehlo
        case .startTLS: .startTLS
        case .auth: .login
        case .mail: .mailFrom
        case .rcpt: .recipient
        case .data: .data
        case .rset, .noop, .quit: nil
        }
    }
}
