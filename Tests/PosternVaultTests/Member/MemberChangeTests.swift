import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("A record changes only by its member, its site, or who reads the former address")
struct MemberChangeTests {
    private let french = Language("fr") ?? .english

    @Test func `The link signs in for an hour, and shows for two and a half that a change is wanted`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let words = MemberChange.Wish.words(name: member.name, language: french)
        for (age, signsIn, changes) in [
            (Duration.zero, true, true), (.minutes(60), true, true), (.minutes(61), false, true), (.minutes(150), false, true),
            (.minutes(151), false, false), (.minutes(-5), true, true), (.minutes(-6), false, false),
        ] {
            let token = try fixture.manage(member, asked: fixture.now - age)
            let isRefused = await fixture.isDenied {
                _ = try fixture.members.signIn(SignInRequest(recipient: member, token: token), at: fixture.now)
            }
            #expect(isRefused != signsIn, "\(age)")
            #expect(
                await fixture.isDenied { _ = try await fixture.change(member, words, by: .member(token)) } != changes, "\(age)")
        }
    }

    @Test func `Another name or language is the next version, of the same address`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let name = try HeaderText("Pat New", limit: 100)
        let proofs: [MemberProof] = [.member(try fixture.manage(member)), .site(try fixture.credential)]
        for (place, proof) in proofs.enumerated() {
            let answer = try await fixture.change(member, .words(name: name, language: french), by: proof)
            let changed = try #require(answer.recipient)
            #expect(changed.id == member.id && changed.name == name && changed.language == french && changed.state == .active)
            let record = try #require(changed.record)
            #expect(record.version == Int32(2 + place))
            #expect(fixture.authorisation.isValid(record.authorisation, as: .confirmed, on: .init(changed, record)))
            #expect(try fixture.address(of: changed) == "pat@private.example")
            // The link is of the person, not of the name.
            let token = try fixture.manage(member)
            #expect(throws: Never.self) {
                try fixture.members.signIn(SignInRequest(recipient: changed, token: token), at: fixture.now)
            }
        }
    }

    @Test func `Another address waits: for a code where the member asks, for the link where the site does`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let wish = MemberChange.Wish.address(try EmailAddress("pat@new.example"))
        for (proof, standing) in [
            (MemberProof.member(try fixture.manage(member)), AddressAuthorisation.Standing.asked),
            (.site(try fixture.credential), .invited),
        ] {
            guard case .change(let id, let next) = try await fixture.change(member, wish, by: proof) else {
                Issue.record("no change")
                return
            }
            #expect(id.moment == fixture.now)
            let record = try #require(next.record)
            #expect(fixture.authorisation.isValid(record.authorisation, as: standing, on: .init(next, record)))
            #expect(fixture.codes.isChange(id, from: try #require(member.record), of: .init(member)))
            #expect(try fixture.address(of: next) == "pat@new.example")
        }
        let same = try await fixture.change(
            member, .address(try EmailAddress("pat@private.example")), by: .member(try fixture.manage(member)))
        #expect(same == .record(member))
    }

    @Test func `What the store has kept is in use before a mail shows it, and it must have been confirmed`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let token = try fixture.manage(member)
        let wish = MemberChange.Wish.address(try EmailAddress("pat@new.example"))
        let next = try #require(try await fixture.change(member, wish, by: .member(token)).recipient)
        #expect(await fixture.isDenied { try await fixture.members.note(RecordInUse(next)) }, "it waits for its code")
        let moved = try await fixture.confirmed(next)
        // The relay may have died before it had kept it: until then the former one counts.
        #expect(throws: Never.self) {
            try fixture.members.signIn(SignInRequest(recipient: member, token: token), at: fixture.now)
        }
        for _ in 0..<2 { try await fixture.members.note(RecordInUse(moved)) }
        #expect(fixture.memory.newest(of: .recipient(member.handle, at: member.site))?.version == 2)
        #expect(
            await fixture.isDenied {
                _ = try fixture.members.signIn(SignInRequest(recipient: member, token: token), at: fixture.now)
            }, "the row of before, put back")
        for other in [member, next, try moved.called("Pat Forged")] {
            #expect(await fixture.isDenied { try await fixture.members.note(RecordInUse(other)) })
        }
        #expect(fixture.memory.newest(of: .recipient(member.handle, at: member.site))?.version == 2)
    }

    @Test func `Of the addresses that were asked only the newest can be confirmed, and none that was taken back`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let manage = MemberProof.member(try fixture.manage(member))
        func ask(_ address: String) async throws -> Recipient {
            let answer = try await fixture.change(member, .address(try EmailAddress(address)), by: manage)
            return try #require(answer.recipient)
        }
        let mistyped = try await ask("pat@mistyped.example")
        let next = try await ask("pat@new.example")
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(mistyped) }, "another was asked since")
        #expect(try await fixture.change(member, .keepPresent, by: manage) == .done)
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(next) }, "it was taken back")
        // Its row was put back while the member takes another name.
        let rename = MemberChange.Wish.rename(
            name: try HeaderText("Patricia", limit: 100), language: .english, next: try #require(next.record))
        guard case .record = try await fixture.change(member, rename, by: manage) else {
            Issue.record("what was taken back got a new record")
            return
        }
        // The present address counts as before, and what is asked from now on can be confirmed, the same address too.
        let moved = try await fixture.confirmed(try await ask("pat@new.example"))
        #expect(try fixture.address(of: moved) == "pat@new.example")
    }

    @Test func `What changes the vault's memory can be asked again: a code, an erasure`() async throws {
        let fixture = try await MemberFixture()
        let asked = try await fixture.asked()
        let first = try await fixture.confirmed(asked)
        #expect(try await fixture.confirmed(asked) == first)
        let manage = MemberProof.member(try fixture.manage(first))
        for _ in 0..<2 { #expect(try await fixture.change(first, .erase, by: manage) == .done) }
    }

    @Test func `Five new addresses a day from one member, and ten questions to one address, no matter who asks`() async throws {
        let fixture = try await MemberFixture(asking: .init(count: 1, per: .days(1)))
        let member = try await fixture.member()
        let proof = MemberProof.member(try fixture.manage(member))
        for number in 1...5 {
            let answer = try await fixture.change(member, .address(try EmailAddress("pat\(number)@new.example")), by: proof)
            guard case .change = answer else {
                Issue.record("\(number): \(answer)")
                return
            }
        }
        guard
            case .limited(let wait) = try await fixture.change(member, .address(try EmailAddress("pat@new.example")), by: proof)
        else {
            Issue.record("a sixth")
            return
        }
        #expect(wait > .zero && wait <= .days(1))
        let victim = try EmailAddress("victim@elsewhere.example")
        for number in 0..<10 {
            let answer = try await fixture.ask("Victim@elsewhere.example", handle: try Handle("m\(number)"))
            #expect(answer.recipient != nil, "\(answer)")
        }
        guard case .askedOften(let pause) = try await fixture.ask("Victim@elsewhere.example", handle: try Handle("kim")) else {
            Issue.record("asked once more")
            return
        }
        #expect(pause > .zero && pause <= .days(1))
        guard
            case .askedOften = try await fixture.change(
                try await fixture.confirmed(try await fixture.asked(handle: try Handle("lee"))), .address(victim),
                by: .site(try fixture.credential))
        else {
            Issue.record("asked once more")
            return
        }
    }

    @Test func `No proof goes further than it should`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let record = try #require(member.record)
        let (manage, site) = (try fixture.manage(member), try fixture.credential)
        let change = fixture.codes.change(from: record, of: .init(member), at: fixture.now)
        let undo = try fixture.undo(change, of: member)
        let asManage = try #require(MailedToken(manage.id, code: undo.code))
        let elsewhere = try #require(fixture.codes.siteToken(site.id, of: try SiteID("club"), for: .recipients))
        let words = MemberChange.Wish.words(name: member.name, language: french)
        let address = MemberChange.Wish.address(try EmailAddress("x@evil.example"))
        let refused: [(MemberProof, MemberChange.Wish)] = [
            (.member(manage), .keepFormer(record)), (.member(manage), .takeNew(record, former: record)),
            (.site(site), .keepFormer(record)), (.undo(undo), words), (.undo(undo), address), (.undo(undo), .erase),
            (.undo(manage), .keepFormer(record)), (.member(undo), words), (.member(asManage), words), (.site(elsewhere), words),
            (.site(elsewhere), .erase), (.site(site), .keepPresent), (.undo(undo), .keepPresent),
        ]
        for (place, (proof, wish)) in refused.enumerated() {
            #expect(await fixture.isDenied { _ = try await fixture.change(member, wish, by: proof) }, "\(place)")
        }
        // Another member's link.
        let other = try await fixture.confirmed(try await fixture.asked("sam@private.example", handle: try Handle("sam")))
        for wish in [words, address, .erase, .keepPresent] {
            #expect(await fixture.isDenied { _ = try await fixture.change(member, wish, by: .member(fixture.manage(other))) })
        }
    }

    @Test func `A credential that was revoked is good for nothing, whatever the relay believes of it`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let credential = try fixture.credential
        let words = MemberChange.Wish.words(name: member.name, language: french)
        #expect(try await fixture.change(member, words, by: .site(credential)).recipient != nil)
        try await fixture.enrolment.revoke(credential.id)
        for wish in [words, .address(try EmailAddress("x@evil.example")), .erase] {
            #expect(await fixture.isDenied { _ = try await fixture.change(member, wish, by: .site(credential)) })
        }
        #expect(await fixture.isDenied { _ = try await fixture.ask(handle: try Handle("kim"), token: credential) })
        // The site's next one is good.
        let next = try #require(fixture.codes.siteToken(SiteTokenID(high: 1, low: 2), of: fixture.site.id, for: .recipients))
        #expect(try await fixture.change(member, words, by: .site(next)).recipient != nil)
    }

    @Test func `No record counts but the newest that was confirmed`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let record = try #require(member.record)
        let asked = try await fixture.asked("sam@private.example", handle: try Handle("sam"))
        let words = MemberChange.Wish.words(name: member.name, language: french)
        for forged in [
            try member.called("Pat Forged"), asked,
            member.with(SealedRecord(version: 9, seal: record.seal, authorisation: record.authorisation), .active),
            member.with(SealedRecord(version: 1, seal: record.seal, authorisation: []), .active),
        ] {
            let token = try fixture.manage(forged)
            #expect(await fixture.isDenied { _ = try await fixture.change(forged, words, by: .member(token)) })
            #expect(
                await fixture.isDenied {
                    _ = try fixture.members.signIn(SignInRequest(recipient: forged, token: token), at: fixture.now)
                })
        }
        let name = AuthorisedName.recipient(member.handle, at: member.site)
        try await fixture.enrolment.note(RecordNotes(all: [.inUse(name, version: 2, member.id)]))
        let token = try fixture.manage(member)
        #expect(await fixture.isDenied { _ = try await fixture.change(member, words, by: .member(token)) }, "an old version")
        #expect(await fixture.isDenied { _ = try await fixture.change(member, .erase, by: .member(token)) }, "an old version")
    }

    @Test func `Who is erased is forgotten for good, and asking twice is no fault`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let (token, code) = (try fixture.manage(member), try fixture.code(for: member))
        for _ in 0..<2 { #expect(try await fixture.change(member, .erase, by: .member(token)) == .done) }
        #expect(fixture.memory.newest(of: .recipient(member.handle, at: member.site))?.isErased == true)
        #expect(fixture.memory.ownSecret(of: member.id) == .destroyed)
        #expect(
            await fixture.isDenied {
                _ = try await fixture.confirmation.confirm(
                    ConfirmationRequest(recipient: member, token: code), at: fixture.now)
            })
        #expect(
            await fixture.isDenied {
                _ = try fixture.members.signIn(SignInRequest(recipient: member, token: token), at: fixture.now)
            })
        // Never confirmed, the name is free again, no matter who asked for it.
        for (name, token) in [("sam", nil), ("kim", try fixture.credential)] as [(String, SiteToken?)] {
            let waiting = try await fixture.asked(handle: try Handle(name), token: token)
            #expect(try await fixture.change(waiting, .erase, by: .site(try fixture.credential)) == .done)
            #expect(fixture.memory.newest(of: .recipient(waiting.handle, at: waiting.site)) == nil)
            #expect(fixture.memory.ownSecret(of: waiting.id) == .destroyed)
        }
    }

    @Test func `The keys with which a member sees what came are those of the days whose letters still open`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let token = try fixture.manage(member)
        let keys = try fixture.members.signIn(SignInRequest(recipient: member, token: token), at: fixture.now).ledgerKeys
        let today = Epoch(containing: fixture.now)
        #expect(keys.map(\.epoch) == [today, today.next])
        #expect(Set(keys.map(\.bytes)).count == 2)
    }
}
