import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

/// Somebody with many addresses who posts as fast as he can.
enum Attack: CaseIterable {
    /// The networks of one provider, side by side.
    case threeNetworks
    case twentyFourNetworks, thousandNetworks
    /// A /48 with its 65,536 /64s.
    case subscribersOfOneNetwork
    /// A /32 with its 65,536 /48s.
    case networksOfOneProvider
    /// Five thousand homes, each with one address.
    case botnet

    func client(_ number: Int) -> String {
        switch self {
        case .threeNetworks: "203.0.\(number % 3).\(number / 3 % 256)"
        case .twentyFourNetworks: "\(String(0x2a10 + number % 24, radix: 16)):db8:1:\(String(number * 7 % 65_536, radix: 16))::1"
        case .thousandNetworks: "10.\(number % 1_000 / 256).\(number % 1_000 % 256).\(number / 1_000 % 256)"
        case .subscribersOfOneNetwork: "2001:db8:1:\(String(number * 7 % 65_536, radix: 16))::1"
        case .networksOfOneProvider: "2001:db8:\(String(number * 7 % 65_536, radix: 16)):1::1"
        case .botnet: "20.\(number % 5_000 / 200).\(number % 200).7"
        }
    }

    /// A network next to his, which he does not have; nil where he has them all.
    func neighbour(_ number: Int) -> String? {
        switch self {
        case .threeNetworks: "203.0.\(100 + number).1"
        case .twentyFourNetworks: "\(String(0x2a10 + number % 24, radix: 16)):db8:2:1::1"
        case .thousandNetworks: "10.3.\(232 + number % 24).1"
        case .subscribersOfOneNetwork: "2001:db8:\(String(2 + number, radix: 16)):1::1"
        case .networksOfOneProvider: nil
        case .botnet: "20.\(number).240.1"
        }
    }

    /// How many letters he can have had taken, each a row that a person may have to look at.
    var most: Int {
        // In four hours five hours' worth: of a limit and its reserve, or of what a /16 or /32 may use of it, and what each network
        // may send beyond that.
        let limits = 2 * 5 * 1_000
        return switch self {
        case .threeNetworks: 5 * 500 + 3 * 25
        case .twentyFourNetworks: limits + 24 * 25
        case .thousandNetworks, .botnet: limits + 5_000 * 5
        case .subscribersOfOneNetwork: 1_100
        case .networksOfOneProvider: 5 * 500 + 5 * 100 + 600
        }
    }
}

@Suite("No limit that a few networks use up refuses the others")
struct NetworkSharesTests {
    private static let start = Epoch(day: 20_781).start + .hours(1)
    private let day = Pseudonyms { IntakeFixture.tagKey(of: $0) }.day(Epoch(containing: start))
    private let recipients = (0..<20).map { RecipientID(high: 1, low: UInt64($0)) }

    private func letter(from name: String, _ text: String) throws -> Letter {
        var raw = RawLetter()
        (raw.name, raw.email, raw.message) = ("Vera", "\(name)@visitor.example", text)
        return try raw.validated()
    }

    // Two posts a second for four hours against one honest letter a minute, each from a network of its own. The attacker writes
    // under an honest visitor's address as well.
    @Test(arguments: Attack.allCases)
    func `Z6: while an attacker posts for hours every honest letter is accepted or held`(attack: Attack) throws {
        let table = try LimitTable.of(
            client: "100/1h", recipient: "10/1h,50/1d", global: "300/1h,1000/1h", sender: "3,5/1h,20/1d", text: "3,5/1h,20/1d")
        var ledger = LimitLedger(table: table, epoch: Epoch(containing: Self.start))
        let day = try #require(self.day)
        var randomness = SeededRandomness(seed: 6)
        var known: [String: ClientKeys] = [:]
        func keys(_ client: String) throws -> ClientKeys {
            if let keys = known[client] { return keys }
            let keys = day.limitKeys(of: try #require(ClientAddress(text: client)), in: table)
            known[client] = keys
            return keys
        }
        let flood = try letter(from: "honest1", "Buy this, and that as well, and do it now.")
        var (accepted, acceptedFar, held, refused, taken, attackerRefused) = (0, 0, 0, 0, 0, 0)
        for second in 0..<(4 * 3_600) {
            let now = Self.start + .seconds(Int64(second))
            for post in 0..<2 {
                let client = try keys(attack.client(second * 2 + post))
                guard ledger.refusal(of: client, at: now) == nil else {
                    attackerRefused += 1
                    continue
                }
                let recipient = recipients[Int.random(in: 0..<20, using: &randomness)]
                let ruling = ledger.ask(day.question(about: flood, from: client, to: recipient, in: table), at: now)
                if ruling.parts.contains(where: { $0.effect == .refuse }) { attackerRefused += 1 } else { taken += 1 }
            }
            guard second % 60 == 30 else { continue }
            let visitor = second / 60
            let far = visitor % 2 == 0 ? "81.\(visitor).\(visitor % 7).9" : "2c0f:\(String(visitor, radix: 16)):1:1::9"
            let near = visitor % 10 == 0 ? attack.neighbour(visitor / 10) : nil
            let isNeighbour = near != nil
            let client = try keys(near ?? far)
            let question = day.question(
                about: try letter(from: "honest\(visitor)", "I like photo \(visitor) very much; may I print it?"), from: client,
                to: recipients[Int.random(in: 0..<20, using: &randomness)], in: table)
            let ruling = ledger.refusal(of: client, at: now) ?? ledger.ask(question, at: now)
            switch Verdict(of: ruling.parts).decision {
            case .accept:
                accepted += 1
                if !isNeighbour { acceptedFar += 1 }
            case .hold: held += 1
            case .refuse: refused += 1
            }
        }
        #expect(refused == 0)
        #expect(accepted + held == 240)
        #expect(taken <= attack.most)
        #expect(attackerRefused > 1_000)
        #expect(ledger.count <= 250_000)
        // One provider's networks do not even have those of others held.
        if [.threeNetworks, .subscribersOfOneNetwork, .networksOfOneProvider].contains(attack) { #expect(acceptedFar >= 206) }
    }

    @Test func `A network that has had its share may post again after the time it was told`() throws {
        let table = try LimitTable.of(global: "300/1h,1000/1h")
        var ledger = LimitLedger(table: table, epoch: Epoch(containing: Self.start))
        let day = try #require(self.day)
        let client = day.limitKeys(of: try #require(ClientAddress(text: "192.0.2.1")), in: table)
        let letter = try letter(from: "vera", "I like the photo of the harbour.")
        let question = day.question(about: letter, from: client, to: recipients[0], in: table)
        var ruling = ledger.ask(question, at: Self.start)
        for _ in 0..<400 where ruling.retryAfter == .zero { ruling = ledger.ask(question, at: Self.start) }
        #expect(ruling.parts == [Verdict.Part(.limitInstallation, .refuse)])
        let later = Self.start + ruling.retryAfter
        #expect(ledger.refusal(of: client, at: later - .milliseconds(1)) != nil)
        #expect(ledger.refusal(of: client, at: later) == nil)
    }
}
