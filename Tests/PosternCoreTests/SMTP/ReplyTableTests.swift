import PosternCore
import Testing

/// FACTS: the result code is not a verdict. Stage and last reply decide.
@Suite struct ReplyTableTests {
    typealias Way = Transcript.Way

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Int
        let transcript: Transcript
        let kind: Outcome.Kind
        let health: Outcome.SmarthostHealth
        let stage: DeliveryStage
        let reply: Int?

        init(
            _ name: String, _ code: Int, _ steps: String, halt: Halt? = nil, certificate: CertificateFault? = nil,
            _ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ stage: DeliveryStage, _ reply: Int? = nil
        ) {
            (self.name, self.code, self.kind, self.health, self.stage) = (name, code, kind, health, stage)
            (self.reply, transcript) = (reply, Transcript(steps, then: halt, certificate: certificate))
        }

        var testDescription: String { name }
    }

    private static func holds(_ row: Row) {
        let outcome = ReplyTable.outcome(code: row.code, transcript: row.transcript, redaction: Redaction())
        #expect(outcome.kind == row.kind)
        #expect(outcome.health == row.health)
        #expect(outcome.evidence.stage == row.stage)
        #expect(outcome.evidence.code == row.reply)
        #expect(!outcome.evidence.text.isEmpty || row.reply != nil, "an outcome without a reply says why in our words")
    }

    // Before anybody spoke of a letter everything passes, but for what our own settings cause.
    @Test(arguments: [
        Row("name not resolved", 6, "", .deferred, .trouble, .connect),
        Row("connection refused", 7, "+", .deferred, .trouble, .connect),
        Row("connecting timed out, by libcurl", 28, "+", .deferred, .trouble, .connect),
        Row("connecting timed out, by us", 42, "+", halt: .timedOut(after: .seconds(30)), .deferred, .trouble, .connect),
        Row("implicit TLS fails", 35, "+", .deferred, .trouble, .connect),
        Row("certificate expired", 60, "+", certificate: .expired, .deferred, .trouble, .connect),
        Row("certificate from a stranger", 60, "+", certificate: .unknownAuthority, .deferred, .trouble, .connect),
        Row("certificate for another name", 60, "+", certificate: .wrongName, .deferred, .trouble, .connect),
        Row("certificate file unreadable", 77, "+", .ourFault, .trouble, .connect),
        Row("TLS settings unusable", 59, "+", .ourFault, .trouble, .connect),
        Row("libcurl without SMTP", 1, "", .ourFault, .unknown, .prepare),
        Row("no memory", 27, "", .deferred, .unknown, .connect),
        Row("no greeting comes", 42, Way.connected, halt: .timedOut(after: .seconds(300)), .deferred, .trouble, .greeting),
        Row("dropped before the greeting", 56, Way.connected, .deferred, .trouble, .greeting),
        Row("greeting 421", 8, "\(Way.connected) | < 421 4.3.2 closing", .deferred, .trouble, .greeting, 421),
        Row("greeting 554", 8, "\(Way.connected) | < 554 go away", .deferred, .trouble, .greeting, 554),
        Row("greeting 521", 8, "\(Way.connected) | < 521 no mail here", .deferred, .trouble, .greeting, 521),
        Row("not an SMTP server", 23, Way.connected, halt: .noise, .deferred, .trouble, .greeting),
        Row("a greeting without end", 23, Way.connected, halt: .babble, .deferred, .trouble, .greeting),
        Row("EHLO and HELO refused", 9, "\(Way.ehlo) | < 550 no | > HELO a | < 550 no", .deferred, .trouble, .ehlo, 550),
        Row("EHLO refused where TLS is required", 9, "\(Way.ehlo) | < 502 no", .deferred, .trouble, .ehlo, 502),
        Row("EHLO 421", 9, "\(Way.ehlo) | < 421 busy", .deferred, .trouble, .ehlo, 421),
        Row("dropped at EHLO", 56, Way.ehlo, .deferred, .trouble, .ehlo),
        Row("a number SMTP does not have", 8, "\(Way.connected) | < 199 hm", .deferred, .trouble, .greeting, 199),
    ])
    func `What happens before the letter is not held against it`(row: Row) { Self.holds(row) }

    // A login or a protection that we lack is ours to mend; one that the server cannot give now comes back.
    @Test(arguments: [
        Row("STARTTLS required, not offered", 64, "\(Way.ehlo) | < 250 mx", .ourFault, .trouble, .startTLS, 250),
        Row("STARTTLS offered, 454", 64, "\(Way.startTLS) | < 454 4.7.0 not now", .deferred, .trouble, .startTLS, 454),
        Row("STARTTLS offered, 501", 64, "\(Way.startTLS) | < 501 no", .deferred, .trouble, .startTLS, 501),
        Row("STARTTLS answered with 250", 64, "\(Way.startTLS) | < 250 ok", .deferred, .trouble, .startTLS, 250),
        Row("handshake after STARTTLS fails", 35, "\(Way.startTLS) | < 220 go", .deferred, .trouble, .startTLS, 220),
        Row(
            "bad certificate after STARTTLS", 60, "\(Way.startTLS) | < 220 go", certificate: .wrongName, .deferred, .trouble,
            .startTLS, 220),
        Row("commands slipped in before TLS", 8, "\(Way.startTLS) | < 220 go", .deferred, .trouble, .startTLS, 220),
        Row("dropped at STARTTLS", 56, Way.startTLS, .deferred, .trouble, .startTLS),
        Row("AUTH 535", 67, "\(Way.auth) | < 535 5.7.8 wrong", .ourFault, .trouble, .login, 535),
        Row("AUTH 534", 67, "\(Way.auth) | < 534 5.7.9 too weak", .ourFault, .trouble, .login, 534),
        Row("AUTH 538", 67, "\(Way.auth) | < 538 5.7.11 encrypt", .ourFault, .trouble, .login, 538),
        Row("AUTH 504", 67, "\(Way.introduced) | > AUTH PLAIN | < 504 5.5.4 no", .ourFault, .trouble, .login, 504),
        Row("AUTH 454", 67, "\(Way.auth) | < 454 4.7.0 later", .deferred, .trouble, .login, 454),
        Row("AUTH 421", 67, "\(Way.auth) | < 421 4.7.0 closing", .deferred, .trouble, .login, 421),
        Row("dropped during AUTH", 56, Way.auth, .deferred, .trouble, .login, 334),
        Row("AUTH times out", 42, Way.auth, halt: .timedOut(after: .seconds(300)), .deferred, .trouble, .login, 334),
        Row("no login offered", 23, Way.introduced, halt: .loginNotOffered, .ourFault, .trouble, .login, 250),
        Row("no mechanism in common", 67, Way.introduced, .ourFault, .trouble, .login, 250),
        Row("SMTPUTF8 needed, not offered", 23, Way.introduced, halt: .smtpUTF8NotOffered, .ourFault, .reached, .ehlo, 250),
    ])
    func `Protection and login are ours to mend unless the server says later`(row: Row) { Self.holds(row) }

    // The envelope sender is the same domain for all letters: its refusal is about us, but for room and size.
    @Test(arguments: [
        Row("MAIL 421", 55, "\(Way.mail) | < 421 4.3.2 closing", .deferred, .trouble, .mailFrom, 421),
        Row("MAIL 450", 55, "\(Way.mail) | < 450 4.7.1 later", .deferred, .reached, .mailFrom, 450),
        Row("MAIL 451", 55, "\(Way.mail) | < 451 4.3.0 later", .deferred, .reached, .mailFrom, 451),
        Row("MAIL 452", 55, "\(Way.mail) | < 452 4.3.1 full", .deferred, .reached, .mailFrom, 452),
        Row("MAIL 550", 55, "\(Way.mail) | < 550 5.7.1 not you", .ourFault, .trouble, .mailFrom, 550),
        Row("MAIL 553", 55, "\(Way.mail) | < 553 5.1.8 who", .ourFault, .trouble, .mailFrom, 553),
        Row("MAIL 530", 55, "\(Way.mail) | < 530 5.7.0 login first", .ourFault, .trouble, .mailFrom, 530),
        Row("MAIL 555", 55, "\(Way.mail) | < 555 5.5.4 parameters", .ourFault, .trouble, .mailFrom, 555),
        Row("MAIL 552, no reason given", 55, "\(Way.mail) | < 552 no room", .deferred, .reached, .mailFrom, 552),
        Row("MAIL 552, system full", 55, "\(Way.mail) | < 552 5.3.1 full", .deferred, .reached, .mailFrom, 552),
        Row("MAIL 552, too big", 55, "\(Way.mail) | < 552 5.3.4 too big", .failed, .reached, .mailFrom, 552),
        Row("dropped at MAIL", 56, Way.mail, .deferred, .trouble, .mailFrom),
        Row("MAIL times out", 42, Way.mail, halt: .timedOut(after: .seconds(300)), .deferred, .trouble, .mailFrom),
        Row("garbage after MAIL", 23, Way.mail, halt: .noise, .deferred, .trouble, .mailFrom),
    ])
    func `A refused sender is our fault`(row: Row) { Self.holds(row) }

    // Failed needs the server's word that this recipient is refused for good.
    @Test(arguments: [
        Row("RCPT 421", 55, "\(Way.rcpt) | < 421 4.7.0 slower", .deferred, .reached, .recipient, 421),
        Row("RCPT 450", 55, "\(Way.rcpt) | < 450 4.2.0 greylisted", .deferred, .reached, .recipient, 450),
        Row("RCPT 451", 55, "\(Way.rcpt) | < 451 4.3.0 later", .deferred, .reached, .recipient, 451),
        Row("RCPT 452", 55, "\(Way.rcpt) | < 452 4.2.2 full", .deferred, .reached, .recipient, 452),
        Row("RCPT 550", 55, "\(Way.rcpt) | < 550 5.1.1 unknown", .failed, .reached, .recipient, 550),
        Row("RCPT 550, bare", 55, "\(Way.rcpt) | < 550", .failed, .reached, .recipient, 550),
        Row("RCPT 551", 55, "\(Way.rcpt) | < 551 5.1.6 moved", .failed, .reached, .recipient, 551),
        Row("RCPT 552 counts as 452", 55, "\(Way.rcpt) | < 552 too many", .deferred, .reached, .recipient, 552),
        Row("RCPT 552, mailbox full", 55, "\(Way.rcpt) | < 552 5.2.2 full", .deferred, .reached, .recipient, 552),
        Row("RCPT 550, mailbox full", 55, "\(Way.rcpt) | < 550 5.2.2 full", .deferred, .reached, .recipient, 550),
        Row("RCPT 552, too big", 55, "\(Way.rcpt) | < 552 5.2.3 too big", .failed, .reached, .recipient, 552),
        Row("RCPT 553", 55, "\(Way.rcpt) | < 553 5.1.3 syntax", .failed, .reached, .recipient, 553),
        Row("RCPT 554", 55, "\(Way.rcpt) | < 554 5.5.0 no", .failed, .reached, .recipient, 554),
        Row("RCPT 556, null MX", 55, "\(Way.rcpt) | < 556 5.1.10 takes no mail", .failed, .reached, .recipient, 556),
        Row("RCPT 501, the address", 55, "\(Way.rcpt) | < 501 5.1.3 syntax", .failed, .reached, .recipient, 501),
        Row("RCPT 550, disabled mailbox", 55, "\(Way.rcpt) | < 550 5.2.1 disabled", .failed, .reached, .recipient, 550),
        Row("RCPT 550, new owner", 55, "\(Way.rcpt) | < 550 5.7.17 changed hands", .failed, .reached, .recipient, 550),
    ])
    func `A refused recipient is failed or deferred`(row: Row) { Self.holds(row) }

    // Many servers keep what they have against us until they hear RCPT; the recipient is not to blame for it.
    @Test(arguments: [
        Row("RCPT 554, relaying denied", 55, "\(Way.rcpt) | < 554 5.7.1 denied", .ourFault, .reached, .recipient, 554),
        Row("RCPT 550, policy", 55, "\(Way.rcpt) | < 550 5.7.0 policy", .ourFault, .reached, .recipient, 550),
        Row("RCPT 550, sender's domain", 55, "\(Way.rcpt) | < 550 5.1.8 domain", .ourFault, .reached, .recipient, 550),
        Row("RCPT 530", 55, "\(Way.rcpt) | < 530 5.7.0 login", .ourFault, .trouble, .recipient, 530),
        Row("RCPT 550, credentials", 55, "\(Way.rcpt) | < 550 5.7.8 login", .ourFault, .trouble, .recipient, 550),
        Row("RCPT 503", 55, "\(Way.rcpt) | < 503 5.5.1 sequence", .ourFault, .reached, .recipient, 503),
        Row("RCPT 501, unsaid", 55, "\(Way.rcpt) | < 501 syntax", .ourFault, .reached, .recipient, 501),
        Row("RCPT answered 354", 55, "\(Way.rcpt) | < 354 hm", .deferred, .trouble, .recipient, 354),
        Row("dropped at RCPT", 56, Way.rcpt, .deferred, .trouble, .recipient),
        Row("RCPT times out", 42, Way.rcpt, halt: .timedOut(after: .seconds(300)), .deferred, .trouble, .recipient),
    ])
    func `What a server has against us at RCPT is not the recipient's`(row: Row) { Self.holds(row) }

    // Until the first octet of the text the letter is surely not there.
    @Test(arguments: [
        Row("DATA 451", 55, "\(Way.data) | < 451 4.3.0 later", .deferred, .reached, .data, 451),
        Row("DATA 554", 55, "\(Way.data) | < 554 5.6.0 no", .failed, .reached, .data, 554),
        Row("DATA 503", 55, "\(Way.data) | < 503 5.5.1 sequence", .ourFault, .reached, .data, 503),
        Row("354 missing, 250 instead", 55, "\(Way.data) | < 250 ok", .deferred, .trouble, .data, 250),
        Row("dropped at DATA", 56, Way.data, .deferred, .trouble, .data),
        Row("dropped after 354, nothing sent", 55, "\(Way.data) | < 354 go", .deferred, .trouble, .data, 354),
        Row("DATA times out", 42, Way.data, halt: .timedOut(after: .seconds(300)), .deferred, .trouble, .data),
        Row("a new libcurl error before the text", 4711, Way.data, .deferred, .trouble, .data),
        Row("libcurl content, yet nothing sent", 0, Way.mail, .deferred, .trouble, .mailFrom),
        Row("closing before the text", 42, Way.rcpt, halt: .closing, .deferred, .unknown, .recipient),
    ])
    func `Before the text nothing is uncertain`(row: Row) { Self.holds(row) }

    // From the first octet of the text on, silence means that it may have arrived.
    @Test(arguments: [
        Row("all well", 0, "\(Way.text) | < 250 2.0.0 queued", .delivered, .reached, .finalDot, 250),
        Row("251 is well too", 8, "\(Way.text) | < 251 fine", .delivered, .reached, .finalDot, 251),
        Row("250, then the line broke", 56, "\(Way.text) | < 250 ok", .delivered, .reached, .finalDot, 250),
        Row("final dot 421", 8, "\(Way.text) | < 421 4.3.2 closing", .deferred, .reached, .finalDot, 421),
        Row("final dot 451", 8, "\(Way.text) | < 451 4.3.0 later", .deferred, .reached, .finalDot, 451),
        Row("final dot 552, mailbox full", 8, "\(Way.text) | < 552 5.2.2 full", .deferred, .reached, .finalDot, 552),
        Row("final dot 552", 8, "\(Way.text) | < 552 5.3.4 too big", .failed, .reached, .finalDot, 552),
        Row("final dot 554", 8, "\(Way.text) | < 554 5.7.1 spam", .failed, .reached, .finalDot, 554),
        Row("final dot 550, DKIM", 8, "\(Way.text) | < 550 5.7.20 unsigned", .ourFault, .reached, .finalDot, 550),
        Row("final dot 530", 8, "\(Way.text) | < 530 5.7.0 login", .ourFault, .trouble, .finalDot, 530),
        Row("dropped after the final dot", 56, Way.text, .uncertain, .trouble, .finalDot),
        Row("dropped while the text was sent", 55, Way.text, .uncertain, .trouble, .finalDot),
        Row("final dot times out, by us", 42, Way.text, halt: .timedOut(after: .seconds(600)), .uncertain, .trouble, .finalDot),
        Row("final dot times out, by libcurl", 28, Way.text, .uncertain, .trouble, .finalDot),
        Row("a new libcurl error after the dot", 4711, Way.text, .uncertain, .trouble, .finalDot),
        Row("libcurl content, yet no answer", 0, Way.text, .uncertain, .trouble, .finalDot),
        Row("half an answer", 56, "\(Way.text) | < 250-half", .uncertain, .trouble, .finalDot),
        Row("final dot answered 354", 8, "\(Way.text) | < 354 hm", .uncertain, .trouble, .finalDot, 354),
        Row("final dot answered 699", 8, "\(Way.text) | < 699 hm", .uncertain, .trouble, .finalDot, 699),
        Row("an answer without end", 23, Way.text, halt: .babble, .uncertain, .trouble, .finalDot),
        Row("closing after the dot", 42, Way.text, halt: .closing, .uncertain, .unknown, .finalDot),
        Row("221 to our QUIT is no answer", 56, "\(Way.text) | > QUIT | < 221 bye", .uncertain, .trouble, .finalDot),
    ])
    func `After the text only an answer is certain`(row: Row) { Self.holds(row) }

    @Test func `Evidence carries the enhanced status and the reply without addresses`() {
        let transcript = Transcript("\(Way.rcpt) | < 550-5.1.1 <b@example.org>: unknown | < 550 5.1.1 ask someone@else.example")
        let redaction = Redaction(hiding: ["b@example.org"])
        let evidence = ReplyTable.outcome(code: 55, transcript: transcript, redaction: redaction).evidence
        #expect(evidence.enhanced == "5.1.1")
        #expect(evidence.text == "‹address› : unknown ask ‹address›")
    }

    // The operator reads what is wrong with the certificate, and that nothing is lost.
    @Test(arguments: CertificateFault.allCases)
    func `A bad certificate is named`(fault: CertificateFault) {
        let transcript = Transcript("+", certificate: fault)
        let text = ReplyTable.outcome(code: 60, transcript: transcript, redaction: Redaction()).evidence.text
        #expect(text.contains("certificate"))
        #expect(text.contains("letters wait"))
    }
}
