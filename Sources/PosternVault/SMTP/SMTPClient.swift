import CCurl
import PosternCore

/// Speaks to the smarthost over one connection, which it keeps between letters. Blocks its thread; a lane owns it.
struct SMTPClient: ~Copyable {
    private let smarthost: Smarthost
    private let exchange: Exchange
    private var handle: EasyHandle

    /// - Throws: when libcurl refuses a setting, as one built without SMTP or TLS would.
    init(smarthost: Smarthost, timeouts: SMTPTimeouts, abortFlag: AbortFlag) throws(CurlFault) {
        let exchange = Exchange(smarthost: smarthost, timeouts: timeouts, abortFlag: abortFlag)
        let handle = try EasyHandle(calling: exchange)
        try handle.installCallbacks()
        try handle.configure(for: smarthost, timeouts: timeouts)
        (self.smarthost, self.exchange) = (smarthost, exchange)
        self.handle = handle
    }

    deinit {
        // A kept connection is ended with QUIT, but its 221 is not waited for.
        exchange.stopListening()
    }

    var hasConnection: Bool { exchange.hasConnection }

    /// Tries to hand the message on. Never throws: whatever happens is an outcome.
    mutating func send(_ message: OutgoingMessage) -> Outcome {
        var code = attempt(message, fresh: mustDialAnew(for: message))
        if exchange.transcript.isStaleConnection(code: code) {
            // The server had closed the kept connection, which shows only when it is used. Nothing was accepted on it, so
            // that this is still the first try.
            code = attempt(message, fresh: true)
        }
        let redaction = Redaction(
            hiding: [message.recipient.text, message.shown?.text, smarthost.login?.user].compactMap(\.self))
        return ReplyTable.outcome(code: code, transcript: exchange.transcript, redaction: redaction)
    }

    /// Greets the smarthost, proves it, logs in, and says NOOP in the place of a letter.
    /// - Returns: where it ended before that; nil when it went all the way.
    mutating func greet() -> SmarthostProbe.Ending? {
        exchange.begin(nil)
        defer { exchange.end() }
        do throws(CurlFault) {
            try handle.set(CURLOPT_UPLOAD, 0)
            // Or else libcurl would print the answer to NOOP.
            try handle.set(CURLOPT_NOBODY, 1)
            try handle.set(CURLOPT_CUSTOMREQUEST, SMTPVerb.noop.rawValue)
        } catch {
            return SmarthostProbe.Ending(stage: .prepare, code: nil, text: "\(error)", certificate: nil)
        }
        let code = handle.perform()
        noteCertificate(code)
        let transcript = exchange.transcript
        // Whatever a server thinks of NOOP, it has heard us out.
        if transcript.events.contains(.command(.noop)), transcript.halt == nil, case .reply? = transcript.events.last {
            return nil
        }
        let evidence = ReplyTable.outcome(
            code: code, transcript: transcript, redaction: Redaction(hiding: [smarthost.login?.user].compactMap(\.self))
        ).evidence
        // A good answer is not what ended it.
        let refusal = evidence.code.flatMap { (200..<400).contains($0) ? nil : $0 }
        return SmarthostProbe.Ending(
            stage: evidence.stage, code: refusal, text: evidence.text, certificate: transcript.certificateFault)
    }

    private func noteCertificate(_ code: Int) {
        guard code == Int(CURLE_PEER_FAILED_VERIFICATION.rawValue) else { return }
        exchange.note(CertificateFault(verifyResult: handle.number(CURLINFO_SSL_VERIFYRESULT)))
    }

    /// A refusal for want of SMTPUTF8 is said on what the server offers now, not on what it once offered.
    private func mustDialAnew(for message: OutgoingMessage) -> Bool {
        message.needsSMTPUTF8 && exchange.capabilities?.smtpUTF8 == false
    }

    private mutating func attempt(_ message: OutgoingMessage, fresh: Bool) -> Int {
        if fresh { exchange.severConnection() }
        exchange.begin(message)
        defer { exchange.end() }
        do throws(CurlFault) {
            try handle.set(CURLOPT_MAIL_FROM, message.sender)
            try handle.setRecipient(message.recipient.text)
        } catch {
            return error.code
        }
        let code = handle.perform()
        noteCertificate(code)
        if !exchange.transcript.isConnectionReusable { exchange.severConnection() }
        return code
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
        // CURLOPT_INFILESIZE stays unset, hence no SIZE parameter: 7.88 counts doubled dots as octets of the text, and
        // ends the upload when the count meets that size in the middle of a long letter. Its end is then missing, and the
        // server's 250 looks like success.
        try set(CURLOPT_MAXCONNECTS, 1)
        // Ten minutes of silence are long for what tracks connections on the way.
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try configureTLS(for: smarthost)
        if let login = smarthost.login {
            try set(CURLOPT_USERNAME, login.user)
            try set(CURLOPT_PASSWORD, secret: login.password)
            // Left to itself libcurl prefers GSSAPI, DIGEST-MD5 and NTLM where they are offered, and fails with them.
            try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
        // Only in case our own watch (`SMTPTimeouts`) were not called: beyond everything that it allows.
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
            // Or else the system's folder would be trusted beside it: Debian builds that in.
            try set(CURLOPT_CAPATH, nil)
        }
    }
}
