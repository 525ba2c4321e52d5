import PosternCore
import PosternRelay

/// The vault's journal as the relay would have it: 120 entries.
struct FakeJournal: JournalSource {
    struct Away: Error {}

    var isAway = false
    var findings: [String] = []

    static func excerpt(before: Int? = nil, findings: [String] = []) -> JournalExcerpt {
        let end = min(before ?? 120, 120)
        let lines = (max(0, end - JournalExcerpt.length)..<max(0, end)).reversed().map { number in
            let about: JournalExcerpt.Line.About =
                number % 3 == 0 ? .nothing : number % 3 == 1 ? .known("staff <b>anna</b>") : .erased
            return JournalExcerpt.Line(
                number: number, at: Example.now, by: "staff", did: "did number \(number) <i>", about: about)
        }
        return JournalExcerpt(
            standing: .init(
                name: "relay.example/postern-journal/x", size: 120, root: "cm9vdA==", findings: findings, agreesSince: nil,
                checked: Example.now), lines: lines)
    }

    func excerpt(before: Int?) async throws -> JournalExcerpt {
        guard !isAway else { throw Away() }
        return Self.excerpt(before: before, findings: findings)
    }
}
