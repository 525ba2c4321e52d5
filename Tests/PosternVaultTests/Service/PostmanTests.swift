import Crypto
import Foundation
import Logging
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

@Suite("A letter is sent only as this vault authorised its recipient and its site, and as it did last")
struct PostmanTests {
    let fixture: VaultFixture
    let memory: TransientRecordMemory
    let authorisation: AddressAuthorisation
    let enrolment: Enrolment
    let recipient: Recipient
    let site: Site
    let visitors: VisitorCodes
    let tries = ConfirmationTries()
    let proven: ProvenMailboxes
    let pauses = KeptPauses()
    let id = LetterID(high: 7, low: 7)

    init() async throws {
        let fixture = try VaultFixture(suite: .x25519)
        let memory = TransientRecordMemory()
        let enrolment = try Enrolment(ring: fixture.ring, memory: memory) { RecipientID(high: 1, low: 1) }
        let name = try HeaderText("Pat", limit: 100)
        let entry = EnrolRequest.Entry(
            site: try SiteID("photos"), handle: try Handle("pat"), name: name, language: .english,
            address: try EmailAddress("pat@private.example"), former: nil)
        let enrolled = try await enrolment.enrol(EnrolRequest(entries: [entry], confirmed: true)).all
        let origin = try #require(WebOrigin("https://photos.example"))
        site = try await enrolment.authorise(
            SiteRequest(
                id: try SiteID("photos"), name: try HeaderText("Photos", limit: 100), origins: [origin], former: nil))
        recipient = try #require(enrolled.first)
        authorisation = try fixture.ring.authorisation()
        visitors = VisitorCodes(key: try fixture.ring.authorisationKeys().current)
        proven = ProvenMailboxes(visitors: visitors)
        (self.fixture, self.memory, self.enrolment) = (fixture, memory, enrolment)
    }

    private func job(
        site: Site? = nil, name: String = "Pat", language: Language = .english, sealedFor handle: String = "pat",
        kind: DeliveryKind = .letter
    ) throws -> DeliveryJob {
        let record = try #require(recipient.record)
        let session = try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now)
        let letter = try session.seal(
            LetterCoding.bytes(of: try fixture.letter()),
            in: .letter(id, to: recipient.id, try Handle(handle), at: recipient.site))
        return DeliveryJob(
            id: id, attempt: 1, kind: kind, accepted: fixture.now, tokens: MailSamples.tokens, site: site ?? self.site,
            recipient: recipient.id, handle: recipient.handle, recipientName: try HeaderText(name, limit: 100),
            language: language, record: record, letter: letter)
    }

    /// - Returns: what became of the job, and how many letters the server got.
    private func deliver(_ job: DeliveryJob, ring: KeyRing? = nil) async throws -> (outcome: Outcome, letters: Int) {
        let (outcome, mails) = try await send([job], ring: ring)
        return (try #require(outcome.first), mails.count)
    }

    /// - Returns: what became of each, and the mails that the server got.
    func send(
        _ jobs: [DeliveryJob], ring: KeyRing? = nil, budgets rates: Configuration.Budgets? = nil, script: Script = Script(),
        memory other: TransientRecordMemory? = nil
    ) async throws -> (outcomes: [Outcome], mails: [ServerMessage]) {
        let folder = try TemporaryFolder()
        let budgets = DeliveryBudgets(
            rates ?? .init(recipient: nil, address: nil, confirmation: nil, global: nil), path: folder.path("budgets"),
            key: SymmetricKey(size: .bits256), now: { [fixture] in fixture.now }, logger: Logger(label: "test"))
        let memory = other ?? memory
        return try await LanePool.with(script, clock: LaneClock(fixture.now)) { pool, server in
            let postman = Postman(
                mailFrom: try EmailAddress("contact@relay.example.org"),
                publicURL: try #require(WebOrigin("https://contact.example.org")), authorisation: authorisation, memory: memory,
                opener: SealOpener(ring: ring ?? fixture.ring, secrets: memory), visitors: visitors,
                members: try fixture.ring.memberCodes(),
                proven: proven, composer: try MailSamples.composer(), lanes: pool, budgets: budgets,
                tries: tries, randomness: RandomSource { .random(in: .min ... .max) }, pause: { [pauses] in pauses.add($0) },
                logger: Logger(label: "test"),
                now: { [fixture] in fixture.now })
            var outcomes: [Outcome] = []
            for job in jobs { outcomes.append(await postman.deliver(job)) }
            return (outcomes, server.messages)
        }
    }

    @Test func `As it was authorised it leaves, and what was used is remembered`() async throws {
        let (outcome, letters) = try await deliver(try job())
        #expect(outcome.kind == .delivered && letters == 1, "\(outcome)")
        #expect(memory.newest(of: .recipient(recipient.handle, at: recipient.site))?.version == 1)
        #expect(memory.newest(of: .site(site.id))?.version == 1)
    }

    @Test func `With another word of the recipient or the site it is held, with what to do`() async throws {
        let origin = try #require(WebOrigin("https://phish.example"))
        let bank = try HeaderText("Example Bank", limit: 100)
        for (changed, words) in [
            (try job(name: "Example Bank Security"), "recipient add --replace"),
            (try job(language: try #require(Language("de"))), "recipient add --replace"),
            (try job(kind: .confirmation), "recipient add --replace"),
            (try job(sealedFor: "mallory"), "not-authentic"),
            (
                try job(site: Site(id: site.id, name: bank, origins: site.origins, authorisation: site.authorisation)),
                "postern site set photos"
            ),
            (
                try job(site: Site(id: site.id, name: site.name, origins: [origin], authorisation: site.authorisation)),
                "postern site set photos"
            ),
            (try job(site: Site(id: site.id, name: site.name, origins: site.origins)), "postern site set photos"),
        ] {
            let (outcome, letters) = try await deliver(changed)
            #expect(outcome.kind == .ourFault && letters == 0, "\(outcome)")
            #expect(outcome.diagnosis.text.contains(words), "\(outcome.diagnosis.text)")
        }
    }

    @Test func `An old row that is put back is held, and so is one of somebody who was erased`() async throws {
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        try await enrolment.note(RecordNotes(all: [.inUse(name, version: 2, recipient.id)]))
        #expect(try await deliver(try job()).outcome.diagnosis.text.contains("older than the newest (version 2)"))
        try await enrolment.note(RecordNotes(all: [.erased(name, recipient.id)]))
        #expect(try await deliver(try job()).outcome.diagnosis.text.contains("was erased"))
    }

    @Test func `A site's old row that is put back is held`() async throws {
        try await enrolment.note(RecordNotes(all: [.inUse(.site(site.id), version: 2, nil)]))
        let (outcome, letters) = try await deliver(try job())
        #expect(outcome.kind == .ourFault && letters == 0 && outcome.diagnosis.text.contains("older than the newest"))
    }

    /// The file of a key, which a test loses or spoils before the vault starts again.
    private func file(_ kind: String) throws -> String {
        let day = kind == "letter" ? "letter-\(Epoch(containing: fixture.now))" : kind
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.keysPath)
        return fixture.keysPath + "/" + (try #require(names.first { $0.hasPrefix(day) && $0.hasSuffix(".key") }))
    }

    @Test
    func `A letter whose day's key is lost ends as failed, with that reason; one whose key is only unreadable is held (M1)`()
        async throws
    {
        let job = try job()
        let path = try file("letter")
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
        var (outcome, letters) = try await deliver(job, ring: try KeyRing(folder: KeyFolder(path: fixture.keysPath)))
        #expect(outcome.kind == .ourFault && letters == 0)
        #expect(outcome.diagnosis.text.contains("chmod 400 \(path)"), "\(outcome.diagnosis.text)")
        try FileManager.default.removeItem(atPath: path)
        (outcome, letters) = try await deliver(job, ring: try KeyRing(folder: KeyFolder(path: fixture.keysPath)))
        #expect(outcome.kind == .failed && letters == 0)
        #expect(
            outcome.diagnosis.text.contains("the key of its day (\(Epoch(containing: fixture.now))"), "\(outcome.diagnosis.text)")
    }

    @Test func `A letter to a recipient whose address key is lost is held, with what to do`() async throws {
        let job = try job()
        try FileManager.default.removeItem(atPath: try file("address"))
        let ring = try KeyRing(folder: KeyFolder(path: fixture.keysPath))
        let (outcome, letters) = try await deliver(job, ring: ring)
        #expect(outcome.kind == .ourFault && letters == 0)
        for words in ["postern keys import-recovery FOLDER", "postern recipient add pat --replace"] {
            #expect(outcome.diagnosis.text.contains(words), "\(outcome.diagnosis.text)")
        }
        let enrolment = try Enrolment(ring: ring, memory: memory) { RecipientID(high: 1, low: 9) }
        await #expect(throws: LinkRefusal.self) { try await enrolment.enrol(EnrolRequest(entries: [], confirmed: true)) }
    }
}

/// How long the postman waited, of which no test waits.
final class KeptPauses: Sendable {
    private let kept = Mutex<[Duration]>([])

    var all: [Duration] { kept.withLock { $0 } }

    func add(_ pause: Duration) { kept.withLock { $0.append(pause) } }
}
