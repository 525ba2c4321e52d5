import CCurl
import PosternCore
import PosternMail
import Testing

/// libcurl's result is not a verdict. Stage and last reply decide.
@Suite struct OutcomeClassifierTests {
    typealias Way = Transcript.Way

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let result: CURLcode
        let transcript: Transcript
        let kind: Outcome.Kind
        let health: Outcome.SmarthostHealth
        let stage: DeliveryStage
        let reply: Int?

        init(
            _ name: String, _ result: CURLcode, _ steps: String, abort: AbortReason? = nil, certificate: CertificateFault? = nil,
            _ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ stage: DeliveryStage, _ reply: Int? = nil
        ) {
            self.name = name
            self.result = result
            self.kind = kind
            self.health = health
            self.stage = stage
            self.reply = reply
            transcript = Transcript(steps, then: abort, certificate: certificate)
        }

        var testDescription: String { name }
    }

    private static func holds(_ row: Row) {
        let outcome = OutcomeClassifier.outcome(row.result, row.transcript, redaction: Redaction())
        #expect(outcome.kind == row.kind)
        #expect(outcome.health == row.health)
        #expect(outcome.diagnosis.stage == row.stage)
        #expect(outcome.diagnosis.code == row.reply)
        #expect(!outcome.diagnosis.text.isEmpty || row.reply != nil, "an outcome without a reply says why in our words")
    }

    // Before anybody spoke of a letter everything passes, except what our own settings cause.
    @Test(arguments: [
        Row("name not resolved", CURLE_COULDNT_RESOLVE_HOST, "", .deferred, .trouble, .connect),
        Row("connection refused", CURLE_COULDNT_CONNECT, "+", .deferred, .trouble, .connect),
        Row("connecting timed out, by libcurl", CURLE_OPERATION_TIMEDOUT, "+", .deferred, .trouble, .connect),
        Row(
            "connecting timed out, by us", CURLE_ABORTED_BY_CALLBACK, "+", abort: .timedOut(after: .seconds(30)), .deferred,
            .trouble, .connect),
        Row("implicit TLS fails", CURLE_SSL_CONNECT_ERROR, "+", .deferred, .trouble, .connect),
        Row("certificate expired", CURLE_PEER_FAILED_VERIFICATION, "+", certificate: .expired, .deferred, .trouble, .connect),
        Row(
            "certificate from a stranger", CURLE_PEER_FAILED_VERIFICATION, "+", certificate: .unknownAuthority, .deferred,
            .trouble, .connect),
        Row(
            "certificate for another name", CURLE_PEER_FAILED_VERIFICATION, "+", certificate: .wrongName, .deferred, .trouble,
            .connect),
        Row("certificate file unreadable", CURLE_SSL_CACERT_BADFILE, "+", .ourFault, .trouble, .connect),
        Row("TLS settings unusable", CURLE_SSL_CIPHER, "+", .ourFault, .trouble, .connect),
        Row("libcurl without SMTP", CURLE_UNSUPPORTED_PROTOCOL, "", .ourFault, .unknown, .prepare),
        Row("no memory", CURLE_OUT_OF_MEMORY, "", .deferred, .unknown, .connect),
        Row(
            "no greeting comes", CURLE_ABORTED_BY_CALLBACK, Way.connected, abort: .timedOut(after: .seconds(300)), .deferred,
            .trouble, .greeting),
        Row("dropped before the greeting", CURLE_RECV_ERROR, Way.connected, .deferred, .trouble, .greeting),
        Row(
            "greeting 421", CURLE_WEIRD_SERVER_REPLY, "\(Way.connected) | < 421 4.3.2 closing", .deferred, .trouble, .greeting,
            421),
        Row("greeting 554", CURLE_WEIRD_SERVER_REPLY, "\(Way.connected) | < 554 go away", .deferred, .trouble, .greeting, 554),
        Row(
            "greeting 521", CURLE_WEIRD_SERVER_REPLY, "\(Way.connected) | < 521 no mail here", .deferred, .trouble, .greeting, 521
        ),
        Row("not an SMTP server", CURLE_WRITE_ERROR, Way.connected, abort: .noise, .deferred, .trouble, .greeting),
        Row("a greeting without end", CURLE_WRITE_ERROR, Way.connected, abort: .babble, .deferred, .trouble, .greeting),
        Row(
            "EHLO and HELO refused", CURLE_REMOTE_ACCESS_DENIED, "\(Way.ehlo) | < 550 no | > HELO a | < 550 no", .deferred,
            .trouble, .ehlo, 550),
        Row(
            "EHLO refused where TLS is required", CURLE_REMOTE_ACCESS_DENIED, "\(Way.ehlo) | < 502 no", .deferred, .trouble,
            .ehlo, 502),
        Row("EHLO 421", CURLE_REMOTE_ACCESS_DENIED, "\(Way.ehlo) | < 421 busy", .deferred, .trouble, .ehlo, 421),
        Row("dropped at EHLO", CURLE_RECV_ERROR, Way.ehlo, .deferred, .trouble, .ehlo),
        Row(
            "a number SMTP does not have", CURLE_WEIRD_SERVER_REPLY, "\(Way.connected) | < 199 hm", .deferred, .trouble,
            .greeting, 199),
    ])
    func `What happens before the letter is not held against it`(row: Row) { Self.holds(row) }

    // A login or a protection that we lack is ours to mend. One that the server cannot give now comes back.
    @Test(arguments: [
        Row(
            "STARTTLS required, not offered", CURLE_USE_SSL_FAILED, "\(Way.ehlo) | < 250 mx", .ourFault, .trouble, .startTLS, 250),
        Row(
            "STARTTLS offered, 454", CURLE_USE_SSL_FAILED, "\(Way.startTLS) | < 454 4.7.0 not now", .deferred, .trouble,
            .startTLS, 454),
        Row("STARTTLS offered, 501", CURLE_USE_SSL_FAILED, "\(Way.startTLS) | < 501 no", .deferred, .trouble, .startTLS, 501),
        Row(
            "STARTTLS answered with 250", CURLE_USE_SSL_FAILED, "\(Way.startTLS) | < 250 ok", .deferred, .trouble, .startTLS, 250),
        Row(
            "handshake after STARTTLS fails", CURLE_SSL_CONNECT_ERROR, "\(Way.startTLS) | < 220 go", .deferred, .trouble,
            .startTLS, 220),
        Row(
            "bad certificate after STARTTLS", CURLE_PEER_FAILED_VERIFICATION, "\(Way.startTLS) | < 220 go",
            certificate: .wrongName, .deferred, .trouble,
            .startTLS, 220),
        Row(
            "commands slipped in before TLS", CURLE_WEIRD_SERVER_REPLY, "\(Way.startTLS) | < 220 go", .deferred, .trouble,
            .startTLS, 220),
        Row("dropped at STARTTLS", CURLE_RECV_ERROR, Way.startTLS, .deferred, .trouble, .startTLS),
        Row("AUTH 535", CURLE_LOGIN_DENIED, "\(Way.auth) | < 535 5.7.8 wrong", .ourFault, .trouble, .login, 535),
        Row("AUTH 534", CURLE_LOGIN_DENIED, "\(Way.auth) | < 534 5.7.9 too weak", .ourFault, .trouble, .login, 534),
        Row("AUTH 538", CURLE_LOGIN_DENIED, "\(Way.auth) | < 538 5.7.11 encrypt", .ourFault, .trouble, .login, 538),
        Row(
            "AUTH 504", CURLE_LOGIN_DENIED, "\(Way.introduced) | > AUTH PLAIN | < 504 5.5.4 no", .ourFault, .trouble, .login, 504),
        Row("AUTH 454", CURLE_LOGIN_DENIED, "\(Way.auth) | < 454 4.7.0 later", .deferred, .trouble, .login, 454),
        Row("AUTH 421", CURLE_LOGIN_DENIED, "\(Way.auth) | < 421 4.7.0 closing", .deferred, .trouble, .login, 421),
        Row("dropped during AUTH", CURLE_RECV_ERROR, Way.auth, .deferred, .trouble, .login, 334),
        Row(
            "AUTH times out", CURLE_ABORTED_BY_CALLBACK, Way.auth, abort: .timedOut(after: .seconds(300)), .deferred, .trouble,
            .login, 334),
        Row(
            "no login offered", CURLE_WRITE_ERROR, Way.introduced, abort: .loginNotOffered(mechanisms: []), .ourFault, .trouble,
            .login, 250),
        Row("no mechanism in common", CURLE_LOGIN_DENIED, Way.introduced, .ourFault, .trouble, .login, 250),
        Row(
            "SMTPUTF8 needed, not offered", CURLE_WRITE_ERROR, Way.introduced, abort: .smtpUTF8NotOffered, .ourFault, .reached,
            .ehlo, 250),
    ])
    func `Protection and login are ours to mend unless the server says later`(row: Row) { Self.holds(row) }

    // The envelope sender has the same domain for all letters: its refusal is about us, except for room and size.
    @Test(arguments: [
        Row("MAIL 421", CURLE_SEND_ERROR, "\(Way.mail) | < 421 4.3.2 closing", .deferred, .trouble, .mailFrom, 421),
        Row("MAIL 450", CURLE_SEND_ERROR, "\(Way.mail) | < 450 4.7.1 later", .deferred, .reached, .mailFrom, 450),
        Row("MAIL 451", CURLE_SEND_ERROR, "\(Way.mail) | < 451 4.3.0 later", .deferred, .reached, .mailFrom, 451),
        Row("MAIL 452", CURLE_SEND_ERROR, "\(Way.mail) | < 452 4.3.1 full", .deferred, .reached, .mailFrom, 452),
        Row("MAIL 550", CURLE_SEND_ERROR, "\(Way.mail) | < 550 5.7.1 not you", .ourFault, .trouble, .mailFrom, 550),
        Row("MAIL 553", CURLE_SEND_ERROR, "\(Way.mail) | < 553 5.1.8 who", .ourFault, .trouble, .mailFrom, 553),
        Row("MAIL 530", CURLE_SEND_ERROR, "\(Way.mail) | < 530 5.7.0 login first", .ourFault, .trouble, .mailFrom, 530),
        Row("MAIL 555", CURLE_SEND_ERROR, "\(Way.mail) | < 555 5.5.4 parameters", .ourFault, .trouble, .mailFrom, 555),
        Row("MAIL 552, no reason given", CURLE_SEND_ERROR, "\(Way.mail) | < 552 no room", .deferred, .reached, .mailFrom, 552),
        Row("MAIL 552, system full", CURLE_SEND_ERROR, "\(Way.mail) | < 552 5.3.1 full", .deferred, .reached, .mailFrom, 552),
        Row("MAIL 552, too big", CURLE_SEND_ERROR, "\(Way.mail) | < 552 5.3.4 too big", .ourFault, .trouble, .mailFrom, 552),
        Row("dropped at MAIL", CURLE_RECV_ERROR, Way.mail, .deferred, .trouble, .mailFrom),
        Row(
            "MAIL times out", CURLE_ABORTED_BY_CALLBACK, Way.mail, abort: .timedOut(after: .seconds(300)), .deferred, .trouble,
            .mailFrom),
        Row("garbage after MAIL", CURLE_WRITE_ERROR, Way.mail, abort: .noise, .deferred, .trouble, .mailFrom),
    ])
    func `A refused sender is our fault`(row: Row) { Self.holds(row) }

    // Failed needs the server's word that this recipient is refused for good.
    @Test(arguments: [
        Row("RCPT 421", CURLE_SEND_ERROR, "\(Way.rcpt) | < 421 4.7.0 slower", .deferred, .reached, .recipient, 421),
        Row("RCPT 450", CURLE_SEND_ERROR, "\(Way.rcpt) | < 450 4.2.0 greylisted", .deferred, .reached, .recipient, 450),
        Row("RCPT 451", CURLE_SEND_ERROR, "\(Way.rcpt) | < 451 4.3.0 later", .deferred, .reached, .recipient, 451),
        Row("RCPT 452", CURLE_SEND_ERROR, "\(Way.rcpt) | < 452 4.2.2 full", .deferred, .reached, .recipient, 452),
        Row("RCPT 550", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.1.1 unknown", .failed, .reached, .recipient, 550),
        Row("RCPT 550, bare", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550", .failed, .reached, .recipient, 550),
        Row("RCPT 551", CURLE_SEND_ERROR, "\(Way.rcpt) | < 551 5.1.6 moved", .failed, .reached, .recipient, 551),
        Row("RCPT 552 counts as 452", CURLE_SEND_ERROR, "\(Way.rcpt) | < 552 too many", .deferred, .reached, .recipient, 552),
        Row("RCPT 552, mailbox full", CURLE_SEND_ERROR, "\(Way.rcpt) | < 552 5.2.2 full", .deferred, .reached, .recipient, 552),
        Row("RCPT 550, mailbox full", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.2.2 full", .deferred, .reached, .recipient, 550),
        Row("RCPT 552, too big", CURLE_SEND_ERROR, "\(Way.rcpt) | < 552 5.2.3 too big", .failed, .reached, .recipient, 552),
        Row("RCPT 553", CURLE_SEND_ERROR, "\(Way.rcpt) | < 553 5.1.3 syntax", .failed, .reached, .recipient, 553),
        Row("RCPT 554", CURLE_SEND_ERROR, "\(Way.rcpt) | < 554 5.5.0 no", .failed, .reached, .recipient, 554),
        Row(
            "RCPT 556, null MX", CURLE_SEND_ERROR, "\(Way.rcpt) | < 556 5.1.10 takes no mail", .failed, .reached, .recipient, 556),
        Row("RCPT 501, the address", CURLE_SEND_ERROR, "\(Way.rcpt) | < 501 5.1.3 syntax", .failed, .reached, .recipient, 501),
        Row(
            "RCPT 550, disabled mailbox", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.2.1 disabled", .failed, .reached, .recipient,
            550),
        Row(
            "RCPT 550, new owner", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.7.17 changed hands", .failed, .reached, .recipient,
            550),
    ])
    func `A refused recipient is failed or deferred`(row: Row) { Self.holds(row) }

    // Many servers keep what they have against us until they hear RCPT. The recipient is not to blame for it.
    @Test(arguments: [
        Row(
            "RCPT 554, relaying denied", CURLE_SEND_ERROR, "\(Way.rcpt) | < 554 5.7.1 relaying denied", .ourFault, .trouble,
            .recipient,
            554),
        Row("RCPT 550, policy", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.7.0 policy", .failed, .reached, .recipient, 550),
        Row(
            "RCPT 550, sender's domain", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.1.8 domain", .ourFault, .trouble, .recipient,
            550),
        Row("RCPT 530", CURLE_SEND_ERROR, "\(Way.rcpt) | < 530 5.7.0 login", .ourFault, .trouble, .recipient, 530),
        Row("RCPT 550, credentials", CURLE_SEND_ERROR, "\(Way.rcpt) | < 550 5.7.8 login", .ourFault, .trouble, .recipient, 550),
        Row("RCPT 503", CURLE_SEND_ERROR, "\(Way.rcpt) | < 503 5.5.1 sequence", .ourFault, .trouble, .recipient, 503),
        Row("RCPT 501, unsaid", CURLE_SEND_ERROR, "\(Way.rcpt) | < 501 syntax", .ourFault, .trouble, .recipient, 501),
        Row("RCPT answered 354", CURLE_SEND_ERROR, "\(Way.rcpt) | < 354 hm", .deferred, .trouble, .recipient, 354),
        Row("dropped at RCPT", CURLE_RECV_ERROR, Way.rcpt, .deferred, .trouble, .recipient),
        Row(
            "RCPT times out", CURLE_ABORTED_BY_CALLBACK, Way.rcpt, abort: .timedOut(after: .seconds(300)), .deferred, .trouble,
            .recipient),
    ])
    func `What a server has against us at RCPT is not the recipient's`(row: Row) { Self.holds(row) }

    // Until the first octet of the text the letter cannot have arrived.
    @Test(arguments: [
        Row("DATA 451", CURLE_SEND_ERROR, "\(Way.data) | < 451 4.3.0 later", .deferred, .reached, .data, 451),
        Row("DATA 554", CURLE_SEND_ERROR, "\(Way.data) | < 554 5.6.0 no", .failed, .reached, .data, 554),
        Row("DATA 503", CURLE_SEND_ERROR, "\(Way.data) | < 503 5.5.1 sequence", .ourFault, .trouble, .data, 503),
        Row("354 missing, 250 instead", CURLE_SEND_ERROR, "\(Way.data) | < 250 ok", .deferred, .trouble, .data, 250),
        Row("dropped at DATA", CURLE_RECV_ERROR, Way.data, .deferred, .trouble, .data),
        Row("dropped after 354, nothing sent", CURLE_SEND_ERROR, "\(Way.data) | < 354 go", .deferred, .trouble, .data, 354),
        Row(
            "DATA times out", CURLE_ABORTED_BY_CALLBACK, Way.data, abort: .timedOut(after: .seconds(300)), .deferred, .trouble,
            .data),
        Row("a new libcurl error before the text", CURLcode(rawValue: 4711), Way.data, .deferred, .trouble, .data),
        Row("libcurl content, yet nothing sent", CURLE_OK, Way.mail, .deferred, .trouble, .mailFrom),
        Row("closing before the text", CURLE_ABORTED_BY_CALLBACK, Way.rcpt, abort: .closing, .deferred, .unknown, .recipient),
    ])
    func `Before the text nothing is uncertain`(row: Row) { Self.holds(row) }

    // From the first octet of the text on, silence means that it may have arrived.
    @Test(arguments: [
        Row("all well", CURLE_OK, "\(Way.text) | < 250 2.0.0 queued", .delivered, .reached, .finalDot, 250),
        Row("251 is well too", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 251 fine", .delivered, .reached, .finalDot, 251),
        Row("250, then the line broke", CURLE_RECV_ERROR, "\(Way.text) | < 250 ok", .delivered, .reached, .finalDot, 250),
        Row("final dot 421", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 421 4.3.2 closing", .deferred, .reached, .finalDot, 421),
        Row("final dot 451", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 451 4.3.0 later", .deferred, .reached, .finalDot, 451),
        Row(
            "final dot 552, mailbox full", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 552 5.2.2 full", .deferred, .reached,
            .finalDot, 552),
        Row("final dot 552", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 552 5.3.4 too big", .ourFault, .reached, .finalDot, 552),
        Row("final dot 554", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 554 5.7.1 spam", .failed, .reached, .finalDot, 554),
        Row(
            "final dot 550, DKIM", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 550 5.7.20 unsigned", .ourFault, .trouble,
            .finalDot, 550),
        Row("final dot 530", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 530 5.7.0 login", .ourFault, .trouble, .finalDot, 530),
        Row("dropped after the final dot", CURLE_RECV_ERROR, Way.text, .uncertain, .trouble, .finalDot),
        Row("dropped while the text was sent", CURLE_SEND_ERROR, Way.text, .uncertain, .trouble, .finalDot),
        Row(
            "final dot times out, by us", CURLE_ABORTED_BY_CALLBACK, Way.text, abort: .timedOut(after: .seconds(600)), .uncertain,
            .trouble, .finalDot),
        Row("final dot times out, by libcurl", CURLE_OPERATION_TIMEDOUT, Way.text, .uncertain, .trouble, .finalDot),
        Row("a new libcurl error after the dot", CURLcode(rawValue: 4711), Way.text, .uncertain, .trouble, .finalDot),
        Row("libcurl content, yet no answer", CURLE_OK, Way.text, .uncertain, .trouble, .finalDot),
        Row("half an answer", CURLE_RECV_ERROR, "\(Way.text) | < 250-half", .uncertain, .trouble, .finalDot),
        Row("final dot answered 354", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 354 hm", .uncertain, .trouble, .finalDot, 354),
        Row("final dot answered 699", CURLE_WEIRD_SERVER_REPLY, "\(Way.text) | < 699 hm", .uncertain, .trouble, .finalDot, 699),
        Row("an answer without end", CURLE_WRITE_ERROR, Way.text, abort: .babble, .uncertain, .trouble, .finalDot),
        Row("closing after the dot", CURLE_ABORTED_BY_CALLBACK, Way.text, abort: .closing, .uncertain, .unknown, .finalDot),
        Row(
            "221 to our QUIT is no answer", CURLE_RECV_ERROR, "\(Way.text) | > QUIT | < 221 bye", .uncertain, .trouble, .finalDot),
    ])
    func `After the text only an answer is certain`(row: Row) { Self.holds(row) }

    @Test func `Evidence carries the enhanced status and the reply without addresses`() {
        let transcript = Transcript("\(Way.rcpt) | < 550-5.1.1 <b@example.org>: unknown | < 550 5.1.1 ask someone@else.example")
        let redaction = Redaction(hiding: ["b@example.org"])
        let diagnosis = OutcomeClassifier.outcome(CURLE_SEND_ERROR, transcript, redaction: redaction).diagnosis
        #expect(diagnosis.enhanced == "5.1.1")
        #expect(diagnosis.text == "‹address› : unknown ask ‹address›")
    }

    // The operator reads what is wrong with the certificate, and that nothing is lost.
    @Test(arguments: CertificateFault.allCases)
    func `A bad certificate is named`(fault: CertificateFault) {
        let transcript = Transcript("+", certificate: fault)
        let text = OutcomeClassifier.outcome(CURLE_PEER_FAILED_VERIFICATION, transcript, redaction: Redaction()).diagnosis.text
        #expect(text.contains("certificate"))
        #expect(text.contains("letters wait"))
    }
}
