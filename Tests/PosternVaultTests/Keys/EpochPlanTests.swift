import PosternCore
import PosternSealing
import PosternVault
import Testing

@Suite("Epoch keys are made ahead of midnight and destroyed when their time is over")
struct EpochPlanTests {
    static let retention = EpochPlan.Retention(letters: .days(28), evidence: .days(90))
    static let noon = Epoch(day: 20_000).start + .hours(12)
    static let kinds: [KeyKind] = [.opening(.letter), .opening(.evidence), .tag, .opening(.report)]

    private func wanted(_ days: ClosedRange<Int32>) -> Set<EpochPlan.Wanted> {
        Set(days.flatMap { day in Self.kinds.map { EpochPlan.Wanted($0, Epoch(day: day)) } })
    }

    @Test func `A new vault makes today's keys first, then tomorrow's`() {
        let plan = EpochPlan(existing: [], now: Self.noon, retention: Self.retention)
        #expect(plan.make.map(\.epoch.day) == [20_000, 20_000, 20_000, 20_000, 20_001, 20_001, 20_001, 20_001])
        #expect(plan.destroy.isEmpty)
    }

    @Test func `A day later one day's keys are made, and none when all are there`() {
        let existing = wanted(20_000...20_001)
        #expect(EpochPlan(existing: existing, now: Self.noon, retention: Self.retention).make.isEmpty)
        let plan = EpochPlan(existing: existing, now: Self.noon + .days(1), retention: Self.retention)
        #expect(Set(plan.make) == wanted(20_002...20_002))
    }

    @Test func `Letter keys go after 28 whole days, evidence and tag keys after 90`() {
        let existing = wanted(19_900...20_001)
        let plan = EpochPlan(existing: existing, now: Self.noon, retention: Self.retention)
        // The last moment of day 19,971 is 28 days before the first of day 20,000.
        #expect(plan.destroy.filter { $0.kind == .opening(.letter) }.map(\.epoch.day).max() == 19_971)
        #expect(plan.destroy.filter { $0.kind == .opening(.evidence) }.map(\.epoch.day).max() == 19_909)
        #expect(plan.destroy.filter { $0.kind == .tag }.map(\.epoch.day).max() == 19_909)
    }

    @Test func `Keys of reports have a time of their own, and an installation without any gets today's and tomorrow's`() {
        let retention = EpochPlan.Retention(letters: .days(28), evidence: .days(90), reports: .days(30))
        let plan = EpochPlan(existing: wanted(19_900...20_001), now: Self.noon, retention: retention)
        #expect(plan.destroy.filter { $0.kind == .opening(.report) }.map(\.epoch.day).max() == 19_969)
        let earlier = wanted(19_973...20_001).filter { $0.kind != .opening(.report) }
        let update = EpochPlan(existing: earlier, now: Self.noon, retention: Self.retention)
        #expect(update.make == [.init(.opening(.report), Epoch(day: 20_000)), .init(.opening(.report), Epoch(day: 20_001))])
        #expect(update.destroy.isEmpty)
    }

    @Test func `A clock set back a day destroys nothing and makes only what is missing`() {
        let plan = EpochPlan(existing: wanted(19_973...20_001), now: Self.noon - .days(1), retention: Self.retention)
        #expect(plan.make.isEmpty)
        #expect(plan.destroy.isEmpty)
    }
}
