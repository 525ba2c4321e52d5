import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("A relay may enrol whom nobody knows, and the address confirms itself")
struct MemberEnrolmentTests {
    @Test func `Who asks on the page is confirmed by the code alone, and then the name is theirs`() async throws {
        let fixture = try await MemberFixture()
        let asked = try await fixture.asked()
        #expect(asked.state == .unconfirmed && asked.record?.version == 1)
        let record = try #require(asked.record)
        #expect(fixture.authorisation.isValid(record.authorisation, as: .asked, on: .init(asked, record)))
        #expect(fixture.memory.newest(of: .recipient(fixture.handle, at: fixture.site.id)) == nil)
        let link = fixture.authorisation.token(for: .init(asked, record), mailed: fixture.now)
        #expect(
            await fixture.isDenied {
                _ = try await fixture.confirmation.confirm(
                    ConfirmationRequest(recipient: asked, token: link), at: fixture.now)
            }, "a link, which a program may have followed")
        let member = try await fixture.confirmed(asked)
        let confirmed = try #require(member.record)
        #expect(fixture.authorisation.isValid(confirmed.authorisation, as: .confirmed, on: .init(member, confirmed)))
        #expect(fixture.memory.newest(of: .recipient(fixture.handle, at: fixture.site.id))?.recipient == member.id)
        // Typed twice, the answer is the same.
        #expect(try await fixture.confirmed(member).record == confirmed)
        #expect(try await fixture.ask("sam@private.example") == .taken)
    }

    @Test func `Whom a site enrols is confirmed by the link`() async throws {
        let fixture = try await MemberFixture()
        let invited = try await fixture.asked(token: try fixture.credential)
        let record = try #require(invited.record)
        let link = fixture.authorisation.token(for: .init(invited, record), mailed: fixture.now)
        let confirmed = try await fixture.confirmation.confirm(
            ConfirmationRequest(recipient: invited, token: link), at: fixture.now)
        #expect(fixture.authorisation.isValid(confirmed.authorisation, as: .confirmed, on: .init(invited, record)))
    }

    @Test func `Two who ask for one name: who types the code first has it`() async throws {
        let fixture = try await MemberFixture()
        let (first, second) = (try await fixture.asked(), try await fixture.asked("sam@private.example"))
        #expect(first.id != second.id && second.record?.version == 2)
        _ = try await fixture.confirmed(first)
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(second) })
    }

    @Test func `Asked again for the same address it is the same record; for another the next version`() async throws {
        let fixture = try await MemberFixture()
        let first = try await fixture.asked()
        #expect(try await fixture.ask(former: first) == .record(first))
        let other = try #require(try await fixture.ask("pat@new.example", former: first).recipient)
        #expect(other.id == first.id && other.record?.version == 2)
        #expect(try fixture.address(of: other) == "pat@new.example")
        #expect(try await fixture.ask(name: "Pat Other", former: first).recipient?.record?.version == 3)
        // What a site asked for is not taken over on a page; what was begun on a page is, by the site.
        let bySite = try #require(try await fixture.ask(former: first, token: try fixture.credential).recipient)
        #expect(bySite.record?.version == 4)
        #expect(try await fixture.ask(former: bySite) == .taken)
    }

    @Test func `No former record but an unconfirmed one of this vault's and of this name is replaced`() async throws {
        let fixture = try await MemberFixture()
        let asked = try await fixture.asked()
        let other = try await fixture.asked(handle: try Handle("sam"))
        let member = try await fixture.confirmed(other)
        let record = try #require(asked.record)
        let forged = [
            try asked.called("Pat Forged"), member, other,
            asked.with(SealedRecord(version: 2, seal: record.seal, authorisation: record.authorisation), .unconfirmed),
            asked.with(SealedRecord(version: 1, seal: record.seal, authorisation: []), .unconfirmed),
            Recipient(
                id: member.id, site: asked.site, handle: asked.handle, name: asked.name, language: asked.language,
                state: .unconfirmed, record: record),
        ]
        for (place, former) in forged.enumerated() {
            #expect(await fixture.isDenied { _ = try await fixture.ask("x@evil.example", former: former) }, "\(place)")
        }
        #expect(
            await fixture.isDenied {
                _ = try await fixture.ask("x@evil.example", handle: try Handle("sam"), former: member)
            }, "a confirmed one")
    }

    @Test func `A site that the vault did not authorise, or not last, enrols nobody`() async throws {
        let fixture = try await MemberFixture()
        let site = fixture.site
        let bank = try HeaderText("Example Bank", limit: 100)
        for forged in [
            Site(id: site.id, name: bank, origins: site.origins, authorisation: site.authorisation),
            Site(id: site.id, name: site.name, origins: site.origins),
            Site(id: try SiteID("club"), name: site.name, origins: site.origins, authorisation: site.authorisation),
        ] {
            #expect(await fixture.isDenied { _ = try await fixture.ask(site: forged) })
        }
        try await fixture.enrolment.note(RecordNotes(all: [.inUse(.site(site.id), version: 2, nil)]))
        #expect(await fixture.isDenied { _ = try await fixture.ask() })
    }

    @Test func `A credential of another site or vault enrols nobody`() async throws {
        let fixture = try await MemberFixture()
        let id = SiteTokenID(high: 1, low: 1)
        let other = try #require(fixture.codes.siteToken(id, of: try SiteID("club"), for: .recipients))
        let forged = try #require(SiteToken(id, code: [UInt8](repeating: 0, count: 16)))
        for token in [other, forged] { #expect(await fixture.isDenied { _ = try await fixture.ask(token: token) }) }
    }

    @Test func `An erased person's name is taken`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        #expect(try await fixture.change(member, .erase, by: .member(try fixture.manage(member))) == .done)
        #expect(try await fixture.ask() == .taken)
        #expect(try await fixture.ask(token: try fixture.credential) == .taken)
    }

    @Test func `Over the budget it is said when to come back`() async throws {
        let fixture = try await MemberFixture(
            enrol: Limit(burst: nil, rates: [.init(count: 3, per: .hours(1)), .init(count: 100, per: .days(1))]))
        for name in ["a", "b"] { _ = try await fixture.asked(handle: try Handle(name)) }
        guard case .limited(let wait) = try await fixture.ask(handle: try Handle("c")) else {
            Issue.record("two of three may come at once")
            return
        }
        #expect(wait > .zero && wait <= .hours(1))
    }

    @Test func `What strangers have used up is not taken from sites and members`() async throws {
        let fixture = try await MemberFixture(
            enrol: Limit(burst: nil, rates: [.init(count: 3, per: .hours(1)), .init(count: 100, per: .days(1))]))
        let member = try await fixture.member()
        _ = try await fixture.asked(handle: try Handle("b"))
        guard case .limited = try await fixture.ask(handle: try Handle("c")) else {
            Issue.record("strangers have more than two at once")
            return
        }
        #expect(try await fixture.ask(handle: try Handle("c"), token: try fixture.credential).recipient != nil)
        guard
            case .change = try await fixture.change(
                member, .address(try EmailAddress("new@private.example")), by: .member(try fixture.manage(member)))
        else {
            Issue.record("a member cannot move")
            return
        }
    }

    // MARK: - Codes

    @Test func `A code is good on the day it was mailed and on the next two`() async throws {
        let fixture = try await MemberFixture()
        let asked = try await fixture.asked()
        let code = try fixture.code(for: asked)
        let day = Epoch(containing: fixture.now)
        for (moment, isGood) in [
            (day.start, true), (day.next.next.end - .milliseconds(1), true), (day.next.next.end, false),
            (day.start - .milliseconds(1), false),
        ] {
            let isDenied = await fixture.isDenied {
                _ = try await fixture.confirmation.confirm(ConfirmationRequest(recipient: asked, token: code), at: moment)
            }
            #expect(isDenied != isGood, "\(moment)")
        }
    }

    @Test func `After ten wrong codes the right one comes too late; no other record is concerned`() async throws {
        let fixture = try await MemberFixture()
        let (asked, other) = (try await fixture.asked(), try await fixture.asked(handle: try Handle("sam")))
        let right = try fixture.code(for: asked)
        let wrong = MailedCode((UInt64(right) ?? 0) + 1).text
        // What cannot be a code is no try.
        for token in ["", "abc", "1234567"] + Array(repeating: wrong, count: 10) + [right] {
            #expect(
                await fixture.isDenied {
                    _ = try await fixture.confirmation.confirm(
                        ConfirmationRequest(recipient: asked, token: token), at: fixture.now)
                }, "\(token)")
        }
        _ = try await fixture.confirmed(other)
        let next = try #require(try await fixture.ask("pat@new.example", former: asked).recipient)
        _ = try await fixture.confirmed(next)
    }

    @Test func `Nine wrong ones are forgiven, and no stranger's record is confirmed by any code`() async throws {
        let fixture = try await MemberFixture()
        let asked = try await fixture.asked()
        let right = try fixture.code(for: asked)
        for number in 1...9 {
            let wrong = MailedCode((UInt64(right) ?? 0) + UInt64(number)).text
            #expect(
                await fixture.isDenied {
                    _ = try await fixture.confirmation.confirm(
                        ConfirmationRequest(recipient: asked, token: wrong), at: fixture.now)
                })
        }
        let record = try #require(asked.record)
        let forged = asked.with(SealedRecord(version: 1, seal: record.seal, authorisation: [1]), .unconfirmed)
        #expect(
            await fixture.isDenied {
                _ = try await fixture.confirmation.confirm(ConfirmationRequest(recipient: forged, token: right), at: fixture.now)
            })
        _ = try await fixture.confirmed(asked)
    }

    @Test func `A stranger who types ten wrong codes ends none for the one who has the mail, or is signed in`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let manage = try fixture.manage(member)
        guard
            case .change(_, let next) = try await fixture.change(
                member, .address(try EmailAddress("pat@new.example")), by: .member(manage))
        else {
            Issue.record("no change")
            return
        }
        let right = try fixture.code(for: next)
        func type(_ token: String, by holder: MailedToken?) async -> LinkRefusal.Code? {
            do {
                _ = try await fixture.confirmation.confirm(
                    ConfirmationRequest(recipient: next, token: token, holder: holder), at: fixture.now)
                return nil
            } catch {
                return (error as? LinkRefusal)?.code
            }
        }
        let wrong = MailedCode((UInt64(right) ?? 0) + 1).text
        for _ in 0..<9 { #expect(await type(wrong, by: nil) == .denied) }
        #expect(await type(wrong, by: nil) == .spent)
        #expect(await type(right, by: nil) == .spent)
        // A link that is not ours, or another person's, is anybody's.
        var randomness = SeededRandomness(seed: 9)
        let id = LetterID(at: fixture.now, using: &randomness)
        let other = try await fixture.asked(handle: try Handle("sam"))
        let address = try EmailAddress("pat@new.example")
        let mailed = try #require(fixture.codes.holder(id, of: .init(next), at: address))
        for holder in [
            try #require(MailedToken(id, code: Array(repeating: 1, count: 16))),
            try #require(fixture.codes.holder(id, of: .init(other), at: address)),
            try #require(fixture.codes.holder(id, of: .init(next), at: try EmailAddress("pat@old.example"))),
            try #require(fixture.codes.token(.undo, id, of: .init(next))),
            try fixture.manage(member, asked: fixture.now - MailedToken.proofLifetime - .hours(1)),
        ] { #expect(await type(right, by: holder) == .spent) }
        // Each holder has ten.
        for _ in 0..<9 { #expect(await type(wrong, by: mailed) == .denied) }
        #expect(await type(wrong, by: mailed) == .spent)
        #expect(await type(right, by: mailed) == .spent)
        #expect(await type(right, by: manage) == nil)
    }
}
