import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import Testing

@Suite("Blocks as staff add and remove them")
struct BlockServiceTests {
    private typealias Fixture = AdministrationFixture

    private func block(_ answer: BlockAnswer) throws -> Block {
        guard case .added(let block, _) = answer else { throw Unexpected() }
        return block
    }

    private struct Unexpected: Error {}

    @Test func `A block has its author, its hits, and its entries in the vault's journal`() async throws {
        let fixture = try await Fixture()
        let anna = try DeskFixture.staff("anna")
        let wish = Fixture.wish(.domain, "@Spam.Example", lasting: .days(1), isConfirmed: true)
        let added = try block(try await fixture.blocks.add(wish, by: anna))
        #expect(added.mark == .domain("spam.example") && added.expires == DeskFixture.now + .days(1))
        #expect(fixture.deeds == [RelayDeed(.blockAdded(added.id), by: .staff("anna"))])
        let met = Verdict(.hold, parts: [.init(.block, .hold, block: added.id)])
        _ = try await fixture.desk.hold(3, verdict: met)
        _ = try await fixture.desk.hold(2)
        let list = try await fixture.blocks.list(before: nil)
        #expect(list.lines.map(\.hits) == [3] && list.lines.map(\.author) == [.staff("anna")] && list.hasAllHits)
        #expect(try await fixture.blocks.list(before: added.id).lines.isEmpty)
        #expect(try await fixture.blocks.remove(added.id, by: anna))
        let again = try await fixture.blocks.remove(added.id, by: anna)
        #expect(!again)
        #expect(fixture.deeds.last == RelayDeed(.blockRemoved(added.id), by: .staff("anna")) && fixture.deeds.count == 2)
    }

    @Test func `A command's block and one from the desk are in the journal too`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.operations.blocks.add(
            .domain("a.example"), .hold, because: try HeaderText("x", limit: 9), lasting: nil)
        #expect(fixture.deeds == [RelayDeed(.blockAdded(1), by: .operator)])
        let list = try await fixture.blocks.list(before: nil)
        #expect(list.lines.map(\.author) == [.operator])
    }

    // The rule: more than a twentieth of the letters that were accepted in a week.
    @Test(arguments: [(1, 20, false), (2, 20, true), (1, 19, true)])
    func `What would have met many asks twice`(met: Int, others: Int, asks: Bool) async throws {
        let fixture = try await Fixture()
        _ = try await fixture.desk.hold(met, verdict: .accept)
        _ = try await fixture.desk.hold(
            others - (met == 1 && others == 20 ? 0 : met), verdict: .accept, tag: PosternCore.Tag(value: 9))
        let anna = try DeskFixture.staff("anna")
        let wish = Fixture.wish(.tag, "\(DeskFixture.client)")
        let answer = try await fixture.blocks.add(wish, by: anna)
        guard asks else {
            _ = try block(answer)
            return
        }
        guard case .asks(let weight) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(weight.met == met && fixture.deeds.isEmpty)
        let confirmed = try block(
            try await fixture.blocks.add(Fixture.wish(.tag, "\(DeskFixture.client)", isConfirmed: true), by: anna))
        #expect(confirmed.mark == .tag(DeskFixture.client, Epoch(containing: DeskFixture.now)))
    }

    @Test func `What nobody can count asks twice, since it may be a mail provider or a word that everybody writes`() async throws
    {
        let fixture = try await Fixture()
        let anna = try DeskFixture.staff("anna")
        let wishes = [(BlockWish.Kind.domain, "gmail.com"), (.words, "good morning"), (.network, "192.0.2.128/25")]
        for (kind, mark) in wishes {
            let asked = try await fixture.blocks.add(Fixture.wish(kind, mark), by: anna)
            #expect(asked == .asks(BlockWeight(met: nil, accepted: 0)) && fixture.deeds.isEmpty, "\(mark)")
        }
        for (kind, mark) in wishes {
            _ = try block(try await fixture.blocks.add(Fixture.wish(kind, mark, isConfirmed: true), by: anna))
        }
        #expect(fixture.deeds.count == wishes.count)
    }

    @Test func `The tag of an earlier day blocks the same client today, or nobody`() async throws {
        let fixture = try await Fixture()
        let anna = try DeskFixture.staff("anna")
        _ = try await fixture.desk.hold(2)
        fixture.desk.clock.advance(by: .days(1))
        let today = Epoch(containing: fixture.desk.clock.now)
        let added = try block(try await fixture.blocks.add(Fixture.wish(.tag, "\(DeskFixture.client)"), by: anna))
        #expect(added.mark == .tag(PosternCore.Tag(value: 70), today) && added.expires == nil)
        let away = try await Fixture(isVaultAway: true)
        _ = try await away.desk.hold(2)
        away.desk.clock.advance(by: .days(1))
        let refused = try await away.blocks.add(Fixture.wish(.tag, "\(DeskFixture.client)"), by: anna)
        #expect(refused == .faulty([.tagOfOtherDay]) && away.deeds.isEmpty)
    }

    @Test(arguments: [
        (BlockWish.Kind.tag, "nonsense", BlockFault.noTag), (.tag, "\(PosternCore.Tag(value: 3))", .noTag),
        (.network, "10.1.2.3/8", .noNetwork),
        (.domain, "no domain", .noDomain), (.sender, "nobody", .noAddress), (.letter, "nothing", .noLetter),
        (.letter, "\(LetterID(high: 1, low: 1))", .noLetter),
        (.words, "abc", .shortWords), (.words, String(repeating: "x", count: 201), .longWords),
    ])
    func `What can be no mark is said, with a missing reason`(kind: BlockWish.Kind, mark: String, fault: BlockFault) async throws
    {
        let fixture = try await Fixture()
        let anna = try DeskFixture.staff("anna")
        let answer = try await fixture.blocks.add(Fixture.wish(kind, mark, because: " "), by: anna)
        #expect(answer == .faulty([fault, .noReason]) && fixture.deeds.isEmpty)
        let long = try await fixture.blocks.add(
            Fixture.wish(kind, mark, because: String(repeating: "x", count: 201)), by: anna)
        #expect(long == .faulty([fault, .longReason]))
    }

    // MARK: - By sender

    private func digest(_ address: String) throws -> Block.Mark {
        .sender(try #require(NamingVault.keys.digests(of: try EmailAddress(address)).first))
    }

    @Test func `A sender's address is typed, asked about, and kept as a digest alone`() async throws {
        let fixture = try await Fixture()
        let anna = try DeskFixture.staff("anna")
        let asked = try await fixture.blocks.add(Fixture.wish(.sender, " Vera@Visitor.Example "), by: anna)
        #expect(asked == .asks(BlockWeight(met: nil, accepted: 0)) && fixture.deeds.isEmpty)
        let added = try block(
            try await fixture.blocks.add(
                Fixture.wish(.sender, " Vera@Visitor.Example ", lasting: .days(90), isConfirmed: true), by: anna))
        #expect(added.mark == (try digest("vera@visitor.example")) && added.expires == DeskFixture.now + .days(90))
        let trace = try await fixture.desk.store.read { try $0.operationTrace.latest(limit: 9) }
        #expect(trace.map(\.subject) == ["block 1"] && trace.allSatisfy { $0.reason?.contains("@") == false })
        #expect(fixture.naming.asked.isEmpty)
    }

    @Test(arguments: [true, false])
    func `Who wrote a letter that waits, or was reported, is blocked without anybody seeing the address`(isReported: Bool)
        async throws
    {
        let fixture = try await Fixture()
        let anna = try DeskFixture.staff("anna")
        let letter = try #require(try await fixture.desk.hold(1, verdict: isReported ? .accept : DeskFixture.trap).first)
        if isReported { try await fixture.desk.report(letter) }
        // The vault counts what it is asked: it is asked last.
        let asked = try await fixture.blocks.add(Fixture.wish(.letter, "\(letter)"), by: anna)
        guard case .asks = asked else { throw Unexpected() }
        #expect(fixture.naming.asked.isEmpty)
        let added = try block(try await fixture.blocks.add(Fixture.wish(.letter, "\(letter)", isConfirmed: true), by: anna))
        #expect(added.mark == (try digest(NamingVault.sender)))
        let request = try #require(fixture.naming.asked.first)
        #expect(request.item.letter == letter)
        if case .report = request.item.content { #expect(isReported) } else { #expect(!isReported) }
    }

    @Test func `A letter that went out and was not reported names nobody`() async throws {
        let fixture = try await Fixture()
        let letter = try #require(try await fixture.desk.hold(1, verdict: .accept).first)
        let answer = try await fixture.blocks.add(
            Fixture.wish(.letter, "\(letter)", isConfirmed: true), by: try DeskFixture.staff("anna"))
        #expect(answer == .faulty([.noLetter]) && fixture.naming.asked.isEmpty)
    }

    @Test(arguments: [(LinkRefusal.Code.denied, BlockFault.closedLetter), (.unavailable, .noVault)])
    func `What the vault does not name is said, and nothing is blocked`(code: LinkRefusal.Code, fault: BlockFault) async throws {
        let fixture = try await Fixture()
        let letter = try #require(try await fixture.desk.hold(1).first)
        fixture.naming.refuse(LinkRefusal(code, "no"))
        let wish = Fixture.wish(.letter, "\(letter)", isConfirmed: true)
        let answer = try await fixture.blocks.add(wish, by: try DeskFixture.staff("anna"))
        #expect(answer == .faulty([fault]) && fixture.deeds.isEmpty)
    }

    @Test func `While the vault is away nobody is blocked by address`() async throws {
        let fixture = try await Fixture(isVaultAway: true)
        let anna = try DeskFixture.staff("anna")
        let letter = try #require(try await fixture.desk.hold(1).first)
        for (kind, mark) in [(BlockWish.Kind.sender, NamingVault.sender), (.letter, "\(letter)")] {
            let answer = try await fixture.blocks.add(Fixture.wish(kind, mark, isConfirmed: true), by: anna)
            #expect(answer == .faulty([.noVault]) && fixture.deeds.isEmpty, "\(kind)")
        }
    }

    @Test func `A network that has a tag is counted by it, and a very large one asks`() async throws {
        // No other day is known.
        let fixture = try await Fixture(isVaultAway: true)
        let anna = try DeskFixture.staff("anna")
        let client = try #require(ClientAddress(text: "192.0.2.7"))
        let day = try #require(
            Pseudonyms { _ in Array(repeating: 1, count: 32) }.day(Epoch(containing: DeskFixture.now), withTomorrow: false))
        let network = try #require(day.tags(of: client).last)
        _ = try await fixture.desk.hold(2, verdict: .accept, tag: network)
        let small = try await fixture.blocks.add(Fixture.wish(.network, "192.0.2.0/24"), by: anna)
        #expect(small == .asks(BlockWeight(met: 2, accepted: 2, days: 1)))
        let wide = try await fixture.blocks.add(Fixture.wish(.network, "192.0.0.0/8"), by: anna)
        #expect(wide == .asks(BlockWeight(met: nil, accepted: 2, isWide: true)))
        _ = try block(try await fixture.blocks.add(Fixture.wish(.network, "198.51.100.0/24"), by: anna))
    }
}
