import CCurl
import PosternCore
import PosternMail
import Synchronization

/// The state that libcurl's callbacks share during the transfers of one lane. It records the conversation, supplies the text,
/// watches the time, and can end a transfer. It decides nothing about the letter.
///
/// Used by its lane's thread alone, inside or outside `curl_easy_perform`: it is not Sendable.
final class TransferMonitor {
    /// The current transfer's, or the last one's.
    private(set) var transcript = Transcript()
    /// What the server of the open connection offered; nil when nothing is open.
    private(set) var capabilities: Capabilities?
    /// When the last connection ended on which the server had answered EHLO.
    private(set) var lastEnd: ContinuousClock.Instant?

    private let smarthost: Smarthost
    private let timeouts: SMTPTimeouts
    private let abortFlag: AbortFlag
    private var message: OutgoingMessage?
    private var sent = 0
    private var sockets: Set<Int32> = []
    private var waitingSince = ContinuousClock.now
    private var uploaded: Int64 = 0
    /// The libcurl handle, to query inside a callback. Set by `EasyHandle`, which outlives every callback.
    private var handle: UnsafeMutableRawPointer?

    /// - Parameter abortFlag: raised from outside to end the transfer.
    init(smarthost: Smarthost, timeouts: SMTPTimeouts, abortFlag: AbortFlag) {
        self.smarthost = smarthost
        self.timeouts = timeouts
        self.abortFlag = abortFlag
    }

    var hasConnection: Bool { !sockets.isEmpty }

    func attach(_ handle: UnsafeMutableRawPointer) {
        self.handle = handle
    }

    /// - Parameter message: nil when no letter is to follow the greeting.
    func begin(_ message: OutgoingMessage?) {
        self.message = message
        transcript = Transcript()
        sent = 0
        uploaded = 0
        waitingSince = .now
    }

    func end() {
        message = nil
    }

    func note(_ fault: CertificateFault) {
        transcript.note(fault)
    }

    /// Makes the connection useless: libcurl finds it dead instead of using it again or waiting on it.
    func severConnection() {
        if capabilities != nil { lastEnd = .now }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// Lets a QUIT out without waiting for its 221: at the end of a handle libcurl would wait two minutes for it.
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
        guard sockets.isEmpty else { return }
        if capabilities != nil { lastEnd = .now }
        capabilities = nil
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
            // After the text, keep waiting: the real answer may still come, and it decides whether the letter was accepted.
            if transcript.stage == .finalDot { return true }
            transcript.note(.noise)
            return false
        case .babble:
            transcript.note(.babble)
            return false
        }
    }

    /// Whether the next line belongs to the reply to EHLO.
    fileprivate var isOffer: Bool { transcript.stage == .ehlo && transcript.verb == .ehlo }

    private func heard(_ reply: SMTPReply) -> Bool {
        guard transcript.stage == .ehlo else { return true }
        // Otherwise libcurl tries HELO, and the letter would be judged without the extensions that a busy server had no chance to
        // offer.
        if reply.severity == .transient { return false }
        guard reply.severity == .positive else { return true }
        let offered = transcript.verb == .ehlo ? Capabilities(ehlo: reply) : .none
        capabilities = offered
        // Before STARTTLS nothing counts: the server says it all again under TLS (RFC 3207 §4.2).
        let encrypted = smarthost.url.scheme == .smtps || transcript.events.contains(.command(.startTLS))
        guard encrypted || smarthost.url.tls == .off else { return true }
        if smarthost.login != nil && !offered.offersLogin { transcript.note(.loginNotOffered(mechanisms: offered.mechanisms)) }
        if message?.needsSMTPUTF8 == true && !offered.smtpUTF8 { transcript.note(.smtpUTF8NotOffered) }
        return transcript.abortReason == nil
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
        return transcript.abortReason == nil
    }

    private var isConnected: Bool {
        guard let handle else { return false }
        let mark = smarthost.url.scheme == .smtps ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T
        return EasyHandle.microseconds(mark, of: handle) > 0
    }

    private var currentTimeout: Duration {
        switch transcript.stage {
        case .prepare, .budget, .mute, .muteByConnection, .connect: timeouts.connect
        case .greeting, .ehlo, .startTLS, .login, .mailFrom, .recipient, .data: timeouts.answer
        case .finalDot: sent < (message?.bytes.count ?? 0) ? timeouts.text : timeouts.finalDot
        }
    }
}

/// The C side. libcurl calls these on the thread that runs `curl_easy_perform` or cleans the handle up, with the pointer of
/// `context`. The handle keeps the monitor alive for as long as that can happen.
extension TransferMonitor {
    var context: UnsafeMutableRawPointer {
        Unmanaged.passUnretained(self).toOpaque()
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> TransferMonitor? {
        context.map { Unmanaged<TransferMonitor>.fromOpaque($0).takeUnretainedValue() }
    }

    /// CURLOPT_HEADERFUNCTION: a reply line. Anything but the full count ends the transfer with CURLE_WRITE_ERROR.
    static let heard: ccurl_octets = { octets, size, count, context in
        guard let monitor = at(context), let octets else { return 0 }
        let line = UnsafeMutableRawBufferPointer(start: octets, count: size * count)
        // libcurl reads the same octets after us, and knows the extensions in one spelling only.
        if monitor.isOffer, let standard = Capabilities.standardLine(Array(line)) { line.copyBytes(from: standard) }
        return monitor.heardLine(Array(line)) ? line.count : 0
    }

    /// CURLOPT_READFUNCTION: the text.
    static let read: ccurl_octets = { octets, size, count, context in
        guard let monitor = at(context), let octets else { return Int(CURL_READFUNC_ABORT) }
        return monitor.fill(UnsafeMutableRawBufferPointer(start: octets, count: size * count))
    }

    /// CURLOPT_DEBUGFUNCTION: the commands, after they were written to the socket.
    static let traced: ccurl_trace = { _, kind, octets, count, context in
        guard kind == CURLINFO_HEADER_OUT, let monitor = at(context), let octets else { return 0 }
        monitor.sentLine(Array(UnsafeRawBufferPointer(start: octets, count: count)))
        return 0
    }

    /// CURLOPT_XFERINFOFUNCTION: at least once a second. Anything but 0 ends the transfer with CURLE_ABORTED_BY_CALLBACK.
    static let watched: ccurl_progress = { context, _, _, _, uploaded in
        guard let monitor = at(context) else { return 1 }
        return monitor.watch(uploaded: Int64(uploaded)) ? 0 : 1
    }

    var socketCallbacks: ccurl_sockets {
        ccurl_sockets(
            opened: { context, socket in
                TransferMonitor.at(context)?.opened(socket)
                return 0
            },
            closed: { context, socket in
                TransferMonitor.at(context)?.closed(socket)
                return 0
            },
            context: context)
    }
}

/// Raised once, from any thread, to end the transfers of every lane in a pool.
final class AbortFlag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    func raise() { raised.store(true, ordering: .relaxed) }
}
