import PosternCore
import PosternMail
import Testing

/// What a refusal is about: code, enhanced status and words together. What the corpus has of real servers is in `ReplyCorpusTests`.
@Suite struct RefusedReplyTests {
    /// One reply at one stage, and what it is about.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let stage: DeliveryStage
        let reply: String
        let kind: Outcome.Kind
        let cause: Outcome.Cause

        init(_ stage: DeliveryStage, _ reply: String, _ kind: Outcome.Kind, _ cause: Outcome.Cause) {
            (self.stage, self.reply, self.kind, self.cause) = (stage, reply, kind, cause)
        }

        var testDescription: String { "\(stage.rawValue) \(reply)" }
    }

    // First us, then now, then the recipient, then nobody knows. Code, status and words are asked together.
    @Test(arguments: [
        // S1: our sender or account, refused only after the dot.
        Refusal(.finalDot, "554 5.2.252 SendAsDenied; a@example.org not allowed to send as b@example.org", .ourFault, .sender),
        Refusal(.finalDot, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", .ourFault, .sender),
        Refusal(.finalDot, "550 5.1.8 Access denied, bad outbound sender", .ourFault, .sender),
        Refusal(.recipient, "550 5.1.8 Access denied, bad outbound sender", .ourFault, .sender),
        // A status alone, and words alone.
        Refusal(.finalDot, "554 5.2.252 no", .ourFault, .sender),
        Refusal(.finalDot, "554 SendAsDenied", .ourFault, .sender),
        Refusal(.recipient, "550 5.1.1 Your account has been suspended", .ourFault, .account),
        Refusal(.recipient, "550 5.7.57 no", .ourFault, .login),
        Refusal(.recipient, "550 5.7.1 Must issue a STARTTLS command first", .ourFault, .encryption),
        Refusal(.finalDot, "552 5.3.4 Message size exceeds fixed limit", .ourFault, .content),
        Refusal(.recipient, "552 5.3.4 Message size exceeds fixed limit", .ourFault, .content),
        // S2: a quota as 5xx.
        Refusal(.finalDot, "550 5.4.5 Daily user sending limit exceeded", .deferred, .quota),
        Refusal(.recipient, "550 5.4.6 Unusual sending activity detected", .deferred, .quota),
        Refusal(.recipient, "550 5.4.5 no", .deferred, .quota),
        Refusal(.recipient, "550 5.4.6 no", .deferred, .quota),
        Refusal(.finalDot, "554 5.7.1 You have sent too many messages", .deferred, .quota),
        Refusal(
            .recipient, "554 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org", .deferred, .reputation
        ),
        // About now.
        Refusal(.recipient, "550 5.2.2 no", .deferred, .now),
        Refusal(.recipient, "550 5.1.1 temporarily unavailable, try again later", .deferred, .now),
        Refusal(.finalDot, "554 5.4.4 no", .deferred, .now),
        Refusal(.recipient, "550 4.2.1 no", .deferred, .now),
        // About the recipient, whatever the status.
        Refusal(.recipient, "550 5.7.1 no such user", .failed, .recipient),
        Refusal(.recipient, "550 sorry, no mailbox here by that name. (#5.1.1)", .failed, .recipient),
        Refusal(.recipient, "550 #5.1.0 Address rejected.", .failed, .recipient),
        Refusal(.finalDot, "554 5.1.1 no", .failed, .recipient),
        // Nobody can tell, or only the letter is named.
        Refusal(.recipient, "550 5.7.1 no", .failed, .unclear),
        Refusal(.recipient, "550 no", .failed, .unclear),
        Refusal(.finalDot, "554 no", .failed, .unclear),
        Refusal(.finalDot, "554 5.7.1 spam", .failed, .letter),
        // After the text, a list of domains was asked about a link in it. A stranger's link must not stop everybody's mail, whatever
        // it spells. Before the text it can only be about us.
        Refusal(.finalDot, "554 Blocked by URIBL (bad.example)", .failed, .letter),
        Refusal(.finalDot, "554 5.7.1 Blocked by multi.surbl.org: sender-rejected.rate-limit.example", .failed, .letter),
        Refusal(.finalDot, "550 5.7.1 A link in it is listed in dbl.spamhaus.org", .failed, .letter),
        Refusal(.finalDot, "554 5.7.1 Blocked for spam content", .failed, .letter),
        Refusal(.finalDot, "451 4.7.1 Blocked by URIBL (bad.example)", .deferred, .now),
        Refusal(.recipient, "554 5.7.1 Domain listed in dbl.spamhaus.org", .deferred, .reputation),
        Refusal(.recipient, "554 5.7.1 Blocked for abuse", .deferred, .reputation),
        Refusal(.finalDot, "554 5.7.1 client [192.0.2.1] blocked using zen.spamhaus.org", .deferred, .reputation),
    ])
    func `S1, S2: a refusal is about us, about now, about the recipient, or unclear`(refusal: Refusal) {
        let outcome = ReplyCorpusTests.outcome(of: refusal.reply, at: refusal.stage)
        #expect(outcome.kind == refusal.kind)
        #expect(outcome.cause == refusal.cause)
        // A letter that is too big says nothing about the next.
        let isOfOneLetter = !refusal.cause.isAboutUs || refusal.cause == .content && refusal.stage == .finalDot
        #expect(outcome.health == (isOfOneLetter ? .reached : .trouble))
    }

    // Words and statuses of recipients, said of the sender, of what is ours, or of how we behaved.
    @Test(arguments: [
        Refusal(.recipient, "550 5.2.1 The sender's mailbox is disabled", .ourFault, .account),
        Refusal(.recipient, "550 sender's account is disabled", .ourFault, .account),
        Refusal(.recipient, "550 5.2.1 The account of the sender has been closed", .ourFault, .account),
        Refusal(.recipient, "550 Recipient address rejected: your domain is suspended", .ourFault, .account),
        Refusal(.recipient, "550 5.1.1 <b@example.org>: Recipient address rejected: Your plan has expired", .ourFault, .account),
        Refusal(.recipient, "550 your e-mail account has been blocked", .ourFault, .account),
        Refusal(.recipient, "550 5.7.1 authenticated user is suspended", .ourFault, .account),
        Refusal(.recipient, "550 Domain example.org has an outgoing mail suspension", .ourFault, .account),
        Refusal(.finalDot, "550 5.1.1 Sender unknown", .ourFault, .sender),
        Refusal(.recipient, "550 5.1.1 unknown sender", .ourFault, .sender),
        Refusal(.recipient, "550 Originator unknown", .ourFault, .sender),
        Refusal(.recipient, "550 5.1.1 The sender does not exist", .ourFault, .sender),
        Refusal(.recipient, "550 5.1.1 No such sender", .ourFault, .sender),
        Refusal(
            .recipient, "550 Recipient address rejected: Please see http://www.openspf.net/Why?s=mfrom;id=a@example.org",
            .ourFault,
            .sender),
        Refusal(.recipient, "554 5.2.2 Sender mailbox over quota", .deferred, .quota),
        Refusal(.recipient, "452 4.2.2 Sender mailbox over quota", .deferred, .quota),
        Refusal(.recipient, "550 Recipient address rejected: Mail quota of sender reached", .deferred, .quota),
        Refusal(.finalDot, "552 5.2.2 Your mailbox is full, sending is disabled", .deferred, .quota),
        Refusal(.recipient, "550 too many invalid recipients, session blocked", .deferred, .quota),
        Refusal(.recipient, "550 5.1.1 Too many unknown users", .deferred, .quota),
        // At MAIL nobody else has been named, and after an accepted recipient an account without an owner is the one that sends.
        Refusal(.mailFrom, "550 5.2.1 mailbox disabled", .ourFault, .account),
        Refusal(.mailFrom, "552 5.2.2 mailbox full", .deferred, .quota),
        Refusal(.finalDot, "554 5.7.1 Account deactivated", .ourFault, .account),
        Refusal(.data, "550 This account has been terminated", .ourFault, .account),
    ])
    func `What is said of the sender is not the recipient's, in whatever words`(refusal: Refusal) {
        let outcome = ReplyCorpusTests.outcome(of: refusal.reply, at: refusal.stage)
        #expect(outcome.kind == refusal.kind)
        #expect(outcome.cause == refusal.cause)
        #expect(outcome.health == .trouble, "the breaker counts it")
    }

    // Both are in the sentence, or only somebody else.
    @Test(arguments: [
        Refusal(.recipient, "554 5.7.1 Account deactivated", .failed, .recipient),
        Refusal(.recipient, "550 5.1.1 <b@y.example>: user unknown; sender <a@x.example>", .failed, .recipient),
        Refusal(.recipient, "550 5.1.1 Message from sender rejected, recipient unknown", .failed, .recipient),
        Refusal(.recipient, "550 5.1.1 Address does not exist, returned to sender", .failed, .recipient),
        Refusal(.recipient, "550 5.2.1 mailbox disabled, your message cannot be delivered", .failed, .recipient),
        Refusal(.recipient, "550 The mailbox you are sending to is disabled", .failed, .recipient),
        Refusal(.recipient, "550 5.7.1 Sender blocked by recipient", .failed, .recipient),
        Refusal(.recipient, "550 5.7.1 The recipient has blocked your address", .failed, .recipient),
        Refusal(.recipient, "450 4.2.1 mailbox busy, sender may try again later", .deferred, .now),
        Refusal(.finalDot, "550 recipient's account is disabled", .failed, .recipient),
        Refusal(.finalDot, "550 5.2.1 mailbox disabled", .failed, .recipient),
        // Nobody is named beyond doubt: other letters decide.
        Refusal(.finalDot, "550 5.7.1 User suspended", .failed, .unclear),
        Refusal(.finalDot, "550 does not exist", .failed, .unclear),
        // A stranger's text must not look like a refusal of us.
        Refusal(.finalDot, "554 5.7.1 This is spam, and its sender has been restricted", .failed, .letter),
        Refusal(.finalDot, "554 5.7.1 Refused for what it links to: your-account-is-suspended.example", .failed, .letter),
    ])
    func `What is said of the recipient stays theirs, no matter who else is mentioned`(refusal: Refusal) {
        let outcome = ReplyCorpusTests.outcome(of: refusal.reply, at: refusal.stage)
        #expect(outcome.kind == refusal.kind)
        #expect(outcome.cause == refusal.cause)
        #expect(outcome.health == .reached)
    }

    // Words without an owner, and an address that has one.
    @Test(arguments: [
        ("550 5.1.1 <t0ken@relay.example>: user unknown", Outcome.Cause.sender),
        ("550 5.1.1 <contact@relay.example> unknown", .sender),
        ("550 rejected: login@provider.example.", .sender),
        ("552 5.2.2 <contact@relay.example> mailbox full", .quota),
        ("550 5.1.1 <jo@members.example>: user unknown", .recipient),
        ("550 5.1.1 <jo@members.example>: user unknown; from=<t0ken@relay.example>", .recipient),
        ("550 5.1.1 <else@members.example>: user unknown", .recipient),
    ])
    func `A refusal that names our own address is about us`(reply: String, cause: Outcome.Cause) {
        let envelope = EnvelopeAddresses(
            sender: "t0ken@relay.example", user: "login@provider.example", recipient: "Jo@members.example")
        let outcome = ReplyCorpusTests.outcome(of: reply, at: .recipient, envelope: envelope)
        #expect(outcome.cause == cause)
        #expect((outcome.health == .trouble) == cause.isAboutUs)
    }

    @Test func `Who is at our domain may be the recipient under another name`() {
        let envelope = EnvelopeAddresses(sender: "t0ken@club.example", recipient: "jo@club.example")
        let outcome = ReplyCorpusTests.outcome(
            of: "550 5.1.1 <jo.doe@club.example>: user unknown", at: .recipient, envelope: envelope)
        #expect(outcome.cause == .recipient)
    }

    @Test func `After the text the recipient's own address says whose account it is`() {
        let envelope = EnvelopeAddresses(sender: "t0ken@relay.example", recipient: "jo@members.example")
        let outcome = ReplyCorpusTests.outcome(
            of: "554 jo@members.example cannot be delivered. This account has been disabled", at: .finalDot, envelope: envelope)
        #expect(outcome.cause == .recipient)
    }

    @Test(arguments: Outcome.Cause.allCases)
    func `What is about us says what to do about it`(cause: Outcome.Cause) {
        guard cause.isAboutUs else { return }
        #expect(cause.advice?.isEmpty == false)
        let outcome = Outcome(
            .ourFault, health: .trouble, cause: cause,
            diagnosis: .init(stage: .finalDot, code: 554, enhanced: "5.2.252", text: "‹address› not allowed"))
        #expect(outcome.holdReason.hasSuffix("The smarthost said: 554 5.2.252 ‹address› not allowed"))
        #expect(outcome.holdReason.unicodeScalars.count < 300, "the store keeps 500, with a reply of up to 200")
    }
}
