package import CCurl
package import PosternCore

/// What happened in one transfer, in order.
///
/// libcurl's result code does not decide the outcome, and its response code may be an old one, so stage and last reply come from
/// here. A transcript holds verbs and replies, but nothing else we sent: no envelope, no credentials, no text. It is bounded,
/// since the server decides how much it says.
package struct Transcript: Equatable, Sendable {
    package enum Event: Equatable, Sendable {
        /// A new socket was opened: nothing known about an older connection counts any more.
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
    package enum LineResult: Equatable, Sendable {
        case partial
        case complete(SMTPReply)
        /// Not a reply line.
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
    /// How far the attempt has got.
    package private(set) var stage = DeliveryStage.connect
    /// The server's answer in this stage; nil while we wait for it.
    package private(set) var answer: SMTPReply?
    package private(set) var abortReason: AbortReason?
    package private(set) var certificateFault: CertificateFault?
    package private(set) var dialled = false
    /// Whether MAIL was accepted. From then on, sending again could make a duplicate.
    package private(set) var mailAccepted = false

    /// The last command that began a stage.
    package private(set) var verb: SMTPVerb?
    private var pending: [String] = []
    /// After our QUIT nothing is noted: its 221 must not be taken for an answer to the letter.
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
    package mutating func note(received line: [UInt8]) -> LineResult {
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

    /// Only the first reason counts: later ones are its consequences.
    package mutating func note(_ reason: AbortReason) {
        guard abortReason == nil else { return }
        add(.aborted(reason))
        abortReason = reason
    }

    private mutating func add(_ event: Event) {
        // Our own events are few. Only replies can pile up, and `note(received:)` refuses those first.
        if events.count < Limit.events * 2 { events.append(event) }
    }

    private var isInLogin: Bool { verb == .auth && answer?.severity == .intermediate }
}

extension Transcript {
    /// Whether the next letter may use the same connection: the last one was answered, so no late answer can come. libcurl 7.88
    /// would keep a connection even after it gave up waiting for the reply to the final dot.
    package var isConnectionReusable: Bool {
        guard stage == .finalDot, abortReason == nil, let answer else { return false }
        return answer.code != SMTPReply.Code.serviceNotAvailable && answer.connectionComplaint == nil
    }

    /// Whether this attempt only found that a kept connection had died, or that the server takes no more letters on it. The text
    /// was not begun, so the letter can be sent again at once and cannot arrive twice.
    package func isStaleConnection(_ result: CURLcode) -> Bool {
        guard !dialled, stage != .finalDot, abortReason == nil, Self.brokenLine.contains(result) else { return false }
        guard let answer, answer.severity != .positive, answer.severity != .intermediate else { return !mailAccepted }
        return answer.code == SMTPReply.Code.serviceNotAvailable || answer.connectionComplaint == .usedUp
    }

    /// How the server refused the connection: a new one before it accepted MAIL, or any of which it says, before the text, that it is
    /// one too many. Nil for what is about our settings, the server's certificate or its offers: another connection would end the
    /// same way.
    package func connectionRefusal(_ result: CURLcode) -> ConnectionRefusal? {
        guard certificateFault == nil else { return nil }
        if abortReason == nil, stage != .finalDot, answer?.connectionComplaint == .tooMany { return .plain }
        guard dialled, !mailAccepted else { return nil }
        switch abortReason {
        case .timedOut: return .silent
        case nil: break
        default: return nil
        }
        if let answer, [.transient, .permanent].contains(answer.severity) {
            return switch stage {
            case .greeting: .plain
            case .ehlo, .startTLS, .login: answer.severity == .transient ? .plain : nil
            case .mailFrom: answer.code == SMTPReply.Code.serviceNotAvailable ? .plain : nil
            case .prepare, .budget, .mute, .muteByConnection, .connect, .recipient, .data, .finalDot: nil
            }
        }
        // With implicit TLS a server that hangs up at once shows as a handshake that failed.
        let isHungUp = stage == .connect && [CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR].contains(result)
        return isHungUp || Self.brokenLine.contains(result) ? .plain : nil
    }

    /// An odd reply, or a connection that broke.
    private static let brokenLine: Set<CURLcode> = [
        CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
    ]
}

/// How a server refuses one more connection.
package enum ConnectionRefusal: Sendable {
    /// It says so, hangs up, or does not let us connect.
    case plain
    /// It leaves us without an answer.
    case silent
}

/// Why our own side ended a transfer.
package enum AbortReason: Hashable, Sendable {
    /// The letter needs SMTPUTF8 and this server does not offer it. Decided before MAIL.
    case smtpUTF8NotOffered
    /// Credentials are configured, but the server offers neither PLAIN nor LOGIN. Decided before MAIL: libcurl would continue
    /// without logging in.
    case loginNotOffered(mechanisms: [String])
    /// No answer for as long as this stage may take.
    case timedOut(after: Duration)
    /// A line that is not an SMTP reply, before the text was sent.
    case noise
    /// More reply than any server needs.
    case babble
    /// The process is ending and does not wait for this transfer.
    case closing
}

/// The commands of a mail transfer: of what we send, only these are noted.
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

    /// The stage that this command begins; nil if it begins none.
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
