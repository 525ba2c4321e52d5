import PosternCore
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

@Suite("The ledger counts every letter once, under every key it has")
struct LimitLedgerTests {
    private static let start = Timestamp(seconds: 1_795_478_400 + 3_600)
    private static let today = Epoch(containing: start)
    private let recipient = RecipientID(high: 1, low: 1)

    /// A client with its networks, a sender and a text, named by numbers. Tomorrow's digests differ from today's.
    private func question(
        client: UInt64, network: UInt64? = nil, wide: UInt64? = nil, sender: UInt64? = nil, text: UInt64? = nil,
        to recipient: RecipientID? = nil
    ) -> LimitQuestion {
        func key(_ scope: LimitScope, _ number: UInt64) -> DatedLimitKey {
            DatedLimitKey(
                today: LimitKey(scope, high: number, low: 0), tomorrow: LimitKey(scope, high: number, low: 1))
        }
        let network = network ?? client
        return LimitQuestion(
            client: ClientKeys(
                client: [key(.client, client), key(.clientWide, network), key(.clientWidest, network)],
                network: key(.softShare, network), wideNetwork: key(.softShareWide, wide ?? network)),
            sender: sender.map { key(.sender, $0) }, text: text.map { key(.text, $0) }, recipient: recipient ?? self.recipient)
    }

    private func ledger(_ table: LimitTable, capacity: Int = 250_000) -> LimitLedger {
        LimitLedger(table: table, epoch: Self.today, capacity: capacity)
    }

    @Test func `A client over its limit is refused and told when to come back`() throws {
        var ledger = ledger(try .of(client: "2,60/1h"))
        for _ in 0..<2 { #expect(ledger.ask(question(client: 1), at: Self.start).parts == []) }
        let ruling = ledger.ask(question(client: 1), at: Self.start)
        #expect(ruling.parts == [Verdict.Part(.limitClient, .refuse)])
        #expect(ruling.retryAfter == .minutes(1))
        #expect(ruling.counted == [])
        #expect(ledger.ask(question(client: 2), at: Self.start).parts == [])
        #expect(ledger.ask(question(client: 1), at: Self.start + .minutes(1)).parts == [])
    }

    // A letter that came while the clock was a day ahead must not make anybody wait for that day.
    @Test func `After a clock is set back, what was owed comes back at the same pace`() throws {
        for ahead in [Duration.minutes(3), .days(1), .days(400)] {
            var ledger = ledger(try .of(client: "2,60/1h", recipient: "60/1h", global: "300/1h,1000/1h"))
            for _ in 0..<2 { #expect(ledger.ask(question(client: 1), at: Self.start + ahead).parts == []) }
            let refused = ledger.ask(question(client: 1), at: Self.start)
            #expect(refused.parts == [Verdict.Part(.limitClient, .refuse)] && refused.retryAfter == .minutes(1), "\(ahead)")
            #expect(ledger.ask(question(client: 2), at: Self.start).parts == [], "\(ahead)")
            #expect(ledger.ask(question(client: 1), at: Self.start + .minutes(1)).parts == [], "\(ahead)")
        }
    }

    @Test func `A restart while the clock is ahead makes nobody wait either`() throws {
        var ledger = ledger(try .of(client: "2,60/1h"))
        let (moment, client) = (Self.start + .minutes(50), question(client: 1).client.client[0])
        for _ in 0..<2 { ledger.replay(LimitRecord(epoch: Self.today, keys: [client]), at: moment) }
        #expect(ledger.ask(question(client: 1), at: Self.start).retryAfter == .minutes(1))
        #expect(ledger.ask(question(client: 1), at: Self.start + .minutes(1)).parts == [])
    }

    // Letters are judged side by side: an earlier one may be asked about a moment later.
    @Test func `A little disorder does not count as a clock set back`() throws {
        var ledger = ledger(try .of(client: "2,60/1h"))
        #expect(ledger.ask(question(client: 1), at: Self.start + .seconds(9)).parts == [])
        #expect(ledger.ask(question(client: 2), at: Self.start).parts == [])
        #expect(ledger.ask(question(client: 1), at: Self.start + .seconds(9)).parts == [])
        #expect(ledger.ask(question(client: 1), at: Self.start + .seconds(9)).retryAfter == .minutes(1))
    }

    @Test func `A network of many addresses may send four and sixteen times as much, not without end`() throws {
        var ledger = ledger(try .of(client: "2,2/1h"))
        let admitted = (0..<100).count { ledger.ask(question(client: UInt64($0), network: 7_000), at: Self.start).parts.isEmpty }
        #expect(admitted == 2 * LimitTable.wideScale)
    }

    // A refusal keeps nothing; a visitor is never told of a hold.
    @Test(arguments: [
        ("sender", Verdict.Part(.limitSender, .hold)), ("text", Verdict.Part(.limitText, .hold)),
        ("soft", Verdict.Part(.limitInstallation, .hold)), ("hard", Verdict.Part(.limitInstallation, .hold)),
    ])
    func `Each limit asks for what it is for`(which: String, part: Verdict.Part) throws {
        let table: LimitTable =
            switch which {
            case "sender": try .of(sender: "1/1h")
            case "text": try .of(text: "1/1h")
            case "soft": try .of(global: "1/1h,9/1h")
            default: try .of(global: "9/1h,1/1h")
            }
        var ledger = ledger(table)
        #expect(ledger.ask(question(client: 1, sender: 5, text: 6), at: Self.start).parts == [])
        #expect(ledger.ask(question(client: 2, network: 1, sender: 5, text: 6), at: Self.start).parts == [part])
    }

    @Test func `Limits that are off count nothing`() throws {
        var ledger = ledger(.off)
        for client in 0..<1_000 {
            #expect(ledger.ask(question(client: UInt64(client), sender: 1, text: 1), at: Self.start).counted == [])
        }
        #expect(ledger.count == 0)
    }

    @Test func `One network uses up no more than its share of a recipient`() throws {
        var ledger = ledger(try .of(recipient: "10/1h"))
        let passed = (0..<50).count { ledger.ask(question(client: UInt64($0), network: 9), at: Self.start).parts.isEmpty }
        #expect(passed == 2)
        #expect(ledger.ask(question(client: 99), at: Self.start).parts == [])
    }

    @Test func `Half of a recipient is left to the others, however many networks a provider has`() throws {
        var ledger = ledger(try .of(recipient: "10/1h"))
        let passed = (0..<50).count { ledger.ask(question(client: UInt64($0), wide: 3), at: Self.start).parts.isEmpty }
        #expect(passed == 5)
        for client in UInt64(100)..<110 { #expect(ledger.ask(question(client: client), at: Self.start).parts == []) }
    }

    @Test func `A letter that is held takes nobody's place`() throws {
        var ledger = ledger(try .of(recipient: "5/1h", global: "5/1h,1000/1h", sender: "1/1h"))
        _ = ledger.ask(question(client: 1, sender: 1), at: Self.start)
        for _ in 0..<50 { #expect(ledger.ask(question(client: 1, sender: 1), at: Self.start).parts != []) }
        for client in UInt64(2)..<10 { #expect(ledger.ask(question(client: client), at: Self.start).parts == []) }
    }

    @Test func `Over the limit the first letter from another network still passes, and its second is held`() throws {
        var ledger = ledger(try .of(recipient: "10/1h"))
        for client in 0..<10 { #expect(ledger.ask(question(client: UInt64(client)), at: Self.start).parts == []) }
        #expect(ledger.ask(question(client: 0), at: Self.start).parts == [Verdict.Part(.limitRecipient, .hold)])
        #expect(ledger.ask(question(client: 77), at: Self.start).parts == [])
        #expect(ledger.ask(question(client: 77), at: Self.start).parts == [Verdict.Part(.limitRecipient, .hold)])
    }

    // A hundred flood letters for each honest one, over a day, from a few networks with many addresses each.
    @Test(arguments: [1, 4, 8])
    func `L2: in a hundredfold flood nineteen of twenty honest letters pass, and none of the flood is dropped`(networks: Int)
        throws
    {
        var ledger = ledger(try .of(client: "3,5/1h,20/1d", recipient: "10/1h,50/1d", global: "off"))
        var randomness = SeededRandomness(seed: UInt64(networks))
        let honest = 40
        var (passed, dropped, floodPassed) = (0, 0, 0)
        for letter in 0..<(honest * 101) {
            let now = Self.start + .milliseconds(Int64(letter) * 20_000)
            guard letter % 101 != 50 else {
                let ruling = ledger.ask(question(client: 1_000_000 + UInt64(letter)), at: now)
                if ruling.parts.isEmpty { passed += 1 }
                continue
            }
            let network = UInt64.random(in: 0..<UInt64(networks), using: &randomness)
            let client = 1_000 + network * 1_000_000 + UInt64.random(in: 0..<60_000, using: &randomness)
            let ruling = ledger.ask(
                LimitQuestion(
                    client: ClientKeys(
                        client: [question(client: client).client.client[0]],
                        network: question(client: client, network: network).client.network,
                        wideNetwork: question(client: client, network: network).client.wideNetwork),
                    sender: nil, text: nil, recipient: recipient), at: now)
            if ruling.parts.contains(where: { $0.effect == .refuse }) { dropped += 1 }
            if ruling.parts.isEmpty { floodPassed += 1 }
        }
        #expect(passed * 100 >= honest * 95)
        #expect(dropped == 0)
        // The flood gets through what its networks' shares are, and no more.
        #expect(floodPassed <= networks * 20)
    }

    @Test func `A count goes on over midnight under tomorrow's digests`() throws {
        var ledger = ledger(try .of(client: "1/1d"))
        let late = Self.today.end - .minutes(1)
        #expect(ledger.ask(question(client: 1), at: late).parts == [])
        let after = Self.today.end + .minutes(1)
        let tomorrow = LimitQuestion(
            client: ClientKeys(client: [
                DatedLimitKey(
                    today: LimitKey(.client, high: 1, low: 1), tomorrow: LimitKey(.client, high: 1, low: 2))
            ]), sender: nil, text: nil, recipient: recipient)
        #expect(ledger.ask(tomorrow, at: after).parts == [Verdict.Part(.limitClient, .refuse)])
    }

    @Test(arguments: [0, 1])
    func `A restart counts on, on the same day and on the next`(daysLater: Int64) throws {
        let table = try LimitTable.of(client: "2,2/1d", recipient: "3/1d")
        var first = ledger(table)
        let ruling = first.ask(question(client: 1), at: Self.start)
        _ = first.ask(question(client: 1), at: Self.start)
        let mark = LimitRecord(epoch: Self.today, keys: ruling.counted)

        let now = Self.start + .hours(daysLater * 23)
        var second = LimitLedger(table: table, epoch: Epoch(containing: now))
        second.replay(mark, at: Self.start)
        second.replay(mark, at: Self.start)
        let asked =
            daysLater == 0
            ? question(client: 1)
            : LimitQuestion(
                client: ClientKeys(client: [
                    DatedLimitKey(today: LimitKey(.client, high: 1, low: 1), tomorrow: LimitKey(.client, high: 1, low: 9))
                ]), sender: nil, text: nil, recipient: recipient)
        // 23 h give back 1.9 of 2: one passes, and no second.
        if daysLater == 1 { #expect(second.ask(asked, at: now).parts.contains { $0.rule == .limitClient } == false) }
        #expect(second.ask(asked, at: now).parts.contains(Verdict.Part(.limitClient, .refuse)))
    }

    @Test func `A letter that was not kept may be sent again`() throws {
        var ledger = ledger(try .of(client: "1/1h"))
        let ruling = ledger.ask(question(client: 1), at: Self.start)
        ledger.giveBack(ruling.counted)
        #expect(ledger.ask(question(client: 1), at: Self.start).parts == [])
        #expect(ledger.ask(question(client: 1), at: Self.start).parts != [])
    }

    @Test func `It forgets those who owe nothing, and never grows beyond its bound`() throws {
        var ledger = ledger(try .of(client: "1,3600/1h"), capacity: 5_000)
        for client in 0..<20_000 {
            _ = ledger.ask(
                question(client: UInt64(client), network: UInt64(client)), at: Self.start + .milliseconds(Int64(client)))
            #expect(ledger.count <= 5_003)
        }
        for client in 0..<5_000 {
            _ = ledger.ask(question(client: UInt64(100_000 + client)), at: Self.start + .hours(10) + .seconds(Int64(client) * 60))
        }
        #expect(ledger.count < 2_500)
    }
}
