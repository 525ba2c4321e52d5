import PosternCore
import PosternRelay
import PosternStore
import Testing

@Suite("A wave is found by its letters, wherever they went")
struct WaveLedgerTests {
    private static let start = Timestamp(seconds: 1_795_478_400 + 3_600)
    private static let today = Epoch(containing: start)

    private func ledger(most: Int = 5, capacity: Int = 20_000) -> WaveLedger {
        WaveLedger(most: most, epoch: Self.today, capacity: capacity)
    }

    private func letter(_ number: UInt64) -> LetterID { LetterID(high: 1, low: number) }
    private func person(_ number: UInt64) -> RecipientID { RecipientID(high: 2, low: number) }

    /// Tomorrow's digests are other than today's.
    private func sketch(_ text: UInt32, differingIn bands: Int = 0) -> DatedSketch {
        let today = (0..<12).map { (band: UInt32) in band < 12 - UInt32(bands) ? text &* 100 &+ band : band &* 7_919 &+ text }
        return DatedSketch(today: today, tomorrow: today.map { $0 ^ 0xFFFF })
    }

    @Test func `The letter to one recipient more than allowed is of a wave, and so are all after it`() {
        var ledger = ledger()
        for number in 1...5 as ClosedRange<UInt64> {
            let finding = ledger.note(letter(number), sketch(1), to: person(number), at: Self.start)
            #expect(!finding.isWave && finding.wave == letter(1))
        }
        for number in 6...200 as ClosedRange<UInt64> {
            let finding = ledger.note(letter(number), sketch(1), to: person(number), at: Self.start)
            #expect(finding.isWave && finding.wave == letter(1))
        }
        // Also another one to somebody who has one.
        #expect(ledger.note(letter(201), sketch(1), to: person(1), at: Self.start).isWave)
        #expect(!ledger.note(letter(202), sketch(2), to: person(1), at: Self.start).isWave)
    }

    @Test func `Many letters to one recipient are no wave`() {
        var ledger = ledger()
        for number in 1...100 as ClosedRange<UInt64> {
            #expect(!ledger.note(letter(number), sketch(1), to: person(1), at: Self.start).isWave)
        }
    }

    @Test func `Three bands in common make two letters near, two do not`() {
        var ledger = ledger()
        _ = ledger.note(letter(1), sketch(1), to: person(1), at: Self.start)
        #expect(ledger.note(letter(2), sketch(1, differingIn: 9), to: person(2), at: Self.start).wave == letter(1))
        #expect(ledger.note(letter(3), sketch(1, differingIn: 10), to: person(3), at: Self.start).wave == letter(3))
    }

    @Test func `What was not kept does not count, be it the first or a later one`() {
        var ledger = ledger(most: 1)
        let first = ledger.note(letter(1), sketch(1), to: person(1), at: Self.start)
        ledger.takeBack(first)
        #expect(ledger.count == 0)
        #expect(ledger.note(letter(2), sketch(1), to: person(2), at: Self.start).wave == letter(2))
        let third = ledger.note(letter(3), sketch(1), to: person(3), at: Self.start)
        #expect(third.isWave)
        ledger.takeBack(third)
        #expect(!ledger.note(letter(4), sketch(1), to: person(2), at: Self.start).isWave)
    }

    @Test func `A wave goes on over midnight, and ends a day later`() {
        var ledger = ledger()
        for number in 1...5 as ClosedRange<UInt64> {
            _ = ledger.note(letter(number), sketch(1), to: person(number), at: Self.start)
        }
        let tomorrow = DatedSketch(today: sketch(1).tomorrow ?? [], tomorrow: nil)
        let next = ledger.note(letter(6), tomorrow, to: person(6), at: Self.start + .days(1))
        #expect(next.isWave && next.wave == letter(1))
        #expect(!ledger.note(letter(7), tomorrow, to: person(7), at: Self.start + .days(2)).isWave)
    }

    @Test func `A clock that jumps back does not forget`() {
        var ledger = ledger(most: 1)
        _ = ledger.note(letter(1), sketch(1), to: person(1), at: Self.start)
        #expect(ledger.note(letter(2), sketch(1), to: person(2), at: Self.start - .days(3)).isWave)
    }

    @Test func `It remembers so many and no more, and waves longest`() {
        var ledger = ledger(most: 1, capacity: 100)
        for number in 1...2 as ClosedRange<UInt64> {
            _ = ledger.note(letter(number), sketch(1), to: person(number), at: Self.start)
        }
        for number in 10...5_000 as ClosedRange<UInt64> {
            _ = ledger.note(
                letter(number), sketch(UInt32(number)), to: person(1), at: Self.start + .milliseconds(Int64(number)))
            #expect(ledger.count <= 100)
        }
        #expect(ledger.note(letter(9_000), sketch(1), to: person(9), at: Self.start + .seconds(9)).isWave)
    }

    @Test func `After a restart it goes on from what was kept`() {
        var (before, after) = (ledger(), ledger())
        for number in 1...5 as ClosedRange<UInt64> {
            let finding = before.note(letter(number), sketch(1), to: person(number), at: Self.start)
            after.replay(
                SketchedLetter(
                    id: letter(number), epoch: Self.today, recipient: person(number), sketch: sketch(1),
                    wave: finding.wave == letter(number) ? nil : finding.wave))
        }
        #expect(after.note(letter(6), sketch(1), to: person(6), at: Self.start).isWave)
        // Those of yesterday by what they have for today; what is older, or has none, not at all.
        var yesterday = ledger(most: 1)
        for (number, epoch) in [(1, -1), (2, -2), (3, -1)] as [(UInt64, Int32)] {
            let whole = sketch(UInt32(number))
            yesterday.replay(
                SketchedLetter(
                    id: letter(number), epoch: Epoch(day: Self.today.day + epoch), recipient: person(number),
                    sketch: number == 3 ? DatedSketch(today: whole.today, tomorrow: nil) : whole, wave: nil))
        }
        #expect(yesterday.count == 1)
        let now = DatedSketch(today: sketch(1).tomorrow ?? [], tomorrow: nil)
        #expect(yesterday.note(letter(9), now, to: person(9), at: Self.start).isWave)
    }
}
