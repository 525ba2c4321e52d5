import Crypto
import PosternCore
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import Testing

@Suite("A repeated post is the first letter, and what it is recognised by tells nobody what it said")
struct RepeatedPostsTests {
    private static let late = Epoch(containing: IntakeFixture.now).end - .minutes(1)

    // At once, just after midnight, and up to the last minute of the 24 hours; the relay was restarted each time.
    @Test(arguments: [Duration.seconds(1), .minutes(2), .hours(12), .hours(24) - .minutes(1)])
    func `A5: a day's repeats are recognised over midnight and after a restart`(later: Duration) async throws {
        let first = try await IntakeFixture.open(at: Self.late)
        let id = try #require(try await first.post(key: "order-17", at: Self.late).answer.id)
        let moment = Self.late + later
        let second = try await IntakeFixture.open(store: first.store, at: moment)
        #expect(try await second.post(key: "order-17", at: moment).answer == .accepted(id))
        #expect(
            try await second.post(key: "order-17", at: moment) { $0.message = "Another text, and a long one." }.answer
                == .idempotencyKeyConflict)
        #expect(try await second.post(key: "order-18", at: moment).answer.id != id)
        #expect(try await second.deliveries() == 2)
    }

    @Test func `After 24 hours a key may name another letter`() async throws {
        let first = try await IntakeFixture.open(at: Self.late)
        let id = try #require(try await first.post(key: "order-17", at: Self.late).answer.id)
        let moment = Self.late + .hours(24)
        let second = try await IntakeFixture.open(store: first.store, at: moment)
        let other = try #require(try await second.post(key: "order-17", at: moment).answer.id)
        #expect(other != id)
    }

    // Of a stolen store: the recipient's id is in it, the key is `order-17` as so often, and the letter is guessed right.
    @Test func `A right guess of the key and the letter cannot be told from a wrong one without the day's secret`() async throws {
        let fixture = try await IntakeFixture.open()
        _ = try await fixture.post(key: "order-17")
        let rows = try await fixture.store.read { try $0.rows("SELECT key, body FROM idempotency_record") }
        let stored = try rows.map { row -> [[UInt8]] in [try row["key"], try row["body"]] }.flatMap { $0 }
        try #require(stored.count == 2)
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject) = ("Vera", "vera@visitor.example", "Hello")
        raw.message = "I like the photo of the harbour in the morning."
        let letter = LetterCoding.bytes(of: try raw.validated())
        var scoped = ByteWriter()
        scoped.write("postern repeat key")
        scoped.write(fixture.recipients[0].id)
        scoped.write("order-17")
        let guessed = SymmetricKey(data: SHA256.hash(data: Array("postern repeat body".utf8) + scoped.bytes))
        #expect(!stored.contains(Array(SHA256.hash(data: scoped.bytes))))
        #expect(!stored.contains(Array(HMAC<SHA256>.authenticationCode(for: letter, using: guessed))))
        // The same post under the secrets of another installation, or of another day, leaves other digests.
        let other = try await IntakeFixture.open(at: IntakeFixture.now + .days(1))
        _ = try await other.post(key: "order-17", at: IntakeFixture.now + .days(1))
        let others = try await other.store.read { try $0.rows("SELECT key, body FROM idempotency_record") }
        for row in others {
            let digests: [[UInt8]] = [try row["key"], try row["body"]]
            #expect(!digests.contains(where: stored.contains))
        }
    }

    // 20,000 letters that lower case makes two of each cost 7 ms; a client over its limit pays nothing for them.
    @Test func `Z4: a client over its limit has neither the store asked nor its letter read, unless its key came before`()
        async throws
    {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "1,1/1h"))
        let first = try #require(try await fixture.post(key: "k").answer.id)
        _ = try await fixture.post(to: "nobody")
        // From here on whatever asks the store fails, and a failure would be answered with "unavailable".
        fixture.faulty.failReads(true)
        for handle in ["p0", "nobody"] {
            let reply = try await fixture.post(to: handle) { $0.message = String(repeating: "\u{130}", count: 20_000) }
            #expect(reply.answer.isLimited)
        }
        fixture.faulty.failReads(false)
        #expect(try await fixture.post(key: "k").answer == .accepted(first))
    }
}
