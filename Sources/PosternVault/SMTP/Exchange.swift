import CCurl
import PosternCore
import Synchronization

/// What libcurl's callbacks share during the transfers of one lane. It listens, hands over the text, keeps the watch, and
/// can end a transfer; it decides nothing about the letter.
///
/// Used by its lane's thread alone, inside or outside `curl_easy_perform`: it is not Sendable.
final class Exchange {
    /// Of the transfer that runs or ran last.
    private(set) var transcript = Transcript()
    /// What the server of the open connection offered; nil when nothing is open.
    private(set) var capabilities: Capabilities?

    private let smarthost: Smarthost
    private let timeouts: SMTPTimeouts
    private let abortFlag: AbortFlag
    private var message: OutgoingMessage?
    private var sent = 0
    private var sockets: Set<Int32> = []
    private var waitingSince = ContinuousClock.now
    private var uploaded: Int64 = 0
    /// For questions from inside a callback; the handle sets it and outlives every callback.
    private var handle: UnsafeMutableRawPointer?

    /// - Parameter abortFlag: raised from outside when a transfer may go on no longer.
    init(smarthost: Smarthost, timeouts: SMTPTimeouts, abortFlag: AbortFlag) {
        (self.smarthost, self.timeouts, self.abortFlag) = (smarthost, timeouts, abortFlag)
    }

    var hasConnection: Bool { !sockets.isEmpty }

    func serve(_ handle: UnsafeMutableRawPointer) {
        self.handle = handle
    }

    /// - Parameter message: nil when no letter is to follow the greeting.
    func begin(_ message: OutgoingMessage?) {
        self.message = message
        transcript = Transcript()
        (sent, uploaded) = (0, 0)
        waitingSince = .now
    }

    func end() {
        message = nil
    }

    func note(_ fault: CertificateFault) {
        transcript.note(fault)
    }

    /// Makes the connection useless, so that libcurl finds it dead instead of reusing it or waiting on it.
    func severConnection() {
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// Lets a QUIT out, but no wait for its 221: at the end of a handle libcurl would wait two minutes for it.
    func stopListening() {
        for socket in sockets { shutdown(socket, Int32(SHUT_RD)) }
    }

    // MARK: What the callbacks report

    func opened(_ socket: Int32) {
        sockets.insert(socket)
        capabilities = nil
        transcript.noteDialled()
    }

    func closed(_ socket: Int32) {
        sockets.remove(socket)
        if sockets.isEmpty { capabilities = nil }
    }

    func sentLine(_ line: [UInt8]) {
        transcript.note(sent: line)
        waitingSince = .now
        if transcript.events.last == .command(.quit) { stopListening() }
    }

    /// - Returns: whether to go on.
    func heardLine(_ line: [UInt8]) -> Bool {
        switch transcript.note(received: line) {
        case .partial:
            return true
        case .complete(let reply):
            waitingSince = .now
            return heard(reply)
        case .noise:
            // After the text a true answer may still come, and it is worth waiting for.
            if transcript.stage == .finalDot { return true }
            transcript.note(.noise)
            return false
        case .babble:
            transcript.note(.babble)
            return false
        }
    }

    private func heard(_ reply: SMTPReply) -> Bool {
        guard transcript.stage == .ehlo else { return true }
        // libcurl would try HELO, and a letter could come to depend on what a busy server did not get to say.
        if reply.severity == .transient { return false }
        guard reply.severity == .positive else { return true }
        let offered = transcript.verb == .ehlo ? Capabilities(ehlo: reply) : .none
        capabilities = offered
        // Before STARTTLS nothing counts: the server says it all again under TLS (RFC 3207 §4.2).
        let encrypted = smarthost.url.scheme == .smtps || transcript.events.contains(.command(.startTLS))
        guard encrypted || smarthost.url.tls == .off else { return true }
        if smarthost.login != nil && !offered.offersLogin { transcript.note(.loginNotOffered) }
        if message?.needsSMTPUTF8 == true && !offered.smtpUTF8 { transcript.note(.smtpUTF8NotOffered) }
        return transcript.halt == nil
    }

    /// Copies the next part of the text. - Returns: octets copied; 0 at the end.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let message else { return 0 }
        transcript.noteText()
        let part = message.bytes[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    /// Looks at the clock. - Returns: whether to go on.
    func watch(uploaded: Int64) -> Bool {
        if transcript.stage == .connect, isConnected { transcript.noteConnected() }
        if uploaded != self.uploaded {
            self.uploaded = uploaded
            waitingSince = .now
        }
        if abortFlag.isRaised { transcript.note(.closing) }
        if waitingSince.duration(to: .now) > currentTimeout { transcript.note(.timedOut(after: currentTimeout)) }
        return transcript.halt == nil
    }

    private var isConnected: Bool {
        guard let handle else { return false }
        let mark = smarthost.url.scheme == .smtps ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T
        return EasyHandle.microseconds(mark, of: handle) > 0
    }

    private var currentTimeout: Duration {
        switch transcript.stage {
        case .prepare, .connect: timeouts.connect
        case .greeting, .ehlo, .startTLS, .login, .mailFrom, .recipient, .data: timeouts.answer
        case .finalDot: sent < (message?.bytes.count ?? 0) ? timeouts.text : timeouts.finalDot
        }
    }
}

/// Raised once, from any thread, to make every lane of a pool let go.
final class AbortFlag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    func raise() { raised.store(true, ordering: .relaxed) }
}
