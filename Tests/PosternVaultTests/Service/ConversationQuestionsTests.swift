import Crypto
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("What the relay may ask about the two of a conversation")
struct ConversationQuestionsTests {
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    private static let recipient = RecipientID(high: 1, low: 1)

    private static func name(
        _ address: String, recipient: RecipientID = recipient, handle: String = "pat", site: String = "photos",
        key: SymmetricKey = key
    ) throws -> MuteName {
        VisitorCodes(key: key).muteName(
            of: try EmailAddress(address), for: recipient, try Handle(handle), at: try SiteID(site))
    }

    /// Whether it is the same visitor.
    @Test(arguments: [
        ("vera@visitor.example", true), ("VERA@Visitor.Example", true), ("Vera@VISITOR.example", true),
        ("v.era@visitor.example", false), ("vera+club@visitor.example", false), ("vera@other.example", false),
    ])
    func `A visitor's name is one for all spellings of an address, and another for another`(address: String, isSame: Bool) throws
    {
        let isOne = try Self.name(address) == Self.name("vera@visitor.example")
        #expect(isOne == isSame)
    }

    @Test func `No other recipient, site or vault calls a visitor so`() throws {
        let address = "vera@visitor.example"
        let names = try [
            Self.name(address), Self.name(address, recipient: RecipientID(high: 1, low: 2)), Self.name(address, handle: "sam"),
            Self.name(address, site: "other"), Self.name(address, key: SymmetricKey(size: .bits256)),
        ]
        #expect(Set(names).count == names.count)
    }

    @Test func `A mute and a proof of a former key still count`() throws {
        let former = SymmetricKey(size: .bits256)
        let (old, new) = (VisitorCodes(key: former), VisitorCodes(key: Self.key, former: [former]))
        let (address, site) = (try EmailAddress("vera@visitor.example"), try SiteID("photos"))
        let handle = try Handle("pat")
        let name = old.muteName(of: address, for: Self.recipient, handle, at: site).bytes
        #expect(new.isMuted(address, by: [[1], name], of: Self.recipient, handle, at: site))
        #expect(!new.isMuted(address, by: [], of: Self.recipient, handle, at: site))
        let id = LetterID(high: 3, low: 3)
        #expect(new.isProof(old.proof(of: address, in: id, at: site), of: address, in: id, at: site))
        #expect(!new.isProof([], of: address, in: id, at: site))
        #expect(!new.isProof(name, of: address, in: id, at: site))
    }

    // One line for each way of writing an address past a filter.
    @Test(arguments: [
        "pat.private@müller.example", "PAT.Private@Müller.Example", "pat.private@xn--mller-kva.example",
        "pat.private @ müller . example",
        "pat.private at müller dot example", "pat dot private (at) müller (dot) example", "pat.private[at]müller[dot]example",
        "pat.private{at}müller.example", "pat punkt private (ät) müller punkt example",
        "pat point private arobase müller point example",
        "ｐａｔ．ｐｒｉｖａｔｅ＠ｍüｌｌｅｒ．ｅｘａｍｐｌｅ", "pat.private﹫müller。example", "p\u{AD}at.pri\u{200B}vate@mül\u{200D}ler.example",
        "pat.private%40m%C3%BCller%2Eexample", "pat.private&#64;müller&#x2e;example",
        "pat&period;private&commat;m&#252;ller.example",
        "pat.private%26%2364%3Bmüller.example", "p a t . p r i v a t e @ m ü l l e r . e x a m p l e",
        "mu\u{308}ller: pat.private@mu\u{308}ller.example",
        "<pat.private@müller.example>", "mailto:pat.private@m%C3%BCller.example", "pat.\nprivate@\nmüller.example",
        "\"pat.private\"@müller.example",
    ])
    func `The recipient's own address is found in every spelling`(_ spelling: String) throws {
        let address = try EmailAddress("pat.private@müller.example")
        #expect(FoldedMention.find(address, in: "Write to me:\n\(spelling), please.") == .present)
        #expect(FoldedMention.find(try EmailAddress("sam@müller.example"), in: spelling) == .absent)
    }

    @Test(arguments: [
        "I look at the photo. Pat, private example", "pat@private.example", "100 % sure &c. at home", "", "@", "müller.example",
    ])
    func `Nothing is found where it is not`(_ text: String) throws {
        #expect(FoldedMention.find(try EmailAddress("pat.private@müller.example"), in: text) == .absent)
    }

    @Test func `Mail to a part after a plus is found without it`() throws {
        #expect(FoldedMention.find(try EmailAddress("pat+club@private.example"), in: "pat@private.example") == .present)
        #expect(FoldedMention.find(try EmailAddress("pat+club@private.example"), in: "pat+club@private.example") == .present)
    }

    @Test func `A list of addresses is no question`() throws {
        let list = (0..<40).map { "p\($0)@private.example" }.joined(separator: "\n")
        #expect(FoldedMention.find(try EmailAddress("p7@private.example"), in: list) == .tooMany)
    }

    // As idn.js and Python's codec read them (RFC 3492 §7.1 among them).
    @Test(arguments: [
        ("xn--mller-kva", "müller"), ("xn--bcher-kva", "bücher"), ("xn--ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
        ("xn--egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"), ("xn--strae-oqa", "straße"),
    ])
    func `An international label is read`(ascii: String, unicode: String) throws {
        let address = try EmailAddress("pat@\(ascii).example")
        #expect(FoldedMention.find(address, in: "pat@\(unicode).example") == .present)
    }

    // MARK: - Asked by the relay

    private struct Asked {
        let fixture: VaultFixture
        let memory = TransientRecordMemory()
        let recipient: Recipient
        let enrolment: Enrolment
        let questions: ConversationQuestions

        init(confirmed: Bool = true) async throws {
            let fixture = try VaultFixture(suite: .x25519)
            let enrolment = try Enrolment(ring: fixture.ring, memory: memory) { RecipientID(high: 1, low: 1) }
            let entry = EnrolRequest.Entry(
                site: try SiteID("photos"), handle: try Handle("pat"), name: try HeaderText("Pat", limit: 100),
                language: .english,
                address: try EmailAddress("pat@private.example"), former: nil)
            recipient = try #require(try await enrolment.enrol(EnrolRequest(entries: [entry], confirmed: confirmed)).all.first)
            questions = ConversationQuestions(
                authorisation: try fixture.ring.authorisation(), memory: memory,
                opener: SealOpener(ring: fixture.ring, secrets: memory),
                visitors: VisitorCodes(key: try fixture.ring.authorisationKeys().current))
            (self.fixture, self.enrolment) = (fixture, enrolment)
        }

        func mention(_ text: String, at now: Timestamp? = nil) throws -> Mention {
            try questions.mention(MentionRequest(recipient: recipient, text: text), at: now ?? fixture.now)
        }
    }

    @Test func `After thirty answers of a day nothing more is said, until the next`() async throws {
        let asked = try await Asked()
        #expect(try asked.mention("write to pat at private.example") == .present)
        for _ in 1..<ConversationQuestions.mostMentions { #expect(try asked.mention("nothing") == .absent) }
        #expect(try asked.mention("pat@private.example") == .notSaid)
        #expect(try asked.mention("pat@private.example", at: asked.fixture.now + .days(1)) == .present)
        // A clock that is set back gives nothing back.
        for _ in 1..<ConversationQuestions.mostMentions { _ = try asked.mention("nothing", at: asked.fixture.now + .days(1)) }
        #expect(try asked.mention("pat@private.example", at: asked.fixture.now) == .notSaid)
    }

    @Test func `How often nothing was said is known until the day is over`() async throws {
        let asked = try await Asked()
        let (now, tomorrow) = (asked.fixture.now, asked.fixture.now + .days(1))
        for _ in 0..<ConversationQuestions.mostMentions { _ = try asked.mention("nothing") }
        #expect(asked.questions.report(at: now) == .init(limit: ConversationQuestions.mostMentions))
        for _ in 0..<3 { _ = try asked.mention("nothing", at: now + .seconds(1)) }
        #expect(
            asked.questions.report(at: now)
                == .init(
                    limit: ConversationQuestions.mostMentions, refused: 3, last: now + .seconds(1)))
        // Also when nobody asks any more.
        #expect(asked.questions.report(at: tomorrow).refused == 0)
        _ = try asked.mention("nothing", at: tomorrow)
        #expect(asked.questions.report(at: tomorrow).refused == 0)
    }

    @Test func `Nothing is said of somebody who never confirmed, or was erased`() async throws {
        let invited = try await Asked(confirmed: false)
        #expect(throws: LinkRefusal.self) { try invited.mention("x") }
        let asked = try await Asked()
        try await asked.enrolment.note(
            RecordNotes(all: [.erased(.recipient(asked.recipient.handle, at: asked.recipient.site), asked.recipient.id)]))
        #expect(throws: LinkRefusal.self) { try asked.mention("x") }
    }

    @Test func `A visitor is named after a letter to this very recipient alone`() async throws {
        let asked = try await Asked()
        let (id, now) = (LetterID(high: 5, low: 5), asked.fixture.now)
        let session = try SealingSession(to: try #require(asked.fixture.key(.letter)), at: now)
        let letter = try MailSamples.letter()
        let seal = try session.seal(
            LetterCoding.bytes(of: letter),
            in: .letter(id, to: asked.recipient.id, asked.recipient.handle, at: asked.recipient.site))
        func request(_ handle: Handle) -> MuteRequest {
            MuteRequest(site: asked.recipient.site, recipient: asked.recipient.id, handle: handle, letter: id, seal: seal)
        }
        let name = try asked.questions.name(request(asked.recipient.handle))
        #expect(name.bytes.count == MuteName.length)
        let sam = try Handle("sam")
        #expect(throws: LinkRefusal.self) { try asked.questions.name(request(sam)) }
    }
}
