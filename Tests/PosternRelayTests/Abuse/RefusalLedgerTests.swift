import PosternCore
import PosternRelay
import Testing

@Suite("A flood of refusals is counted, not written out")
struct RefusalLedgerTests {
    private static let start = Timestamp(milliseconds: 1_795_514_700_000 / 3_600_000 * 3_600_000)

    private func id(_ number: Int) -> LetterID { LetterID(high: 1, low: UInt64(number)) }

    /// A refusal of a client, in a network.
    private func note(
        _ ledger: inout RefusalLedger, _ number: Int, client: Int = 1, network: Int = 1, rule: Verdict.Rule = .limitClient,
        after span: Duration = .zero, isWritten: Bool = true
    ) -> RefusalLedger.Ruling {
        let tags = [Tag(value: UInt64(network * 100_000 + client)), Tag(value: UInt64(network))]
        let ruling = ledger.note(rule, id: id(number), tags: tags, at: Self.start + span)
        if isWritten, ruling != .counted { ledger.wrote(id(number)) }
        return ruling
    }

    @Test func `Of one client's refusals in an hour the first has an entry, and the others are counted on it`() {
        var ledger = RefusalLedger()
        #expect(note(&ledger, 1) == .entry)
        for number in 2...1_000 { #expect(note(&ledger, number, after: .seconds(Int64(number))) == .counted) }
        #expect(ledger.takeCounts() == [id(1): 999])
        #expect(ledger.takeCounts() == [:])
        #expect(note(&ledger, 9_999, after: .hours(1)) == .entry)
    }

    @Test func `Another client, another network and another rule have entries of their own`() {
        var ledger = RefusalLedger()
        #expect(note(&ledger, 1) == .entry)
        #expect(note(&ledger, 2, client: 2) == .entry)
        #expect(note(&ledger, 3, network: 2) == .entry)
        #expect(note(&ledger, 4, rule: .invalidLetter) == .entry)
        #expect(note(&ledger, 5, client: 2) == .counted)
        #expect(ledger.takeCounts() == [id(2): 1])
    }

    // A /48 has 65,536 /64s: each was a client with an entry a minute.
    @Test func `One network with 65,536 clients, refused all day, has a hundred entries, and another network has its own`() {
        var ledger = RefusalLedger()
        var entries = 0
        for number in 0..<200_000 {
            let span = Duration.milliseconds(Int64(number) * 432)
            if note(&ledger, number, client: number % 65_536, after: span) != .counted { entries += 1 }
            if number % 20_000 == 0 { #expect(note(&ledger, 1_000_000 + number, network: 7, after: span) == .entry) }
        }
        #expect(entries == 24 * RefusalLedger.clientsPerNetwork)
        #expect(ledger.takeCounts().values.reduce(0, +) == 200_000 - entries)
    }

    @Test func `Refusals from everywhere share one entry once there are too many to look at`() {
        var ledger = RefusalLedger()
        var (entries, collective) = (0, 0)
        for number in 0..<200_000 {
            switch note(&ledger, number, network: number, after: .milliseconds(Int64(number) * 432)) {
            case .entry: entries += 1
            case .collectiveEntry: collective += 1
            case .counted: break
            }
        }
        // As many as may come at once, and those that come back in a day; one for all others in each hour.
        #expect((7_400...7_500).contains(entries))
        #expect(collective <= 24)
        #expect(ledger.takeCounts().values.reduce(0, +) == 200_000 - entries - collective)
    }

    @Test func `Counts wait until the entry they belong to is written`() {
        var ledger = RefusalLedger()
        _ = note(&ledger, 1, isWritten: false)
        #expect(note(&ledger, 2, isWritten: false) == .counted)
        #expect(ledger.takeCounts() == [:])
        // The hour may be over by then.
        _ = note(&ledger, 3, after: .hours(1), isWritten: false)
        ledger.wrote(id(1))
        #expect(ledger.takeCounts() == [id(1): 1])
    }

    @Test func `After an entry that could not be written the next refusal has one, and nothing is counted on the first`() {
        var ledger = RefusalLedger()
        _ = note(&ledger, 1, isWritten: false)
        _ = note(&ledger, 2, isWritten: false)
        #expect(ledger.failed(id(1)) == 2)
        #expect(note(&ledger, 3) == .entry)
        #expect(note(&ledger, 4) == .counted)
        #expect(ledger.takeCounts() == [id(3): 1])
    }

    @Test func `Counts that could not be written are written the next time`() {
        var ledger = RefusalLedger()
        _ = note(&ledger, 1)
        _ = note(&ledger, 2)
        ledger.putBack(ledger.takeCounts())
        _ = note(&ledger, 3)
        #expect(ledger.takeCounts() == [id(1): 2])
    }
}
