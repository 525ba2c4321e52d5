import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A change of address: asked, confirmed by the code, told to the former address, undone from there")
struct AddressChangeFlowTests {
    private static func ask(_ fixture: ConversationFixture, _ session: SessionSecret) async throws -> MailedToken {
        fixture.fake.members.setClock(fixture.clock.now)
        let address = try EmailAddress("pat@elsewhere.example")
        guard case .done = await fixture.members.act(.changeAddress(address), session) else { throw NotAsked() }
        let id = fixture.recipient.id
        let now = fixture.clock.now
        let change = try #require(try await fixture.store.read { try $0.addressChanges.find(of: id, at: now) })
        return try #require(FakeMembers.undo(change.id))
    }

    private struct NotAsked: Error {}

    private static func version(_ fixture: ConversationFixture) async throws -> Int32? {
        let id = fixture.recipient.id
        return try await fixture.store.read { try $0.recipients.find(id)?.record?.version }
    }

    @Test func `The code confirms it; both addresses get a mail, and the new one a welcome`() async throws {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            _ = try await Self.ask(fixture, session)
            try await fixture.deliverAll()
            let jobs = fixture.fake.jobs.filter { $0.change != nil }
            #expect(Set(jobs.map(\.kind)) == [.confirmation, .addressNotice])
            #expect(jobs.first { $0.kind == .addressNotice }?.record == fixture.recipient.record)
            #expect(jobs.first { $0.kind == .confirmation }?.record.version == 2)
            #expect(try await Self.version(fixture) == 1)
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "pat", token: "654321") == .notValid)
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits) == .confirmed)
            #expect(try await Self.version(fixture) == 2)
            #expect(try await fixture.deliveries(.welcome).count == 1)
            // The vault knows it before a mail is made from it.
            #expect(fixture.fake.members.inUse.map { $0.record?.version } == [2])
            // The session goes on, and no second change takes the place of one that can be undone.
            let page = try #require(try await fixture.members.page(session))
            let end = try #require(page.change).end
            #expect(page.change?.confirmed == fixture.clock.now)
            let again = await fixture.members.act(.changeAddress(try EmailAddress("pat@third.example")), session)
            #expect(again == .changedLately(until: end))
            let verbs = try await fixture.trace().map { $0.split(separator: " ")[1] }
            #expect(verbs.contains("recipient.address.ask") && verbs.contains("recipient.address.confirm"))
        }
    }

    @Test func `From the former address it is undone, the one who changed it is out, and it can be taken up again`() async throws
    {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            let early = try await fixture.manageLink()
            let link = try await Self.ask(fixture, session)
            _ = await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits)
            fixture.advance(by: .minutes(5))
            #expect(try await fixture.members.addressChange(link)?.undone == nil)
            for _ in 1...2 {
                guard case .done(let view) = await fixture.members.setUndone(true, link) else {
                    Issue.record("not undone")
                    continue
                }
                #expect(view.undone == fixture.clock.now && view.handle == fixture.recipient.handle)
            }
            #expect(try await Self.version(fixture) == 3)
            #expect(try await fixture.members.page(session) == nil)
            #expect(await fixture.members.signIn(by: early) == .notValid)
            guard case .done(let view) = await fixture.members.setUndone(false, link) else {
                Issue.record("not taken up")
                return
            }
            #expect(view.undone == nil)
            #expect(try await Self.version(fixture) == 4)
            let wishes = fixture.fake.members.changes.map(\.wish)
            guard case .keepFormer(let former) = wishes[1], case .takeNew(let next, let same) = wishes[2] else {
                Issue.record("\(wishes.count) wishes")
                return
            }
            #expect(former == fixture.recipient.record && same == former && next.version == 2 && next.authorisation == [9, 9])
            fixture.advance(by: .hours(72))
            #expect(try await fixture.members.addressChange(link) == nil)
            #expect(await fixture.members.setUndone(true, link) == .notValid)
        }
    }

    @Test func `Kept before it was confirmed, it rests: the code counts only after the other button, and then it does`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let link = try await Self.ask(fixture, try await fixture.signIn())
            let foreign = try #require(MailedToken(link.change, code: Array(repeating: 0, count: 16)))
            for isUndone in [true, false, true, false] {
                #expect(await fixture.members.setUndone(isUndone, foreign) == .notValid)
                for _ in 1...2 {
                    guard case .done(let view) = await fixture.members.setUndone(isUndone, link) else {
                        Issue.record("not set")
                        return
                    }
                    #expect((view.undone != nil) == isUndone && view.confirmed == nil)
                }
                guard isUndone else { continue }
                _ = await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits)
                #expect(try await fixture.members.addressChange(link)?.confirmed == nil, "its code, while it rests")
            }
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits) == .confirmed)
            #expect(try await fixture.members.addressChange(link)?.confirmed != nil)
            // It can be undone as any other.
            guard case .done(let view) = await fixture.members.setUndone(true, link) else {
                Issue.record("not undone")
                return
            }
            #expect(view.confirmed != nil && view.undone != nil)
        }
    }

    @Test func `A code that was not mailed since the change rested is mailed when it is taken up, and one that was is not again`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let link = try await Self.ask(fixture, try await fixture.signIn())
            _ = await fixture.members.setUndone(true, link)
            try await fixture.deliverAll()
            #expect(!fixture.fake.jobs.contains { $0.kind == .confirmation })
            for _ in 1...2 {
                _ = await fixture.members.setUndone(false, link)
                try await fixture.deliverAll()
                #expect(fixture.fake.jobs.count { $0.kind == .confirmation } == 1)
                _ = await fixture.members.setUndone(true, link)
            }
        }
    }

    @Test func `Renamed while it rests, it goes on resting, and is taken up under the new name`() async throws {
        try await ConversationFixture.run { fixture in
            let link = try await Self.ask(fixture, try await fixture.signIn())
            _ = await fixture.members.setUndone(true, link)
            fixture.advance(by: .minutes(1))
            let session = try await fixture.signIn()
            let name = try HeaderText("Patricia", limit: 100)
            guard case .done = await fixture.members.act(.words(name: name, language: .english), session) else {
                Issue.record("not renamed")
                return
            }
            #expect(try await fixture.members.addressChange(link)?.undone != nil)
            guard case .done = await fixture.members.setUndone(false, link) else {
                Issue.record("not taken up")
                return
            }
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits) == .confirmed)
        }
    }

    @Test func `The code is mailed again when it is asked for, and the page answers the same for a person who waits for none`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            _ = try await Self.ask(fixture, try await fixture.signIn())
            let confirmations = fixture.confirmations
            for handle in ["pat", "nobody"] {
                for number in 1...10 {
                    let answer = await confirmations.confirm(site: "photos", handle: handle, token: "654321")
                    #expect(answer == (number < 10 ? .notValid : .spent), "\(handle) \(number)")
                }
                #expect(await confirmations.mailCode(site: "photos", handle: handle) == .taken)
                #expect(await confirmations.confirm(site: "photos", handle: handle, token: "654321") == .notValid)
                for _ in 2...5 { #expect(await confirmations.mailCode(site: "photos", handle: handle) == .taken) }
                guard case .limited(let wait) = await confirmations.mailCode(site: "photos", handle: handle) else {
                    Issue.record("mailed without end")
                    continue
                }
                #expect(wait > .zero && wait <= .days(1))
            }
            #expect(try await fixture.deliveries(.confirmation).count == 6)
            try await fixture.deliverAll()
            let mails = fixture.fake.jobs.filter { $0.kind == .confirmation }
            #expect(mails.count == 6 && mails.allSatisfy { $0.change != nil && $0.record.version == 2 })
            // Confirmed, there is nothing to mail.
            #expect(await confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits) == .confirmed)
            fixture.advance(by: .days(1))
            #expect(await confirmations.mailCode(site: "photos", handle: "pat") == .taken)
            #expect(try await fixture.deliveries(.confirmation).count == 6)
        }
    }

    @Test func `Taken back at the member's page, the code is worth nothing`() async throws {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            _ = try await Self.ask(fixture, session)
            // While the vault cannot be told, a code may still count, and nobody is told otherwise.
            fixture.fake.members.goAway(true)
            guard case .unavailable = await fixture.members.act(.cancelAddressChange, session) else {
                Issue.record("taken back without the vault")
                return
            }
            fixture.fake.members.goAway(false)
            #expect(try await fixture.members.page(session)?.change != nil)
            for _ in 0..<2 {
                guard case .done(let page) = await fixture.members.act(.cancelAddressChange, session) else {
                    Issue.record("not taken back")
                    return
                }
                #expect(page.change == nil)
            }
            #expect(fixture.fake.members.changes.map(\.wish).filter { $0 == .keepPresent }.count == 1)
            _ = await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits)
            #expect(try await Self.version(fixture) == 1)
            #expect(try await fixture.deliveries().filter { $0.kind != .manage }.allSatisfy { $0.state == .ready })
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.allSatisfy { $0.kind == .manage })
        }
    }
}
