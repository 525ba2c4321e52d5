import PosternCore
import PosternRelay
import Testing

@Suite("What the smarthost says against us is kept, one blip is not")
struct SmarthostRecordTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    private static func outcome(
        _ kind: Outcome.Kind, _ stage: DeliveryStage, _ code: Int? = nil, _ enhanced: String? = nil, _ text: String = "no",
        health: Outcome.SmarthostHealth = .trouble, about cause: Outcome.Cause? = nil
    ) -> Outcome {
        Outcome(kind, health: health, cause: cause, diagnosis: .init(stage: stage, code: code, enhanced: enhanced, text: text))
    }

    /// The sentences without a code are those of `TransferFailure`; the others are replies of real servers.
    @Test(
        arguments: [
            (outcome(.deferred, .connect, nil, nil, "the connection to the smarthost was refused"), .unreachable),
            (outcome(.deferred, .connect, nil, nil, "the smarthost's name could not be resolved"), .unreachable),
            (outcome(.deferred, .connect, nil, nil, "the smarthost's certificate has expired: nothing was sent"), .encryption),
            (outcome(.ourFault, .connect, nil, nil, "TLS cannot be set up with these settings (libcurl error 58)"), .encryption),
            (outcome(.ourFault, .startTLS, nil, nil, "TLS is required and the smarthost does not offer STARTTLS"), .encryption),
            (outcome(.deferred, .greeting, nil, nil, "no answer within 10 s"), .unreachable),
            (outcome(.deferred, .greeting, 421, "4.7.0", "try again later"), .refusesUs),
            (outcome(.deferred, .greeting, 554, "5.7.1", "blocked using a list", about: .reputation), .refusesUs),
            (outcome(.deferred, .startTLS, 454, "4.7.0", "TLS not available"), .encryption),
            (outcome(.ourFault, .mailFrom, 530, "5.7.0", "Must issue a STARTTLS command first", about: .encryption), .encryption),
            (outcome(.ourFault, .login, 535, "5.7.8", "authentication failed", about: .login), .login),
            (outcome(.ourFault, .mailFrom, 530, "5.7.0", "Authentication required", about: .login), .login),
            (outcome(.ourFault, .login, nil, nil, "the smarthost offers no login that can be used"), .login),
            (outcome(.deferred, .login, 454, "4.7.0", "temporary authentication failure", about: .now), .refusesUs),
            (outcome(.deferred, .recipient, 450, "4.7.8", "log in first", about: .login), .refusesUs),
            (outcome(.ourFault, .mailFrom, 553, "5.7.1", "not owned by user", about: .sender), .sender),
            (outcome(.ourFault, .finalDot, 554, "5.2.252", "SendAsDenied", about: .sender), .sender),
            (outcome(.ourFault, .recipient, 550, "5.7.1", "account suspended: quota exceeded", about: .account), .sender),
            (outcome(.ourFault, .recipient, 550, "5.1.1", "no such user", about: .likeRefusals), .sender),
            (outcome(.deferred, .mailFrom, 451, "4.7.1", "sender not ready", about: .sender), .refusesUs),
            (outcome(.deferred, .finalDot, 550, "5.4.5", "Daily user sending limit exceeded", about: .quota), .quota),
            (outcome(.deferred, .mailFrom, 452, "4.3.1", "too many messages, slow down", about: .quota), .quota),
            (outcome(.deferred, .finalDot, 550, "5.7.0", "Kontingent aufgebraucht", about: .quota), .quota),
            (outcome(.deferred, .finalDot, 550, "5.7.1", "IP on a list", about: .reputation), .refusesUs),
            (outcome(.deferred, .mailFrom, 421, "4.3.2", "busy", about: .now), .refusesUs),
            (outcome(.deferred, .recipient, 452, "4.2.2", "over quota exceeded", health: .reached, about: .now), nil),
            (outcome(.deferred, .recipient, 450, "4.7.1", "greylisted, rate limit", health: .reached, about: .now), nil),
            (outcome(.deferred, .finalDot, 554, nil, "rejected", health: .reached, about: .unclear), nil),
            (outcome(.ourFault, .finalDot, 554, nil, "rejected", health: .reached, about: .unclear), nil),
            (outcome(.ourFault, .finalDot, 552, "5.3.4", "too big", health: .reached, about: .content), nil),
            (outcome(.ourFault, .ehlo, nil, nil, "the smarthost does not offer SMTPUTF8", health: .reached), nil),
            (outcome(.deferred, .connect, nil, nil, "no memory left for the transfer", health: .unknown), nil),
            (outcome(.deferred, .data, nil, nil, "the smarthost dropped the line"), .refusesUs),
            (outcome(.uncertain, .finalDot, nil, nil, "the smarthost dropped the line"), .noAnswer),
            (outcome(.failed, .recipient, 550, "5.1.1", "no such user", health: .reached), nil),
            (outcome(.deferred, .budget, nil, nil, "POSTERN_BUDGET_GLOBAL", health: .unknown), .budget),
            (outcome(.ourFault, .prepare, nil, nil, "it does not open", health: .unknown), nil),
            (outcome(.deferred, .mute, nil, nil, "muted", health: .unknown), nil),
        ] as [(Outcome, SmarthostRecord.Trouble?)])
    func `Each way to refuse us is told apart, and what is about one letter is none`(
        outcome: Outcome, trouble: SmarthostRecord.Trouble?
    ) {
        #expect(SmarthostRecord.Trouble(outcome) == trouble)
    }

    @Test func `A refused login is told after one attempt; a connection that failed once or twice is not`() {
        var record = SmarthostRecord()
        record.record(Self.outcome(.ourFault, .login, 535), at: Self.now)
        record.record(Self.outcome(.deferred, .connect), at: Self.now)
        record.record(Self.outcome(.deferred, .connect), at: Self.now + .seconds(1))
        #expect(Set(record.troubles(at: Self.now + .seconds(2)).keys) == [.login])
        record.record(Self.outcome(.deferred, .connect, nil, nil, "refused"), at: Self.now + .seconds(2))
        let entry = record.troubles(at: Self.now + .seconds(2))[.unreachable]
        #expect(entry == .init(reason: "refused", since: Self.now, last: Self.now + .seconds(2), count: 3))
    }

    @Test func `One letter that is tried again after a minute is enough`() {
        var record = SmarthostRecord()
        record.record(Self.outcome(.deferred, .connect), at: Self.now)
        record.record(Self.outcome(.deferred, .connect), at: Self.now + .seconds(50))
        #expect(record.troubles(at: Self.now + .seconds(50))[.unreachable]?.count == 2)
    }

    @Test func `A delivered letter ends them all; one that reached the recipient's turn ends what comes before that`() {
        var record = SmarthostRecord()
        for _ in 0..<3 { record.record(Self.outcome(.deferred, .connect), at: Self.now) }
        record.record(Self.outcome(.ourFault, .login, 535), at: Self.now)
        record.record(Self.outcome(.ourFault, .finalDot, 554, about: .sender), at: Self.now)
        record.record(Self.outcome(.failed, .recipient, 550, health: .reached), at: Self.now)
        #expect(Set(record.troubles(at: Self.now).keys) == [.sender])
        record.record(Self.outcome(.delivered, .finalDot, 250, health: .reached), at: Self.now)
        #expect(record.troubles(at: Self.now).isEmpty)
    }

    @Test func `A letter that needs what the smarthost lacks for it alone is no trouble with the smarthost`() {
        var record = SmarthostRecord()
        record.record(Self.outcome(.ourFault, .mailFrom, health: .reached, about: .content), at: Self.now)
        #expect(record.troubles(at: Self.now).isEmpty)
        record.record(Self.outcome(.ourFault, .recipient, 552, about: .content), at: Self.now)
        #expect(Set(record.troubles(at: Self.now).keys) == [.sender])
    }

    @Test func `What nobody has tried for hours is no longer known`() {
        var record = SmarthostRecord()
        record.record(Self.outcome(.ourFault, .login, 535), at: Self.now)
        #expect(record.troubles(at: Self.now + .hours(5)).count == 1)
        #expect(record.troubles(at: Self.now + .hours(7)).isEmpty)
    }
}
