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

    @Test func `The former address takes the record back, before it was changed and after, and gives it up again`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let former = try #require(member.record)
        guard
            case .change(let id, let next) = try await fixture.change(
                member, .address(try EmailAddress("pat@new.example")), by: .member(try fixture.manage(member)))
        else {
            Issue.record("no change")
            return
        }
        let undo = MemberProof.undo(try fixture.undo(id, of: member))
        // Before: what waits for its code waits in vain.
        let kept = try #require(try await fixture.change(member, .keepFormer(former), by: undo).recipient)
        #expect(try fixture.address(of: kept) == "pat@private.example" && kept.record?.version == 3)
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(next) }, "the code, after the undo")
        // After: the confirmed record of another change.
        guard
            case .change(let second, let other) = try await fixture.change(
                kept, .address(try EmailAddress("pat@other.example")), by: .member(try fixture.manage(kept)))
        else {
            Issue.record("no change")
            return
        }
        let moved = try await fixture.confirmed(other)
        let again = MemberProof.undo(try fixture.undo(second, of: kept))
        let (before, after) = (try #require(kept.record), try #require(moved.record))
        let back = try #require(try await fixture.change(moved, .keepFormer(before), by: again).recipient)
        #expect(try fixture.address(of: back) == "pat@private.example" && back.record?.version == 5)
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(moved) }, "the former record, after the undo")
        let forth = try #require(try await fixture.change(back, .takeNew(after, former: before), by: again).recipient)
        #expect(try fixture.address(of: forth) == "pat@other.example" && forth.record?.version == 6)
        #expect(fixture.memory.newest(of: .recipient(fixture.handle, at: fixture.site.id))?.version == 6)
    }

    @Test(arguments: [true, false])
    func `Kept before it was confirmed, the new address waits again by the other button alone, and what was mailed confirms it`(
        isSite: Bool
    ) async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let former = try #require(member.record)
        let proof: MemberProof = isSite ? .site(try fixture.credential) : .member(try fixture.manage(member))
        let address = try EmailAddress("pat@new.example")
        guard case .change(let id, let asked) = try await fixture.change(member, .address(address), by: proof) else {
            Issue.record("no change")
            return
        }
        let first = try #require(asked.record)
        let mailed =
            isSite
            ? fixture.authorisation.token(for: .init(asked, first), at: address, mailed: fixture.now)
            : try fixture.code(for: asked)
        func confirmed(_ recipient: Recipient) async throws -> SealedRecord {
            try await fixture.confirmation.confirm(
                ConfirmationRequest(recipient: recipient, token: mailed), at: fixture.now)
        }
        let undo = MemberProof.undo(try fixture.undo(id, of: member))
        var (present, waiting) = (member, asked)
        for round in 1...3 {
            for _ in 1...2 {
                let kept = try #require(try await fixture.change(present, .keepFormer(former), by: undo).recipient)
                #expect(try fixture.address(of: kept) == "pat@private.example")
                #expect(await fixture.isDenied { _ = try await confirmed(waiting) }, "the code, while it rests: \(round)")
                present = kept
            }
            let resting = try #require(waiting.record)
            guard
                case .change(id, let again) = try await fixture.change(
                    present, .takeNew(resting, former: former), by: undo)
            else {
                Issue.record("not taken up")
                return
            }
            let record = try #require(again.record)
            #expect(record.version > (present.record?.version ?? .max))
            #expect(fixture.authorisation.isValid(record.authorisation, as: isSite ? .invited : .asked, on: .init(again, record)))
            // It waits already: asked once more, it is the same.
            #expect(
                try await fixture.change(present, .takeNew(record, former: former), by: undo) == .change(id, again))
            waiting = again
        }
        let moved = waiting.with(try await confirmed(waiting), .active)
        #expect(try fixture.address(of: moved) == "pat@new.example")
        let back = try #require(try await fixture.change(moved, .keepFormer(former), by: undo).recipient)
        #expect(try fixture.address(of: back) == "pat@private.example")
    }

    @Test func `A new name wakes no change that rests`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let former = try #require(member.record)
        let proof = MemberProof.member(try fixture.manage(member))
        guard
            case .change(let id, let asked) = try await fixture.change(
                member, .address(try EmailAddress("pat@new.example")), by: proof)
        else {
            Issue.record("no change")
            return
        }
        let resting = try #require(asked.record)
        let undo = MemberProof.undo(try fixture.undo(id, of: member))
        let kept = try #require(try await fixture.change(member, .keepFormer(former), by: undo).recipient)
        guard
            case .renamed(let renamed, let same) = try await fixture.change(
                kept, .rename(name: try HeaderText("Patricia", limit: 100), language: .english, next: resting), by: proof)
        else {
            Issue.record("not renamed")
            return
        }
        #expect(same.version == resting.version && same.seal == resting.seal)
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(renamed.with(same, .active)) })
        guard case .change(id, let again) = try await fixture.change(renamed, .takeNew(same, former: former), by: undo) else {
            Issue.record("not taken up")
            return
        }
        let moved = try await fixture.confirmed(again)
        #expect(try fixture.address(of: moved) == "pat@new.example" && moved.name.text == "Patricia")
    }

    @Test func `Asked once more, an undo has the same answer: the relay may have died before it had kept the first`() async throws
    {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let former = try #require(member.record)
        guard
            case .change(let id, let next) = try await fixture.change(
                member, .address(try EmailAddress("pat@new.example")), by: .member(try fixture.manage(member)))
        else {
            Issue.record("no change")
            return
        }
        let moved = try await fixture.confirmed(next)
        let after = try #require(moved.record)
        let undo = MemberProof.undo(try fixture.undo(id, of: member))
        let name = AuthorisedName.recipient(fixture.handle, at: fixture.site.id)
        var back = moved
        for _ in 0..<3 {
            back = try #require(try await fixture.change(moved, .keepFormer(former), by: undo).recipient)
            #expect(try fixture.address(of: back) == "pat@private.example" && back.record?.version == 3)
            #expect(fixture.memory.newest(of: name)?.version == 3)
        }
        for _ in 0..<3 {
            let forth = try #require(try await fixture.change(back, .takeNew(after, former: former), by: undo).recipient)
            #expect(try fixture.address(of: forth) == "pat@new.example" && forth.record?.version == 4)
        }
        // What was done since then is not undone by an old record that somebody put back.
        #expect(await fixture.isDenied { _ = try await fixture.change(moved, .keepFormer(former), by: undo) })
    }

    @Test func `What changes the vault's memory can be asked again: a code, an erasure`() async throws {
        let fixture = try await MemberFixture()
        let asked = try await fixture.asked()
        let first = try await fixture.confirmed(asked)
        #expect(try await fixture.confirmed(asked) == first)
        let manage = MemberProof.member(try fixture.manage(first))
        for _ in 0..<2 { #expect(try await fixture.change(first, .erase, by: manage) == .done) }
    }

    @Test(arguments: [true, false])
    func `Renamed while an address waits, it is confirmed by what was mailed, and comes with the new name`(isSite: Bool)
        async throws
    {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let former = try #require(member.record)
        let proof: MemberProof = isSite ? .site(try fixture.credential) : .member(try fixture.manage(member))
        let address = try EmailAddress("pat@new.example")
        guard case .change(let id, let next) = try await fixture.change(member, .address(address), by: proof) else {
            Issue.record("no change")
            return
        }
        let waiting = try #require(next.record)
        let mailed =
            isSite
            ? fixture.authorisation.token(for: .init(next, waiting), at: address, mailed: fixture.now)
            : try fixture.code(for: next)
        let name = try HeaderText("Patricia", limit: 100)
        guard
            case .renamed(let renamed, let renewed) = try await fixture.change(
                member, .rename(name: name, language: .english, next: waiting), by: proof)
        else {
            Issue.record("not renamed")
            return
        }
        let (present, newest) = (try #require(renamed.record), renewed.version)
        #expect(renamed.name == name && present.version > waiting.version && newest > present.version)
        // A letter has gone to the present address since.
        try await fixture.memory.learn(
            [.init(.recipient(fixture.handle, at: fixture.site.id), version: present.version, recipient: member.id)],
            isDurable: true)
        let confirmed = try await fixture.confirmation.confirm(
            ConfirmationRequest(recipient: renamed.with(renewed, .active), token: mailed), at: fixture.now)
        let moved = renamed.with(confirmed, .active)
        #expect(fixture.authorisation.isValid(confirmed.authorisation, as: .confirmed, on: .init(moved, confirmed)))
        #expect(try fixture.address(of: moved) == "pat@new.example")
        // Renamed once more, undone, and taken up again.
        guard
            case .renamed(let again, let kept) = try await fixture.change(
                moved, .rename(name: try HeaderText("Pat P.", limit: 100), language: .english, next: confirmed), by: proof)
        else {
            Issue.record("not renamed")
            return
        }
        let undo = MemberProof.undo(try fixture.undo(id, of: member))
        let back = try #require(try await fixture.change(again, .keepFormer(former), by: undo).recipient)
        #expect(try fixture.address(of: back) == "pat@private.example" && back.name.text == "Pat P.")
        let forth = try #require(try await fixture.change(back, .takeNew(kept, former: former), by: undo).recipient)
        #expect(try fixture.address(of: forth) == "pat@new.example" && forth.name.text == "Pat P.")
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

    @Test func `An undo is of its change, its record and three days`() async throws {
        let fixture = try await MemberFixture()
        let member = try await fixture.member()
        let former = try #require(member.record)
        guard
            case .change(let id, let next) = try await fixture.change(
                member, .address(try EmailAddress("pat@new.example")), by: .member(try fixture.manage(member)))
        else {
            Issue.record("no change")
            return
        }
        let token = try fixture.undo(id, of: member)
        let waiting = try #require(next.record)
        let other = try await fixture.confirmed(try await fixture.asked("sam@private.example", handle: try Handle("sam")))
        let strange = try #require(other.record)
        // A change that the relay makes up names no record that the vault knows.
        var randomness = SeededRandomness(seed: 8)
        let invented = AddressChangeID(at: fixture.now, using: &randomness)
        for (wish, proof, who) in [
            (MemberChange.Wish.keepFormer(waiting), token, member), (.keepFormer(strange), token, member),
            (.takeNew(waiting, former: strange), token, member), (.takeNew(strange, former: former), token, member),
            (.takeNew(former, former: former), token, member), (.keepFormer(former), token, other),
            (.keepFormer(former), try fixture.undo(invented, of: member), member),
        ] {
            #expect(await fixture.isDenied { _ = try await fixture.change(who, wish, by: .undo(proof)) }, "\(who.handle)")
        }
        // One that waits for its code goes on waiting, and counts for nothing.
        #expect(try await fixture.change(member, .takeNew(waiting, former: former), by: .undo(token)) == .change(id, next))
        for (age, isGood) in [(Duration.hours(72), true), (.hours(73), false)] {
            let isDenied = await fixture.isDenied {
                _ = try await fixture.change(member, .keepFormer(former), by: .undo(token), at: fixture.now + age)
            }
            #expect(isDenied != isGood, "\(age)")
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
        let token = try fixture.manage(member)
        for _ in 0..<2 { #expect(try await fixture.change(member, .erase, by: .member(token)) == .done) }
        #expect(fixture.memory.newest(of: .recipient(member.handle, at: member.site))?.isErased == true)
        #expect(await fixture.isDenied { _ = try await fixture.confirmed(member) })
        #expect(
            await fixture.isDenied {
                _ = try fixture.members.signIn(SignInRequest(recipient: member, token: token), at: fixture.now)
            })
        // Never confirmed, the name is free again, no matter who asked for it.
        for (name, token) in [("sam", nil), ("kim", try fixture.credential)] as [(String, SiteToken?)] {
            let waiting = try await fixture.asked(handle: try Handle(name), token: token)
            #expect(try await fixture.change(waiting, .erase, by: .site(try fixture.credential)) == .done)
            #expect(fixture.memory.newest(of: .recipient(waiting.handle, at: waiting.site)) == nil)
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
