import PosternCore
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

@Suite("Who reads the former address takes a change back, and up again; a new name in between neither ends nor wakes it")
struct AddressUndoTests {
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
}
