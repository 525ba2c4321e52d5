import CCurl
import PosternCore
import PosternMail
import Testing

@Suite struct TranscriptTests {
    typealias Way = Transcript.Way

    // Each command moves the attempt on; an unanswered one leaves it without an answer.
    @Test(
        arguments: [
            ("", .connect, nil), ("+", .connect, nil), (Way.connected, .greeting, nil), (Way.greeted, .greeting, 220),
            (Way.ehlo, .ehlo, nil), (Way.introduced, .ehlo, 250), (Way.startTLS, .startTLS, nil), (Way.auth, .login, 334),
            (Way.mail, .mailFrom, nil), (Way.rcpt, .recipient, nil), (Way.data, .data, nil),
            ("\(Way.data) | < 354 go", .data, 354), (Way.text, .finalDot, nil), ("\(Way.text) | < 250 ok", .finalDot, 250),
        ] as [(String, DeliveryStage, Int?)])
    func `Stage and answer are recovered`(steps: String, stage: DeliveryStage, code: Int?) {
        let transcript = Transcript(steps)
        #expect(transcript.stage == stage)
        #expect(transcript.answer?.code == code)
    }

    @Test func `A reply of several lines is one`() throws {
        let answer = try #require(Transcript("+ | < 550-5.7.1 first | < 550-5.7.1 second | < 550 5.7.1 third").answer)
        #expect(answer.code == 550)
        #expect(answer.enhanced == EnhancedStatus(5, 7, 1))
        #expect(answer.text == "first second third")
    }

    // A reply line need not have a text. Anything else is noise.
    @Test(
        arguments: [
            ("SSH-2.0-x\r\n", .noise), ("\r\n", .noise), ("25\r\n", .noise), ("2500 x\r\n", .noise), ("250x\r\n", .noise),
            ("٢٥٠ x\r\n", .noise), ("250-x\r\n", .partial), ("250-\r\n", .partial),
            ("250\r\n", .complete(SMTPReply(code: 250, lines: [""]))),
            ("250 \r\n", .complete(SMTPReply(code: 250, lines: [""]))),
            ("250 a\u{0}\u{1B}[31mb\r\n", .complete(SMTPReply(code: 250, lines: ["a[31mb"]))),
        ] as [(String, Transcript.LineResult)])
    func `Lines are told apart`(line: String, result: Transcript.LineResult) {
        var transcript = Transcript("+ | =")
        #expect(transcript.note(received: Array(line.utf8)) == result)
    }

    @Test func `Octets that are not UTF-8 are no obstacle`() {
        var transcript = Transcript("+ | =")
        #expect(transcript.note(received: Array("550 ".utf8) + [0xFC, 0xFF] + Array("x\r\n".utf8)) != .noise)
        #expect(transcript.answer?.text == "\u{FFFD}\u{FFFD}x")
    }

    @Test func `A server that never stops is stopped`() {
        var endless = Transcript("+ | =")
        var intakes: Set<String> = []
        for _ in 0..<1_000 { intakes.insert("\(endless.note(received: Array("250-and\r\n".utf8)))") }
        #expect(intakes.contains("babble"))

        var chatty = Transcript("+ | =")
        var last = Transcript.LineResult.partial
        for _ in 0..<1_000 { last = chatty.note(received: Array("250 again\r\n".utf8)) }
        #expect(last == .babble)
        #expect(chatty.events.count <= Transcript.Limit.events)

        var long = Transcript("+ | =")
        _ = long.note(received: Array("250 ".utf8) + Array(repeating: 0x61, count: 100_000) + Array("\r\n".utf8))
        #expect(long.answer?.text.utf8.count == Transcript.Limit.octetsInLine)
    }

    // Nobody would recognise the front half of an address and leave it out.
    @Test func `A line too long is cut between two words`() {
        var long = Transcript("+ | =")
        let words = String(repeating: "word ", count: Transcript.Limit.octetsInLine / 5)
        _ = long.note(received: Array("550 \(words)jo.canary@members.example\r\n".utf8))
        #expect(long.answer?.text.contains("canary") == false)
        #expect((long.answer?.text.utf8.count ?? 0) > Transcript.Limit.octetsInLine - 10)
    }

    @Test func `Nothing of a login is kept, even if it spells a command`() {
        let transcript = Transcript(
            "\(Way.introduced) | > AUTH LOGIN | < 334 VXNlcm5hbWU6 | > DATA | < 334 UGFzc3dvcmQ6 | > MAIL")
        #expect(transcript.stage == .login)
        #expect(transcript.events.count { if case .command = $0 { true } else { false } } == 2)
        let after = Transcript("\(Way.introduced) | > AUTH LOGIN | < 334 x | > c2VjcmV0 | < 235 ok | > MAIL FROM:<a@b.example>")
        #expect(after.stage == .mailFrom)
    }

    @Test func `Only verbs are kept of what was sent`() {
        let printed = "\(Transcript("\(Way.rcpt) | < 250 ok"))"
        #expect(!printed.contains("b@example.org"))
        #expect(!printed.contains("relay.example.org"))
    }

    @Test func `A new socket voids what an older one said`() {
        let transcript = Transcript("\(Way.mail) | < 250 ok | + | =")
        #expect(transcript.stage == .greeting)
        #expect(transcript.answer == nil)
    }

    // Only a kept connection can be stale, and only while nothing was accepted on it.
    @Test(
        arguments: [
            ("", CURLE_SEND_ERROR, nil, true), (Way.reused, CURLE_RECV_ERROR, nil, true),
            ("\(Way.reused) | < 421 idle too long", CURLE_SEND_ERROR, nil, true),
            ("\(Way.reused) | < 450 later", CURLE_SEND_ERROR, nil, false),
            ("\(Way.reused) | < 250 ok", CURLE_RECV_ERROR, nil, false),
            ("\(Way.reused) | < 452 4.7.0 too many messages in this session", CURLE_SEND_ERROR, nil, true),
            ("\(Way.reused) | < 250 ok | > RCPT TO:<b@example.org> | < 421 x", CURLE_SEND_ERROR, nil, true),
            ("\(Way.reused) | < 250 ok | > RCPT TO:<b@example.org> | < 450 later", CURLE_SEND_ERROR, nil, false),
            ("\(Way.reused) | < 250 ok | > RCPT TO:<b@example.org>", CURLE_RECV_ERROR, nil, false),
            (
                "\(Way.reused) | < 250 ok | > RCPT TO:<b@example.org> | < 250 ok | > DATA | < 354 go | text | < 421 x",
                CURLE_WEIRD_SERVER_REPLY, nil, false
            ),
            (Way.mail, CURLE_RECV_ERROR, nil, false),
            ("+", CURLE_COULDNT_CONNECT, nil, false), (Way.reused, CURLE_COULDNT_RESOLVE_HOST, nil, false),
            (Way.reused, CURLE_ABORTED_BY_CALLBACK, .timedOut(after: .seconds(1)), false),
            (Way.reused, CURLE_OK, nil, false),
        ] as [(String, CURLcode, AbortReason?, Bool)])
    func `A stale connection is recognised`(steps: String, result: CURLcode, abort: AbortReason?, isStale: Bool) {
        #expect(Transcript(steps, then: abort).isStaleConnection(result) == isStale)
    }

    // Only a new connection can be refused, and only before MAIL is accepted.
    @Test(
        arguments: [
            ("+", CURLE_COULDNT_CONNECT, nil, .plain), ("+", CURLE_SSL_CONNECT_ERROR, nil, .plain),
            ("+", CURLE_COULDNT_RESOLVE_HOST, nil, nil), ("+", CURLE_ABORTED_BY_CALLBACK, .timedOut(after: .seconds(1)), .silent),
            (Way.connected, CURLE_RECV_ERROR, nil, .plain),
            ("\(Way.connected) | < 421 4.7.0 too many", CURLE_WEIRD_SERVER_REPLY, nil, .plain),
            ("\(Way.connected) | < 554 no", CURLE_WEIRD_SERVER_REPLY, nil, .plain),
            (Way.connected, CURLE_ABORTED_BY_CALLBACK, .timedOut(after: .seconds(1)), .silent),
            ("\(Way.connected) | =", CURLE_WRITE_ERROR, .noise, nil), (Way.ehlo, CURLE_GOT_NOTHING, nil, .plain),
            ("\(Way.ehlo) | < 421 busy", CURLE_WRITE_ERROR, nil, .plain),
            ("\(Way.ehlo) | < 550 no", CURLE_REMOTE_ACCESS_DENIED, nil, nil),
            (Way.introduced, CURLE_USE_SSL_FAILED, nil, nil),
            (Way.introduced, CURLE_WRITE_ERROR, .loginNotOffered(mechanisms: []), nil),
            ("\(Way.auth) | < 421 4.7.0 too many", CURLE_LOGIN_DENIED, nil, .plain),
            ("\(Way.auth) | < 535 5.7.8 wrong", CURLE_LOGIN_DENIED, nil, nil),
            ("\(Way.mail) | < 421 4.7.0 later", CURLE_SEND_ERROR, nil, .plain),
            ("\(Way.mail) | < 450 4.7.1 greylisted", CURLE_SEND_ERROR, nil, nil),
            ("\(Way.mail) | < 550 5.1.8 no", CURLE_SEND_ERROR, nil, nil), (Way.mail, CURLE_RECV_ERROR, nil, .plain),
            (Way.rcpt, CURLE_RECV_ERROR, nil, nil), ("\(Way.rcpt) | < 421 later", CURLE_SEND_ERROR, nil, nil),
            (Way.reused, CURLE_RECV_ERROR, nil, nil),
            ("\(Way.reused) | < 432 4.3.2 Concurrent connections limit exceeded", CURLE_SEND_ERROR, nil, .plain),
            ("\(Way.rcpt) | < 452 4.3.2 Connection rate limit exceeded.", CURLE_SEND_ERROR, nil, .plain),
            ("\(Way.text) | < 432 4.3.2 sender thread limit exceeded", CURLE_WEIRD_SERVER_REPLY, nil, nil),
        ] as [(String, CURLcode, AbortReason?, ConnectionRefusal?)])
    func `S5: a refused connection is told from a refused letter`(
        steps: String, result: CURLcode, abort: AbortReason?, refusal: ConnectionRefusal?
    ) {
        #expect(Transcript(steps, then: abort).connectionRefusal(result) == refusal)
        #expect(Transcript(steps, then: abort, certificate: .expired).connectionRefusal(result) == nil)
    }

    // The words of servers, as they are found in their sources and in reports of their users.
    @Test(
        arguments: [
            (421, "4.7.0 mx.example Error: too many connections from 192.0.2.1", .tooMany),
            (421, "Too many concurrent SMTP connections; please try again later.", .tooMany),
            (421, "4.3.2 Too many open connections.", .tooMany), (421, "4.3.2 Connection rate limit exceeded.", .tooMany),
            (452, "4.3.2 Connection rate limit exceeded.", .tooMany),
            (
                421, "4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel",
                .tooMany
            ),
            (
                432, "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
                .tooMany
            ),
            (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", .tooMany),
            (421, "4.4.5 Service unavailable, concurrency limit reached", .tooMany),
            (421, "Too many concurrent SMTP sessions", .tooMany), (421, "4.7.0 max connections per IP reached", .tooMany),
            (421, "too many messages in this connection", .usedUp), (452, "4.7.0 Too many messages in this session", .usedUp),
            (421, "Max message per connection reached, closing transmission channel", .usedUp),
            (450, "4.7.1 session transaction limit exceeded", .usedUp),
            (550, "5.7.1 too many connections", nil), (250, "2.0.0 too many connections", nil), (421, "4.4.2 idle too long", nil),
            (450, "4.2.1 The user is receiving mail too quickly", nil),
            (432, "4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", nil),
            (451, "4.7.1 Greylisted, please try again later", nil), (421, "4.4.2 connection timed out", nil),
        ] as [(Int, String, SMTPReply.ConnectionComplaint?)])
    func `S5: what a refusal says of connections is read from its words`(
        code: Int, text: String, complaint: SMTPReply.ConnectionComplaint?
    ) {
        #expect(SMTPReply(code: code, lines: [text]).connectionComplaint == complaint)
        #expect(SMTPReply(code: code, lines: [text.uppercased()]).connectionComplaint == complaint)
    }

    // A connection is used again only when no answer can still be on its way.
    @Test(
        arguments: [
            ("\(Way.text) | < 250 ok", nil, true), ("\(Way.text) | < 554 no", nil, true), ("\(Way.text) | < 421 bye", nil, false),
            (Way.text, nil, false), (Way.text, .timedOut(after: .seconds(1)), false), ("\(Way.rcpt) | < 550 no", nil, false),
        ] as [(String, AbortReason?, Bool)])
    func `A connection is kept only in step`(steps: String, abort: AbortReason?, isReusable: Bool) {
        #expect(Transcript(steps, then: abort).isConnectionReusable == isReusable)
    }

    @Test func `The first reason to stop stands`() {
        var transcript = Transcript("+", then: .noise)
        transcript.note(.closing)
        #expect(transcript.abortReason == .noise)
    }

    // Keywords are in any case, and only whole words count.
    @Test(arguments: [
        (["mx", "SMTPUTF8", "AUTH PLAIN LOGIN"], true, true), (["mx", "AUTH CRAM-MD5 GSSAPI"], false, false),
        (["mx", "smtputf8", "Auth plain"], true, true), (["mx", "AUTH=LOGIN"], false, true), (["mx"], false, false),
        (["mx", "XSMTPUTF8", "AUTH XPLAIN"], false, false), (["mx", "AUTH LOGIN"], false, true),
    ])
    func `Capabilities are read from EHLO`(lines: [String], utf8: Bool, login: Bool) {
        let capabilities = Capabilities(ehlo: SMTPReply(code: 250, lines: lines))
        #expect(capabilities.smtpUTF8 == utf8)
        #expect(capabilities.offersLogin == login)
    }

    @Test(arguments: [
        ("5.1.1", EnhancedStatus(5, 1, 1)), ("2.0.0", EnhancedStatus(2, 0, 0)), ("4.7.651", EnhancedStatus(4, 7, 651)),
        ("3.1.1", nil), ("5.1", nil), ("5.1.1.1", nil), ("5.1.1:", nil), ("5..1", nil), ("5.1234.1", nil), ("", nil),
        ("٥.1.1", nil), ("5.1.", nil), (".5.1", nil), ("12.1.1", nil), ("5.001.999", EnhancedStatus(5, 1, 999)),
    ])
    func `An enhanced status is three numbers`(word: String, status: EnhancedStatus?) {
        #expect(EnhancedStatus(word) == status)
    }

    // A mark makes another Character of the space before it; to the server that was a space.
    @Test(arguments: ["\u{301}", "\u{200D}"])
    func `A mark does not hide the enhanced status`(mark: String) {
        let reply = SMTPReply(code: 550, lines: ["5.2.2 \(mark)mailbox full"])
        #expect(reply.enhanced == EnhancedStatus(5, 2, 2))
        #expect(reply.text == "\(mark)mailbox full")
    }
}
