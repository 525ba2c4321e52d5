import CCurl
private import Glibc
import PosternCore
import PosternMail

/// Speaks to the smarthost over one connection, which it keeps between letters. Blocks its thread; a lane owns it.
struct SMTPClient: ~Copyable {
    private let smarthost: Smarthost
    private let monitor: TransferMonitor
    private var handle: EasyHandle

    /// - Throws: when libcurl refuses a setting, as one built without SMTP or TLS would.
    init(smarthost: Smarthost, timeouts: SMTPTimeouts, abortFlag: AbortFlag) throws(CurlFault) {
        let monitor = TransferMonitor(smarthost: smarthost, timeouts: timeouts, abortFlag: abortFlag)
        let handle = try EasyHandle(calling: monitor)
        try handle.installCallbacks()
        try handle.configure(for: smarthost, timeouts: timeouts)
        self.smarthost = smarthost
        self.monitor = monitor
        self.handle = handle
    }

    deinit {
        // A kept connection is ended with QUIT, without waiting for its 221.
        monitor.stopListening()
    }

    var hasConnection: Bool { monitor.hasConnection }

    /// What one attempt tells of the letter and of the smarthost.
    struct Attempt: Sendable {
        let outcome: Outcome
        /// What each of its connections left out.
        var missing: [MissingOffers.Need] = []
        /// What the outcome is about, if it is about something left out.
        var lacked: MissingOffers.Need?
        /// What the last connection had.
        var met: [MissingOffers.Need] = []
        /// How the smarthost refused the connection; nil if it took it.
        var refusal: ConnectionRefusal?
        /// The smarthost says that there are too many connections.
        var isOverLimit = false
    }

    /// Makes one attempt to send the message. Never throws: whatever happens is an outcome.
    mutating func send(_ message: OutgoingMessage) -> Attempt {
        var missing: [MissingOffers.Need] = []
        var result = perform(message, fresh: needsNewConnection(for: message))
        if monitor.transcript.isStaleConnection(result) {
            // The server had closed the kept connection, which shows only when it is used, or takes no more on it. The text was not
            // begun, so this is still the first try.
            result = perform(message, fresh: true)
        } else if let need = self.missing(result), need != .credentials {
            // Another connection may lead to another server of a pool.
            missing.append(need)
            result = perform(message, fresh: true)
        } else if isTooSoon(result) {
            sleep(1)
            result = perform(message, fresh: true)
        }
        let last = self.missing(result)
        if let last { missing.append(last) }
        let transcript = monitor.transcript
        let redaction = Redaction(
            hiding: [message.recipient.text, message.visitorAddress?.text, smarthost.login?.user].compactMap(\.self))
        var envelope: EnvelopeAddresses {
            EnvelopeAddresses(sender: message.envelopeSender, user: smarthost.login?.user, recipient: message.recipient.text)
        }
        return Attempt(
            outcome: OutcomeClassifier.outcome(result, transcript, envelope: envelope, redaction: redaction), missing: missing,
            lacked: last, met: last == nil ? met : [], refusal: last == nil ? transcript.connectionRefusal(result) : nil,
            isOverLimit: transcript.answer?.connectionComplaint == .tooMany)
    }

    /// What the last connection lacked, if that ended the transfer.
    private func missing(_ result: CURLcode) -> MissingOffers.Need? {
        let transcript = monitor.transcript
        return switch (transcript.abortReason, transcript.stage) {
        case (.loginNotOffered, _): .login
        case (.smtpUTF8NotOffered, _): .smtpUTF8
        case (nil, .ehlo) where result == CURLE_USE_SSL_FAILED: .startTLS
        case (nil, .ehlo) where result == CURLE_LOGIN_DENIED: .login
        case (nil, .login) where transcript.answer?.severity == .permanent: .credentials
        default: nil
        }
    }

    /// What a connection must have had on which MAIL was answered.
    private var met: [MissingOffers.Need] {
        guard monitor.transcript.events.contains(.command(.mail)) else { return [] }
        let login: [MissingOffers.Need] = smarthost.login == nil ? [] : [.login, .credentials]
        return [.startTLS] + login + (monitor.capabilities?.smtpUTF8 == true ? [.smtpUTF8] : [])
    }

    /// A server that counts connections may not have noticed yet that our last one has ended.
    private func isTooSoon(_ result: CURLcode) -> Bool {
        guard let ended = monitor.lastEnd, ended.duration(to: .now) < .seconds(2) else { return false }
        let transcript = monitor.transcript
        return [.connect, .greeting].contains(transcript.stage) && transcript.connectionRefusal(result) == .plain
    }

    /// Greets the smarthost, checks its certificate, logs in, and sends NOOP instead of a letter.
    /// - Returns: where it failed; nil when it got as far as NOOP.
    mutating func probe() -> SmarthostProbe.Ending? {
        monitor.begin(nil)
        defer { monitor.end() }
        do throws(CurlFault) {
            try handle.set(CURLOPT_UPLOAD, 0)
            // Otherwise libcurl would print the answer to NOOP.
            try handle.set(CURLOPT_NOBODY, 1)
            try handle.set(CURLOPT_CUSTOMREQUEST, SMTPVerb.noop.rawValue)
        } catch {
            return SmarthostProbe.Ending(stage: .prepare, code: nil, text: "\(error)", certificate: nil)
        }
        let result = handle.perform()
        noteCertificate(result)
        let transcript = monitor.transcript
        // Whatever the server answers to NOOP, it has accepted everything before that.
        if transcript.events.contains(.command(.noop)), transcript.abortReason == nil, case .reply? = transcript.events.last {
            return nil
        }
        let redaction = Redaction(hiding: [smarthost.login?.user].compactMap(\.self))
        let diagnosis = OutcomeClassifier.outcome(result, transcript, redaction: redaction).diagnosis
        // A positive reply is not what ended the conversation.
        let refusal = diagnosis.code.flatMap { (200..<400).contains($0) ? nil : $0 }
        return SmarthostProbe.Ending(
            stage: diagnosis.stage, code: refusal, text: diagnosis.text, certificate: transcript.certificateFault)
    }

    private func noteCertificate(_ result: CURLcode) {
        guard result == CURLE_PEER_FAILED_VERIFICATION else { return }
        monitor.note(CertificateFault(verifyResult: handle.number(CURLINFO_SSL_VERIFYRESULT)))
    }

    /// Before a letter is held because the server lacks SMTPUTF8, a new connection asks what it offers now.
    private func needsNewConnection(for message: OutgoingMessage) -> Bool {
        message.needsSMTPUTF8 && monitor.capabilities?.smtpUTF8 == false
    }

    private mutating func perform(_ message: OutgoingMessage, fresh: Bool) -> CURLcode {
        if fresh { monitor.severConnection() }
        monitor.begin(message)
        defer { monitor.end() }
        do throws(CurlFault) {
            try handle.set(CURLOPT_MAIL_FROM, message.envelopeSender)
            try handle.setRecipient(message.recipient.text)
        } catch {
            return error.code
        }
        let result = handle.perform()
        noteCertificate(result)
        if !monitor.transcript.isConnectionReusable { monitor.severConnection() }
        return result
    }
}

extension EasyHandle {
    /// Everything that is the same for all letters.
    func configure(for smarthost: Smarthost, timeouts: SMTPTimeouts) throws(CurlFault) {
        let url = smarthost.url
        try set(CURLOPT_URL, "\(url.scheme.rawValue)://\(url.authority)/\(smarthost.ehloName.ascii)")
        try set(CURLOPT_PROTOCOLS_STR, url.scheme.rawValue)
        // No proxy from the environment, no credentials from a file, no signal handlers in a threaded process.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_UPLOAD, 1)
        // CURLOPT_INFILESIZE stays unset, so there is no SIZE parameter: 7.88 counts doubled dots as octets of the text, and ends the
        // upload when the count meets that size in the middle of a long letter. Its end is then missing, and the server's 250
        // looks like success.
        try set(CURLOPT_MAXCONNECTS, 1)
        // Ten minutes of silence are too long for firewalls that track connections.
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try configureTLS(for: smarthost)
        if let login = smarthost.login {
            try set(CURLOPT_USERNAME, login.user)
            try set(CURLOPT_PASSWORD, secret: login.password)
            // By default libcurl prefers GSSAPI, DIGEST-MD5 and NTLM where they are offered, and fails with them.
            try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
        // A backstop in case our own timeouts (`SMTPTimeouts`) are not checked: longer than all of them.
        let before = timeouts.connect + timeouts.answer * 8
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(before.milliseconds))
        let longest = max(timeouts.finalDot, timeouts.answer, timeouts.text) + .seconds(60)
        try set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(longest.milliseconds / 1_000))
    }

    private func configureTLS(for smarthost: Smarthost) throws(CurlFault) {
        let level = smarthost.url.tls == .required ? CURLUSESSL_ALL : CURLUSESSL_NONE
        try set(CURLOPT_USE_SSL, Int(level.rawValue))
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let caFile = smarthost.caFile {
            try set(CURLOPT_CAINFO, caFile)
            // Otherwise the system's folder, which Debian builds in, would be trusted as well.
            try set(CURLOPT_CAPATH, nil)
        }
    }
}
