import Crypto
import Foundation
import PosternCore
import PosternLink
import PosternMail
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// Mails to members, and to visitors who are to prove their address.
extension PostmanTests {
    private var members: MemberCodes {
        get throws { try fixture.ring.memberCodes() }
    }

    private func delivery(at moment: Timestamp? = nil) -> LetterID {
        var randomness = SeededRandomness(seed: UInt64(moment?.milliseconds ?? 5))
        return LetterID(at: moment ?? fixture.now, using: &randomness)
    }

    private func memberJob(
        _ kind: DeliveryKind, id: LetterID? = nil, record: SealedRecord? = nil, name: String = "Pat",
        language: Language = .english,
        change: AddressChangeID? = nil, isTextOnly: Bool = false, handle: Handle? = nil
    ) throws -> DeliveryJob {
        DeliveryJob(
            id: id ?? delivery(), attempt: 1, kind: kind, accepted: fixture.now, tokens: MailSamples.tokens, site: site,
            recipient: recipient.id, handle: handle ?? recipient.handle, recipientName: try HeaderText(name, limit: 100),
            language: language, record: try record ?? #require(recipient.record), letter: [], change: change,
            isTextOnly: isTextOnly)
    }

    /// The record of another address of the same recipient, as the vault seals it.
    private func record(_ address: String, version: Int32, _ standing: AddressAuthorisation.Standing) throws -> SealedRecord {
        let key = try #require(fixture.ring.address)
        let owner = RecordOwner(recipient.id, recipient.handle, at: recipient.site)
        let seal = try key.seal(
            try EmailAddress(address), in: .address(of: recipient.id, at: recipient.site, version: version),
            with: try #require(try memory.takeOwnSecrets(for: [owner]).first))
        let record = SealedRecord(version: version, seal: seal, authorisation: [])
        return SealedRecord(
            version: version, seal: seal, authorisation: authorisation.code(standing, on: .init(recipient, record)))
    }

    private func mail(_ job: DeliveryJob) async throws -> (to: String, view: MailView) {
        let (outcomes, mails) = try await send([job])
        #expect(outcomes.map(\.kind) == [.delivered], "\(outcomes)")
        let mail = try #require(mails.first)
        let to = String((mail.recipients.first ?? "").drop { $0 == "<" }.prefix { $0 != ">" })
        return (to, MailView(source: mail.octets))
    }

    private func expectHeld(_ job: DeliveryJob, _ words: String, as kind: Outcome.Kind = .ourFault) async throws {
        let (outcomes, mails) = try await send([job])
        let outcome = try #require(outcomes.first)
        #expect(outcome.kind == kind && mails.isEmpty, "\(outcome)")
        #expect(outcome.diagnosis.text.contains(words), "\(outcome.diagnosis.text)")
    }

    @Test func `What was begun on our page is asked with a code, no link that confirms, and no stranger's word`() async throws {
        let asked = try record("pat@new.example", version: 2, .asked)
        let (to, view) = try await mail(try memberJob(.confirmation, record: asked))
        #expect(to == "pat@new.example")
        let code = try members.code(
            for: .init(recipient), at: try EmailAddress("pat@new.example"), on: Epoch(containing: fixture.now))
        let (plain, html) = (try #require(view.plain), try #require(view.html))
        #expect(plain.contains(code.shown) && html.contains(code.shown))
        for text in [plain, html] {
            #expect(text.contains("https://contact.example.org/confirm/photos/pat?lang=en"))
            #expect(!text.contains("/confirm/photos/pat/"))
            #expect(!text.contains("Pat "))
        }
    }

    @Test func `A new mail brings new tries, and its link shows whose they are`() async throws {
        let asked = try record("pat@new.example", version: 2, .asked)
        let checker = ConfirmationChecker(
            authorisation: authorisation, codes: try members, opener: SealOpener(ring: fixture.ring, secrets: memory),
            memory: memory,
            tries: tries,
            proven: proven)
        let who = recipient.with(asked, .unconfirmed)
        let address = try EmailAddress("pat@new.example")
        let right = try members.code(for: .init(recipient), at: address, on: Epoch(containing: fixture.now))
        let wrong = MailedCode((UInt64(right.text) ?? 0) + 1)
        for _ in 0..<12 {
            await #expect(throws: LinkRefusal.self) {
                _ = try await checker.confirm(ConfirmationRequest(recipient: who, token: wrong.text), at: fixture.now)
            }
        }
        await #expect(throws: LinkRefusal.self) {
            _ = try await checker.confirm(ConfirmationRequest(recipient: who, token: right.text), at: fixture.now)
        }
        let id = delivery(at: fixture.now - .seconds(1))
        let (_, view) = try await mail(try memberJob(.confirmation, id: id, record: asked))
        let link = try #require(members.holder(id, of: .init(recipient), at: address))
        #expect(try #require(view.plain).contains("&by=\(link.text)"))
        let record = try await checker.confirm(ConfirmationRequest(recipient: who, token: right.text), at: fixture.now)
        #expect(record.version == 2)
    }

    @Test func `An address is asked once a day, until somebody has come by the link in the mail: then ten times`() async throws {
        let once = Configuration.Budgets(
            recipient: nil, address: nil, confirmation: .init(count: 1, per: .days(1)), global: nil)
        let asked = try record("pat@new.example", version: 2, .asked)
        func jobs(_ numbers: ClosedRange<Int>) throws -> [DeliveryJob] {
            try numbers.map { try memberJob(.confirmation, id: delivery(at: fixture.now - .milliseconds($0)), record: asked) }
        }
        #expect(try await send(try jobs(1...3), budgets: once).mails.count == 1)
        let checker = ConfirmationChecker(
            authorisation: authorisation, codes: try members, opener: SealOpener(ring: fixture.ring, secrets: memory),
            memory: memory,
            tries: tries,
            proven: proven)
        let link = try #require(
            members.holder(delivery(at: fixture.now), of: .init(recipient), at: try EmailAddress("pat@new.example")))
        await #expect(throws: LinkRefusal.self) {
            _ = try await checker.confirm(
                ConfirmationRequest(recipient: recipient.with(asked, .unconfirmed), token: "000000", holder: link),
                at: fixture.now)
        }
        #expect(try await send(try jobs(11...25), budgets: once).mails.count == 10)
    }

    @Test func `What a site or an operator asked for is asked with a link that confirms`() async throws {
        let invited = try record("pat@new.example", version: 2, .invited)
        let (to, view) = try await mail(try memberJob(.confirmation, record: invited))
        #expect(to == "pat@new.example")
        #expect(try #require(view.plain).contains("https://contact.example.org/confirm/photos/pat/"))
    }

    @Test(arguments: [AddressAuthorisation.Standing.asked, .invited])
    func `Nothing is learnt from a question: it may never be answered`(standing: AddressAuthorisation.Standing) async throws {
        _ = try await mail(try memberJob(.confirmation, record: try record("pat@new.example", version: 2, standing)))
        #expect(memory.newest(of: .recipient(recipient.handle, at: recipient.site)) == nil)
        // The present record still counts.
        _ = try await mail(try memberJob(.welcome))
    }

    @Test func `The link to a member's page signs them in`() async throws {
        let id = delivery()
        let (to, view) = try await mail(try memberJob(.manage, id: id))
        #expect(to == "pat@private.example")
        let token = try #require(try members.token(.manage, id, of: .init(recipient)))
        let link = "https://contact.example.org/manage/\(token.text)?lang=en"
        #expect(try #require(view.plain).contains(link) && #require(view.html).contains("\"\(link)\""))
    }

    @Test func `A link whose time is over, or has not come, is not mailed`() async throws {
        for moment in [fixture.now - .minutes(61), fixture.now + .minutes(6)] {
            try await expectHeld(try memberJob(.manage, id: delivery(at: moment)), "time of the link", as: .failed)
        }
    }

    @Test func `Four links a day are three`() async throws {
        let rate = Limit.Rate(count: 3, per: .days(1))
        let jobs = try (0..<4).map { number in try memberJob(.manage, id: delivery(at: fixture.now - .seconds(number))) }
        let (outcomes, mails) = try await send(
            jobs, budgets: .init(recipient: nil, address: nil, confirmation: nil, global: nil, manage: rate))
        #expect(mails.count == 3 && outcomes.last?.kind == .deferred)
        #expect(outcomes.last?.diagnosis.text.contains("POSTERN_BUDGET_MANAGE") == true)
    }

    @Test func `The former address is told how to undo its change, when it is not the newest any more`() async throws {
        let former = try #require(recipient.record)
        let change = try members.change(from: former, of: .init(recipient), at: fixture.now - .hours(1))
        let name = AuthorisedName.recipient(recipient.handle, at: recipient.site)
        try await enrolment.note(RecordNotes(all: [.inUse(name, version: 2, recipient.id)]))
        let (to, view) = try await mail(try memberJob(.addressNotice, name: "Somebody Else", change: change))
        #expect(to == "pat@private.example")
        let token = try #require(try members.token(.undo, change, of: .init(recipient)))
        let plain = try #require(view.plain)
        #expect(plain.contains("https://contact.example.org/undo/\(token.text)?lang=en"))
        // Nobody vouches for the name by now.
        #expect(!plain.contains("Somebody Else") && view.fields.allSatisfy { !$0.value.contains("Somebody Else") })
        #expect(memory.newest(of: name)?.version == 2)
    }

    @Test func `No notice goes to a record of before, for no change, or after its time`() async throws {
        let former = try #require(recipient.record)
        let change = try members.change(from: former, of: .init(recipient), at: fixture.now)
        let older = try record("pat@old.example", version: 1, .confirmed)
        let invented = AddressChangeID(high: change.high, low: change.low ^ 7)
        for (record, id) in [(older, change), (former, invented), (former, nil)] as [(SealedRecord, AddressChangeID?)] {
            try await expectHeld(try memberJob(.addressNotice, record: record, change: id), "not authorised")
        }
        try await expectHeld(
            try memberJob(.addressNotice, change: change, handle: try Handle("sam")), "not authorised")
        let late = try members.change(from: former, of: .init(recipient), at: fixture.now - .hours(73))
        try await expectHeld(try memberJob(.addressNotice, change: late), "time of the link", as: .failed)
        try await enrolment.note(RecordNotes(all: [.erased(.recipient(recipient.handle, at: recipient.site), recipient.id)]))
        try await expectHeld(try memberJob(.addressNotice, change: change), "was erased")
    }

    @Test func `A welcome says where visitors write and where everything is changed`() async throws {
        let (to, view) = try await mail(try memberJob(.welcome))
        #expect(to == "pat@private.example")
        let plain = try #require(view.plain)
        #expect(plain.contains("https://contact.example.org/c/photos/pat") && !plain.contains("/c/photos/pat?"))
        #expect(plain.contains("https://contact.example.org/manage?for=photos/pat"))
    }

    @Test(arguments: [DeliveryKind.manage, .welcome])
    func `No mail goes to a record that is not the newest that was confirmed`(kind: DeliveryKind) async throws {
        try await expectHeld(try memberJob(kind, name: "Example Bank"), "not authorised")
        for standing in [AddressAuthorisation.Standing.asked, .invited] {
            try await expectHeld(
                try memberJob(kind, record: try record("x@evil.example", version: 2, standing)), "not authorised")
        }
        try await enrolment.note(
            RecordNotes(all: [.inUse(.recipient(recipient.handle, at: recipient.site), version: 2, recipient.id)]))
        try await expectHeld(try memberJob(kind), "older than the newest")
    }

    // MARK: - Own secrets

    /// A mail to the same person whose address was sealed otherwise.
    private func job(_ who: RecipientID, sealedAs seal: (SealingKey, EmailAddress, SealContext) throws -> [UInt8]) throws
        -> DeliveryJob
    {
        let context = SealContext.address(of: who, at: recipient.site, version: 3)
        let bytes = try seal(try #require(fixture.ring.address), try EmailAddress("pat@private.example"), context)
        let other = Recipient(
            id: who, site: recipient.site, handle: recipient.handle, name: recipient.name, language: recipient.language,
            state: .active, record: nil)
        let record = SealedRecord(version: 3, seal: bytes, authorisation: [])
        let code = authorisation.code(.confirmed, on: .init(other, record))
        return DeliveryJob(
            id: delivery(), attempt: 1, kind: .welcome, accepted: fixture.now, tokens: MailSamples.tokens, site: site,
            recipient: who, handle: recipient.handle, recipientName: recipient.name, language: recipient.language,
            record: SealedRecord(version: 3, seal: bytes, authorisation: code), letter: [])
    }

    /// The vault still has the key of all addresses, and what it opened a moment ago.
    @Test func `After an erasure the sealed address of a backup opens for nobody, also where the memory is lost (V6)`()
        async throws
    {
        let backup = try #require(recipient.record)
        let opener = SealOpener(ring: fixture.ring, secrets: memory)
        let context = SealContext.address(of: recipient.id, at: recipient.site, version: backup.version)
        #expect(try opener.address(in: backup.seal, context: context).text == "pat@private.example")
        _ = try await mail(try memberJob(.welcome))
        try await enrolment.note(RecordNotes(all: [.erased(.recipient(recipient.handle, at: recipient.site), recipient.id)]))
        #expect(throws: SealFault.noOwnSecret) { try opener.address(in: backup.seal, context: context) }
        try await expectHeld(try memberJob(.welcome), "was erased")
        // A memory that has lost its file of versions, and not that of secrets.
        let forgetful = TransientRecordMemory()
        let owner = RecordOwner(recipient.id, recipient.handle, at: recipient.site)
        _ = try forgetful.takeOwnSecrets(for: [owner])
        forgetful.destroyOwnSecret(of: owner)
        let (outcomes, mails) = try await send([try memberJob(.welcome)], memory: forgetful)
        #expect(outcomes.map(\.kind) == [.ourFault] && mails.isEmpty)
        #expect(outcomes[0].diagnosis.text.contains("was erased"), "\(outcomes[0].diagnosis.text)")
    }

    @Test func `Where a secret is lost the letter is held, with what to do`() async throws {
        let lost = try job(RecipientID(high: 5, low: 5)) { try $0.seal($1, in: $2, with: OwnSecret()) }
        try await expectHeld(lost, "postern keys import-recovery FOLDER")
        try await expectHeld(lost, "postern recipient add pat --replace")
        // With somebody else's it opens as little.
        try await expectHeld(try job(recipient.id) { try $0.seal($1, in: $2, with: OwnSecret()) }, "not-authentic")
    }

    @Test func `A letter to an address that an earlier version sealed still leaves`() async throws {
        let former = try job(recipient.id) { try FormerSeal.bytes(of: $1, in: $2, to: $0) }
        #expect(try !Seal(former.record.seal).hasOwnSecret)
        #expect(try await mail(former).to == "pat@private.example")
    }

    @Test func `Each letter's foot says where its reader changes everything`() async throws {
        let settings = "https://contact.example.org/manage?for=photos/pat"
        let (_, letter) = try await mail(try conversationJob(Changes(kind: .letter)))
        #expect(try #require(letter.plain).contains("Your settings: \(settings)"))
        #expect(try #require(letter.html).contains("\"\(settings)&amp;lang=en\""))
        var toVisitor = Changes()
        toVisitor.language = .english
        let (_, answer) = try await mail(try conversationJob(toVisitor))
        #expect(!(try #require(answer.plain).contains("/manage")))
        let (_, textOnly) = try await mail(try memberJob(.welcome, isTextOnly: true))
        #expect(textOnly.plain != nil && textOnly.html == nil)
    }

    // MARK: - Proof

    private func proveJob(proof: [UInt8]? = nil, number: UInt64 = 9) throws -> DeliveryJob {
        let job = try conversationJob(Changes(kind: .reply, author: .visitor, proof: proof))
        return DeliveryJob(
            id: LetterID(high: 7, low: number), attempt: 1, kind: .prove, accepted: fixture.now, tokens: job.tokens,
            site: job.site,
            recipient: job.recipient, handle: job.handle, recipientName: job.recipientName, language: job.language,
            record: job.record, letter: [], conversation: job.conversation)
    }

    @Test func `A visitor is asked for a code, in their language, without their words and the recipient's`() async throws {
        let (to, view) = try await mail(try proveJob())
        #expect(to == Self.visitor)
        let plain = try #require(view.plain)
        let code = try members.code(
            of: id, from: try EmailAddress(Self.visitor), at: site.id, on: Epoch(containing: fixture.now))
        let token = try #require(Self.first).token(for: .prove, at: fixture.now)
        #expect(plain.contains(code.shown) && plain.contains("https://contact.example.org/prove/\(token.text)?lang=de"))
        #expect(plain.contains("Ist das Ihre Adresse?"))
        for word in ["like it", "Your photo", "private.example", "Pat", "Vera"] {
            #expect(!plain.contains(word) && !(view.html ?? "").contains(word), "\(word)")
        }
    }

    @Test func `An address that has shown nothing is asked once a day; one that has is not counted so`() async throws {
        let once = Configuration.Budgets(
            recipient: nil, address: nil, confirmation: .init(count: 1, per: .days(1)), global: nil)
        let (outcomes, mails) = try await send([try proveJob(), try proveJob(number: 10)], budgets: once)
        #expect(mails.count == 1 && outcomes.map(\.kind) == [.delivered, .deferred])
        let proof = visitors.proof(of: try EmailAddress(Self.visitor), in: id, at: site.id)
        let (proven, _) = try await send([try proveJob(proof: proof), try proveJob(proof: proof, number: 10)], budgets: once)
        #expect(proven.map(\.kind) == [.delivered, .delivered])
    }
}
