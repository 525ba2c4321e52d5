import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A member signs in by a link that was mailed, and holds the reins")
struct MemberServiceTests {
    @Test func `A link is mailed to a member who is known, and the answer is the same for a person who is not`() async throws {
        try await ConversationFixture.run { fixture in
            for (name, site) in [("pat", "photos"), ("nobody", "photos"), ("pat", "nowhere"), ("", ""), ("../..", "photos")] {
                let writes = fixture.faulty.writes
                #expect(await fixture.members.sendLink(to: name, at: site) == .taken, "\(name) \(site)")
                #expect(fixture.faulty.writes == writes + 1, "as much work for a person who is not known")
            }
            let mails = try await fixture.deliveries(.manage)
            #expect(mails.map(\.recipient) == [fixture.recipient.id])
            for _ in 0..<5 { #expect(await fixture.members.sendLink(to: "PAT", at: "photos") == .taken) }
            #expect(try await fixture.deliveries(.manage).count == 3)
            fixture.advance(by: .days(1) + .seconds(1))
            _ = await fixture.members.sendLink(to: "pat", at: "photos")
            #expect(try await fixture.deliveries(.manage).count == 4)
        }
    }

    @Test func `Strangers use up half of a day's links, and the rest is for where the member has signed in lately`() async throws
    {
        try await ConversationFixture.run { fixture in
            let home = try #require(ClientAddress(text: "198.51.100.9"))
            let neighbour = try #require(ClientAddress(text: "198.51.100.200"))
            let link = try await fixture.manageLink()
            guard case .session = await fixture.members.signIn(by: link, from: home) else {
                Issue.record("not signed in")
                return
            }
            for _ in 0..<9 { #expect(await fixture.members.sendLink(to: "pat", at: "photos") == .taken) }
            #expect(try await fixture.deliveries(.manage).count == 3)
            #expect(await fixture.members.sendLink(to: "pat", at: "photos", from: neighbour) == .taken)
            #expect(try await fixture.deliveries(.manage).count == 4)
            for _ in 0..<9 { _ = await fixture.members.sendLink(to: "pat", at: "photos", from: home) }
            #expect(try await fixture.deliveries(.manage).count == 6)
            // The day after next month, nobody knows any more.
            fixture.advance(by: .days(31))
            for _ in 0..<9 { _ = await fixture.members.sendLink(to: "pat", at: "photos", from: home) }
            #expect(try await fixture.deliveries(.manage).count == 9)
        }
    }

    @Test func `A member who has confirmed no address gets no link`() async throws {
        try await ConversationFixture.run { fixture in
            for state in [Recipient.State.unconfirmed, .paused] {
                let id = fixture.recipient.id
                _ = try await fixture.store.write {
                    try $0.recipients.setState(state, of: id, from: [.active, .unconfirmed], at: ConversationFixture.now)
                }
                _ = await fixture.members.sendLink(to: "pat", at: "photos")
                #expect(try await fixture.deliveries(.manage).count == (state == .paused ? 1 : 0))
            }
        }
    }

    @Test func `The link becomes a session once; a foreign, used or wrong one gets one answer`() async throws {
        try await ConversationFixture.run { fixture in
            let link = try await fixture.manageLink()
            let wrong = try #require(FakeMembers.token(link.delivery, code: Array(repeating: 1, count: 16)))
            #expect(await fixture.members.signIn(by: wrong) == .notValid)
            let letter = try await fixture.begin()
            #expect(await fixture.members.signIn(by: try #require(FakeMembers.token(letter.id))) == .notValid)
            #expect(fixture.fake.members.signIns == 1)
            let session = try await fixture.signIn(link)
            #expect(await fixture.members.signIn(by: link) == .notValid)
            let page = try #require(try await fixture.members.page(session))
            #expect(page.recipient.handle == fixture.recipient.handle && page.site.id.text == "photos" && page.mutes.isEmpty)
            #expect(page.ends == ConversationFixture.now + SessionSecret.lifetime)
            #expect(page.change == nil && page.waiting == 0 && page.writers == .anyone)
            #expect(try await fixture.trace().contains("recipient:\(fixture.recipient.id) recipient.sign-in photos/pat"))
            fixture.advance(by: SessionSecret.lifetime)
            #expect(try await fixture.members.page(session) == nil)
            #expect(await fixture.members.act(.resume, session) == .signedOut)
        }
    }

    @Test func `Signed out is signed out; another's cookie opens nothing`() async throws {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            var randomness = SeededRandomness(seed: 40)
            #expect(try await fixture.members.page(SessionSecret(using: &randomness)) == nil)
            try await fixture.members.signOut(session)
            #expect(try await fixture.members.page(session) == nil)
            #expect(try await fixture.members.ledger(session, before: nil) == nil)
            #expect(try await fixture.members.export(session) == nil)
            // What the cookie sealed is gone from the store.
            #expect(
                try await fixture.store.read { try $0.rows("SELECT link FROM member_session WHERE content IS NOT NULL").count }
                    == 0)
        }
    }

    @Test func `Settings, pause and unmuting are done in the member's name, each with a trace`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            #expect(try await fixture.service.setMuted(true, links.mute, for: .mute)?.isMuted == true)
            let session = try await fixture.signIn()
            let settings = MemberSettings(writers: .proven, dailyLetters: 2, isTextOnly: true)
            let end = fixture.clock.now + .days(7)
            for act in [MemberAct.settings(settings), .pause(until: end)] {
                guard case .done = await fixture.members.act(act, session) else {
                    Issue.record("\(act)")
                    continue
                }
            }
            var page = try #require(try await fixture.members.page(session))
            #expect(page.recipient.state == .paused && page.recipient.settings.pausedUntil == end && page.writers == .proven)
            #expect(page.recipient.settings.dailyLetters == 2 && page.recipient.settings.isTextOnly)
            let mute = try #require(page.mutes.first)
            #expect(mute.visitorName == "Vera" && mute.summary?.subject?.text == "Hello")
            _ = await fixture.members.act(.unmute(mute.visitor), session)
            _ = await fixture.members.act(.unmute(mute.visitor), session)
            _ = await fixture.members.act(.resume, session)
            page = try #require(try await fixture.members.page(session))
            #expect(page.mutes.isEmpty && page.recipient.takesLetters && page.recipient.settings.pausedUntil == nil)
            #expect(page.recipient.settings.dailyLetters == 2)
            let own = try await fixture.trace().filter { $0.hasPrefix("recipient:\(fixture.recipient.id)") }
            #expect(
                own.map { $0.split(separator: " ")[1] }.sorted() == [
                    "recipient.pause", "recipient.resume", "recipient.settings", "recipient.sign-in", "visitor.mute",
                    "visitor.unmute",
                ])
        }
    }

    @Test func `Somebody who was heard again by mistake is muted again, once`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            #expect(try await fixture.service.setMuted(true, links.mute, for: .mute)?.isMuted == true)
            let session = try await fixture.signIn()
            let mute = try #require(try await fixture.members.page(session)?.mutes.first)
            #expect(mute.conversation == links.id)
            _ = await fixture.members.act(.unmute(mute.visitor), session)
            for _ in 0..<2 { _ = await fixture.members.act(.mute(mute.visitor, from: mute.conversation), session) }
            let page = try #require(try await fixture.members.page(session))
            #expect(page.mutes.map(\.visitor) == [mute.visitor] && page.mutes.first?.visitorName == "Vera")
            #expect(try await fixture.service.open(links.mute, for: .mute)?.isMuted == true)
            #expect(try await fixture.trace().filter { $0.contains(" visitor.mute ") }.count == 2)
        }
    }

    @Test func `A session knows the link that it was traded for, and no other`() async throws {
        try await ConversationFixture.run { fixture in
            let (link, other) = (try await fixture.manageLink(), try await fixture.manageLink())
            let session = try await fixture.signIn(link)
            #expect(try await fixture.members.isSession(session, of: link))
            #expect(try await fixture.members.isSession(session, of: other) == false)
            try await fixture.members.signOut(session)
            #expect(try await fixture.members.isSession(session, of: link) == false)
        }
    }

    @Test func `A pause that is over lets letters in again by itself, and upkeep says so in the store`() async throws {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            _ = await fixture.members.act(.pause(until: fixture.clock.now + .minutes(10)), session)
            #expect(try await fixture.post().answer.id == nil)
            fixture.advance(by: .minutes(10))
            #expect(try await fixture.intake.contact(site: "photos", handle: "pat", at: fixture.clock.now)?.takesLetters == true)
            #expect(try await fixture.post(from: "192.0.2.9").answer.id != nil)
            #expect(try await fixture.members.page(session)?.recipient.state == .active)
            // The button in a mail pauses again, and lets letters come.
            let link = try await fixture.begin(from: "192.0.2.30").pause
            for isPaused in [true, false] { #expect(try await fixture.service.setPaused(isPaused, link)?.isPaused == isPaused) }
            _ = await fixture.members.act(.pause(until: fixture.clock.now + .minutes(1)), session)
            fixture.advance(by: .minutes(1))
            #expect(try await fixture.operations.by(.service).recipients.endPauses() == 1)
            #expect(try await fixture.operations.by(.service).recipients.endPauses() == 0)
            let id = fixture.recipient.id
            #expect(try await fixture.store.read { try $0.recipients.find(id)?.state } == .active)
            #expect(try await fixture.trace().contains("service recipient.resume photos/pat"))
        }
    }

    @Test func `Another name takes a record of the vault's; a new address still waits for its code, and comes with that name`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            fixture.fake.members.setClock(fixture.clock.now)
            let address = try EmailAddress("pat@elsewhere.example")
            guard case .done(let asked) = await fixture.members.act(.changeAddress(address), session) else {
                Issue.record("not asked")
                return
            }
            #expect(asked.change?.confirmed == nil && asked.change?.asked == fixture.clock.now)
            let name = try HeaderText("Patricia", limit: 100)
            guard
                case .done(let page) = await fixture.members.act(
                    .words(name: name, language: try #require(Language("fr"))), session)
            else {
                Issue.record("not renamed")
                return
            }
            #expect(
                page.recipient.name == name && page.recipient.language == Language("fr")
                    && page.change == asked.change.map(page.renamed))
            #expect(page.recipient.record?.version == 3)
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "pat", token: FakeMembers.digits) == .confirmed)
            let moved = try #require(try await fixture.members.page(session))
            #expect(moved.recipient.record?.version == 4 && moved.recipient.name == name)
            #expect(moved.change?.confirmed == fixture.clock.now)
            // What can be taken up again has the name of now as well.
            _ = await fixture.members.act(.words(name: try HeaderText("Pat P.", limit: 100), language: .english), session)
            guard case .rename(_, _, let next)? = fixture.fake.members.changes.last?.wish else {
                Issue.record("only the record was renamed")
                return
            }
            #expect(next.version == 4)
            #expect(fixture.fake.members.inUse.map { $0.record?.version } == [3, 4, 5])
        }
    }

    @Test func `What the vault refuses or cannot do changes nothing`() async throws {
        try await ConversationFixture.run { fixture in
            let session = try await fixture.signIn()
            let before = try #require(try await fixture.members.page(session))
            let act = MemberAct.changeAddress(try EmailAddress("pat@elsewhere.example"))
            fixture.fake.members.answer(.limited(retryAfter: .seconds(90)))
            #expect(await fixture.members.act(act, session) == .limited(retryAfter: .seconds(90)))
            fixture.fake.members.answer(.record(before.recipient))
            #expect(await fixture.members.act(act, session) == .sameAddress)
            fixture.fake.members.goAway(true)
            for act in [act, .erase, .words(name: before.recipient.name, language: .english)] {
                guard case .unavailable = await fixture.members.act(act, session) else {
                    Issue.record("\(act)")
                    continue
                }
            }
            #expect(try await fixture.members.page(session) == before)
            #expect(try await fixture.deliveries().map(\.kind) == [.manage])
        }
    }

    @Test func `Erased is erased at once, and the session with it`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let session = try await fixture.signIn()
            #expect(await fixture.members.act(.erase, session) == .erased)
            #expect(fixture.fake.members.changes.map(\.wish) == [.erase])
            #expect(try await fixture.members.page(session) == nil)
            #expect(try await fixture.view(links, of: .visitor) == nil)
            let id = fixture.recipient.id
            #expect(try await fixture.store.read { try $0.recipients.find(id)?.state } == .erased)
            #expect(try await fixture.trace().contains("recipient:\(id) recipient.erase photos/pat"))
        }
    }

    @Test func `The ledger shows whose letter it was and what became of it; the export has all of it`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.answer(links)
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            #expect(try await fixture.answer(links, by: .visitor, "And the next one?") == .accepted)
            let session = try await fixture.signIn()
            _ = await fixture.members.act(.settings(MemberSettings(dailyLetters: 1)), session)
            for client in ["192.0.2.20", "192.0.2.21"] {
                fixture.advance(by: .seconds(1))
                _ = try await fixture.post(from: client)
            }
            let ledger = try #require(try await fixture.members.ledger(session, before: nil))
            #expect(ledger.count == 4 && ledger.filter(\.isReply).count == 1)
            #expect(ledger.allSatisfy { $0.visitorName == "Vera" && $0.summary?.subject?.text == "Hello" })
            #expect(ledger.last?.standing == .delivered && ledger.last?.id == links.id)
            let tomorrow = Epoch(containing: fixture.clock.now).next
            #expect(ledger.prefix(2).map(\.standing) == [.waiting(until: tomorrow.next.start), .waiting(until: tomorrow.start)])
            #expect(try await fixture.members.page(session)?.waiting == 2)
            #expect(try await fixture.members.ledger(session, before: ledger[1].id)?.count == 2)
            let export = try #require(try await fixture.members.export(session))
            #expect(export.ledger == ledger && export.sessions.count == 1 && export.reports.isEmpty)
            #expect(Set(export.mails.map(\.kind)).subtracting([.manage]) == [.copy, .reply])
            #expect(export.mails.allSatisfy { ($0.conversation == links.id) == ($0.kind != .manage) })
            #expect(export.conversations.count == 3 && export.conversations.last?.id == links.id)
            #expect(export.conversations.allSatisfy { $0.visitorName == "Vera" && $0.closedBy == nil })
            #expect(Set(export.acts.map(\.verb)) == ["recipient.sign-in", "recipient.settings"])
        }
    }
}

/// From where nobody has signed in unless the test does.
private let somewhere = ClientAddress(text: "192.0.2.7")

extension MemberService {
    func sendLink(to name: String, at site: String) async -> LinkMailAnswer {
        guard let somewhere else { return .unavailable(retryAfter: .zero) }
        return await sendLink(to: name, at: site, from: somewhere)
    }

    func signIn(by link: MailedToken) async -> SignInAnswer {
        guard let somewhere else { return .unavailable(retryAfter: .zero) }
        return await signIn(by: link, from: somewhere)
    }
}

extension MemberPage {
    /// The same change, shown in the language of now.
    fileprivate func renamed(_ change: AddressChangeView) -> AddressChangeView {
        AddressChangeView(
            site: change.site, handle: change.handle, language: recipient.language, asked: change.asked,
            confirmed: change.confirmed, undone: change.undone, end: change.end)
    }
}

extension ConversationFixture {
    /// The link of a fresh mail.
    func manageLink() async throws -> MailedToken {
        let earlier = Set(try await deliveries(.manage).map(\.id))
        _ = await members.sendLink(to: "pat", at: "photos")
        let mail = try #require(try await deliveries(.manage).first { !earlier.contains($0.id) })
        return try #require(FakeMembers.token(mail.id))
    }

    func signIn(_ link: MailedToken? = nil) async throws -> SessionSecret {
        let link = if let link { link } else { try await manageLink() }
        guard case .session(let session) = await members.signIn(by: link) else { throw NoSuchLink() }
        return session
    }
}
