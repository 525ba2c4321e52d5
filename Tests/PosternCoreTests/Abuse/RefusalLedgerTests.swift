import PosternCore
import PosternTestSupport
import Testing

@Suite("A flood of refusals is counted, not written out")
struct RefusalLedgerTests {
    private static let start = Timestamp(milliseconds: 1_795_514_700_000 / 60_000 * 60_000)

    private func id(_ number: UInt64) -> LetterID { LetterID(high: 1, low: number) }

    @Test func `Of one client's refusals in a minute the first has an entry, and the others are counted on it`() {
        var ledger = RefusalLedger()
        let kind = RefusalLedger.Kind(tag: Tag(value: 1), rule: .limitClient)
        #expect(ledger.note(kind, id: id(1), at: Self.start) == .entry)
        for number in 2...1_000 { #expect(ledger.note(kind, id: id(UInt64(number)), at: Self.start) == .counted) }
        #expect(ledger.takeCounts() == [id(1): 999])
        #expect(ledger.takeCounts() == [:])
        #expect(ledger.note(kind, id: id(9_999), at: Self.start + .seconds(60)) == .entry)
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
            rulings.append(
                ledger.note(.init(tag: Tag(value: UInt64(number)), rule: .limitClient), id: id(UInt64(number)), at: Self.start))
        }
        #expect(rulings.count { $0 == .entry } == RefusalLedger.entriesPerMinute)
        #expect(rulings.count { $0 == .collectiveEntry } == 1)
        #expect(ledger.takeCounts().values.reduce(0, +) == 100_000 - RefusalLedger.entriesPerMinute - 1)
    }
}
