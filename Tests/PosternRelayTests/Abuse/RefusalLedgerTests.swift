import PosternCore
import PosternRelay
import Testing

@Suite("A flood of refusals is counted, not written out")
struct RefusalLedgerTests {
    private static let start = Timestamp(milliseconds: 1_795_514_700_000 / 60_000 * 60_000)
    private static let kind = RefusalLedger.Kind(tag: Tag(value: 1), rule: .limitClient)

    private func id(_ number: UInt64) -> LetterID { LetterID(high: 1, low: number) }

    @Test func `Of one client's refusals in a minute the first has an entry, and the others are counted on it`() {
        var ledger = RefusalLedger()
        #expect(ledger.note(Self.kind, id: id(1), at: Self.start) == .entry)
        ledger.wrote(id(1))
        for number in 2...1_000 { #expect(ledger.note(Self.kind, id: id(UInt64(number)), at: Self.start) == .counted) }
        #expect(ledger.takeCounts() == [id(1): 999])
        #expect(ledger.takeCounts() == [:])
        #expect(ledger.note(Self.kind, id: id(9_999), at: Self.start + .seconds(60)) == .entry)
    }

    @Test func `Another client and another rule have entries of their own`() {
        var ledger = RefusalLedger()
        #expect(ledger.note(.init(tag: Tag(value: 1), rule: .limitClient), id: id(1), at: Self.start) == .entry)
        #expect(ledger.note(.init(tag: Tag(value: 2), rule: .limitClient), id: id(2), at: Self.start) == .entry)
        #expect(ledger.note(.init(tag: Tag(value: 1), rule: .invalidLetter), id: id(3), at: Self.start) == .entry)
    }

    @Test func `Refusals from everywhere share one entry once there are too many to look at`() {
        var ledger = RefusalLedger()
        var rulings: [RefusalLedger.Ruling] = []
        for number in 0..<100_000 {
            let ruling = ledger.note(
                .init(tag: Tag(value: UInt64(number)), rule: .limitClient), id: id(UInt64(number)), at: Self.start)
            if ruling != .counted { ledger.wrote(id(UInt64(number))) }
            rulings.append(ruling)
        }
        #expect(rulings.count { $0 == .entry } == RefusalLedger.entriesPerMinute)
        #expect(rulings.count { $0 == .collectiveEntry } == 1)
        #expect(ledger.takeCounts().values.reduce(0, +) == 100_000 - RefusalLedger.entriesPerMinute - 1)
    }

    @Test func `Counts wait until the entry they belong to is written`() {
        var ledger = RefusalLedger()
        _ = ledger.note(Self.kind, id: id(1), at: Self.start)
        #expect(ledger.note(Self.kind, id: id(2), at: Self.start) == .counted)
        #expect(ledger.takeCounts() == [:])
        // The minute may be over by then.
        _ = ledger.note(Self.kind, id: id(3), at: Self.start + .seconds(60))
        ledger.wrote(id(1))
        #expect(ledger.takeCounts() == [id(1): 1])
    }

    @Test func `After an entry that could not be written the next refusal has one, and nothing is counted on the first`() {
        var ledger = RefusalLedger()
        _ = ledger.note(Self.kind, id: id(1), at: Self.start)
        _ = ledger.note(Self.kind, id: id(2), at: Self.start)
        #expect(ledger.failed(id(1)) == 2)
        #expect(ledger.note(Self.kind, id: id(3), at: Self.start) == .entry)
        ledger.wrote(id(3))
        #expect(ledger.note(Self.kind, id: id(4), at: Self.start) == .counted)
        #expect(ledger.takeCounts() == [id(3): 1])
    }

    @Test func `Counts that could not be written are written the next time`() {
        var ledger = RefusalLedger()
        _ = ledger.note(Self.kind, id: id(1), at: Self.start)
        ledger.wrote(id(1))
        _ = ledger.note(Self.kind, id: id(2), at: Self.start)
        ledger.putBack(ledger.takeCounts())
        _ = ledger.note(Self.kind, id: id(3), at: Self.start)
        #expect(ledger.takeCounts() == [id(1): 2])
    }
}
