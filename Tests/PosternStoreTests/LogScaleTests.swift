import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

/// Requirement S7 for the log: figures alone, since that each statement uses its index is a test of its own.
/// `POSTERN_TEST_LOG_ENTRIES=10000000` measures at the size the requirement names.
@Suite("A long log is searched as quickly as a short one", .serialized, .enabled(if: Figure.areJudged))
struct LogScaleTests {
    private static let entries = ProcessInfo.processInfo.environment["POSTERN_TEST_LOG_ENTRIES"].flatMap { Int($0) } ?? 120_000
    private static let days: Int64 = 90

    @Test func `Any filter answers within 200 ms, one that meets nothing as well as one that meets much`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"), people: 50)
        try await fill(store)
        let middle = TestStore.start + .days(Self.days / 2)
        let filters = [
            LogFilter(), LogFilter(since: middle, until: middle + .hours(1)), LogFilter(decision: .accept),
            LogFilter(decision: .hold), LogFilter(decision: .refuse), LogFilter(rule: .limitClient), LogFilter(rule: .block),
            LogFilter(recipient: store.people[7].id), LogFilter(tag: Tag(value: 3)), LogFilter(tag: Tag(value: 10_000_001)),
            LogFilter(tag: Tag(value: 99)), LogFilter(decision: .refuse, recipient: store.people[7].id),
            LogFilter(rule: .limitText, recipient: store.people[7].id), LogFilter(decision: .hold, tag: Tag(value: 10_000_001)),
            LogFilter(since: middle, until: middle + .days(1), decision: .hold, recipient: store.people[9].id),
            LogFilter(decision: .refuse, rule: .limitText), LogFilter(rule: .block, recipient: store.people[3].id),
        ]
        // The first look of each kind compiles its statements.
        for filter in filters { _ = try await store.database.read { try $0.submissionLog.latest(filter, limit: 50) } }
        for filter in filters {
            let took = try await ContinuousClock().measure {
                _ = try await store.database.read { try $0.submissionLog.latest(filter, limit: 50) }
            }
            #expect(Figure.note("log of \(Self.entries) entries, \(filter)", took, limit: .milliseconds(200)))
        }
        await store.database.close()
    }

    /// Spread over ninety days: to fifty recipients, one of whom gets half of it; from a million clients.
    private func fill(_ store: TestStore) async throws {
        let step = Self.days * 86_400_000 / Int64(Self.entries)
        var randomness = SeededRandomness(seed: 9)
        var number = 0
        while number < Self.entries {
            let bite = min(2_000, Self.entries - number)
            let entries = (number..<(number + bite)).map {
                entry(at: TestStore.start + .milliseconds(Int64($0) * step), $0, store, &randomness)
            }
            try await store.database.write { transaction in
                for entry in entries {
                    switch entry {
                    case .kept(let letter): _ = try transaction.intake.accept(letter)
                    case .refused(let refused): try transaction.intake.log(refused)
                    }
                }
            }
            number += bite
        }
    }

    private func entry(at moment: Timestamp, _ number: Int, _ store: TestStore, _ randomness: inout SeededRandomness)
        -> Entry
    {
        let parts: [Verdict.Part] =
            switch number % 100 {
            case 0..<20: [Verdict.Part(.limitClient, .refuse)]
            case 20..<25: [Verdict.Part(.limitText, .hold)]
            case 25..<27: [Verdict.Part(.trapBait, .score(60)), Verdict.Part(.trapToken, .score(40))]
            default: []
            }
        let person = Bool.random(using: &randomness) ? 7 : Int.random(in: 0..<50, using: &randomness)
        let client = UInt64.random(in: 0..<1_000_000, using: &randomness)
        let verdict = Verdict(of: parts)
        let tags = [Tag(value: client), Tag(value: 10_000_000 + client / 250)]
        guard verdict.decision == .refuse else {
            return .kept(store.letter(to: person, at: moment, verdict: verdict, tags: tags))
        }
        return .refused(
            SubmissionEntry(
                id: LetterID(at: moment, using: &randomness), at: moment, site: "photos",
                handle: store.people[person].handle.text,
                recipient: store.people[person].id, verdict: verdict, tags: tags, evidence: [UInt8](repeating: 7, count: 90),
                letterBytes: 1_500))
    }

    private enum Entry: Sendable {
        case kept(AcceptedLetter)
        case refused(SubmissionEntry)
    }
}
