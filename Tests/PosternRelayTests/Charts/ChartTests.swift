import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import Synchronization
import Testing

@Suite("What the charts are drawn from is counted once, by the hour")
struct ChartTests {
    private static let now = DeskFixture.now

    @Test(arguments: ChartSpan.allCases)
    func `A span ends with the part that goes on, and its parts follow each other`(_ span: ChartSpan) {
        let starts = span.starts(at: Self.now)
        #expect(starts.count == span.parts)
        #expect(starts.last.map { $0 <= Self.now && Self.now < $0 + span.part } == true)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $1.since($0) == span.part })
    }

    @Test func `Sums are added up, of levels the highest counts, and what is older is left out`() {
        let starts = ChartSpan.week.starts(at: Self.now)
        let first = starts[0]
        let values = ChartView.values(
            [
                HourlyFigure(hour: first - .hours(1), series: .accepted, value: 90),
                HourlyFigure(hour: first, series: .accepted, value: 2),
                HourlyFigure(hour: first + .hours(5), series: .accepted, value: 3),
                HourlyFigure(hour: first + .hours(6), series: .accepted, value: 7),
                HourlyFigure(hour: first, series: .waiting, value: 9),
                HourlyFigure(hour: first + .hours(1), series: .waiting, value: 4),
            ], .week, from: first)
        #expect(values[.accepted]?.prefix(3) == [5, 7, 0] && values[.waiting]?.first == 9)
        #expect(values.values.allSatisfy { $0.count == 28 })
    }

    @Test func `Only what is new is written, and a new hour has a highest of its own`() {
        var news = ChartNews()
        let hour = Self.now.hour
        func write(_ totals: [ChartSeries: Int], at moment: Timestamp) -> [ChartSeries: Int] {
            let figures = news.figures(totals, at: moment)
            news.wrote(figures)
            return Dictionary(uniqueKeysWithValues: figures.map { ($0.series, $0.value) })
        }
        #expect(write([.accepted: 5, .waiting: 3, .oldest: 0], at: hour) == [.accepted: 5, .waiting: 3])
        #expect(write([.accepted: 5, .waiting: 3], at: hour + .minutes(1)).isEmpty)
        #expect(write([.accepted: 7, .waiting: 2], at: hour + .minutes(2)) == [.accepted: 2])
        #expect(write([.accepted: 7, .waiting: 2], at: hour + .hours(1)) == [.waiting: 2])
        #expect(write([.accepted: 8, .waiting: 2], at: hour + .hours(1)) == [.accepted: 1])
        // What could not be written is new the next time.
        #expect(news.figures([.accepted: 9], at: hour + .hours(1)) == news.figures([.accepted: 9], at: hour + .hours(1)))
    }

    @Test func `Figures, people and clients are found again; a day that is over is counted once, and an erased person is gone`()
        async throws
    {
        let fixture = try await DeskFixture()
        let totals = Mutex<[ChartSeries: Int]>([.accepted: 2])
        let keeper = ChartKeeper(
            store: fixture.store, counted: { totals.withLock { $0 } }, waiting: { 4 }, logger: RelayFixture.quiet,
            now: { fixture.clock.now }, isClockTrusted: { _ in true })
        _ = try await fixture.hold(3)
        var news = ChartNews()
        await keeper.keep(&news)
        totals.withLock { $0[.accepted] = 5 }
        await keeper.keep(&news)
        let today = try await ChartService(operations: fixture.operations).chart(.day)
        #expect(today.values[.accepted]?.last == 5 && today.values[.waiting]?.last == 4)
        #expect(today.people.map(\.letters) == [3] && today.clients.map(\.tag) == [DeskFixture.client])
        fixture.clock.advance(by: .days(1))
        var known: Set<Epoch> = []
        await keeper.countDays(&known)
        #expect(known.count == 7)
        known = []
        await keeper.countDays(&known)
        let week = try await ChartService(operations: fixture.operations).chart(.week)
        #expect(week.people.map(\.letters) == [3] && week.clients.isEmpty && week.values[.accepted]?.reduce(0, +) == 5)
        _ = try await fixture.store.write { try $0.recipients.erase(fixture.recipient.id, at: fixture.clock.now) }
        let rows = try await fixture.store.read { try $0.figures.recipients(since: Epoch(day: 0), limit: 9) }
        #expect(rows.isEmpty)
        // What is past its time goes.
        let gone = try await fixture.store.write { try $0.figures.forget(before: fixture.clock.now + .days(1), limit: 9) }
        #expect(gone > 0)
    }
}
