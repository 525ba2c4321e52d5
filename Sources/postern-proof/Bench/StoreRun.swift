private import Foundation
internal import PosternCore
private import PosternHost
private import PosternStore
private import Synchronization

/// Writes accepted letters into a new store, with many writers at once, for a given time.
struct StoreRun: Sendable {
    /// Enough that their rows are spread over many pages.
    private static let recipients = 1_000
    /// An address sealed with X-Wing.
    private static let recordBytes = 1_405

    let path: String
    let duration: Duration
    let writers: Int

    struct Report: Encodable {
        let letters: Int
        let seconds: Double
        let lettersPerSecond: Double
        let commits: Int
        let commitsPerSecond: Double
        let lettersPerCommit: Double
        /// How long COMMIT took on average, including the sync.
        let commitMilliseconds: Double
        /// The growth of the file, divided by the number of letters.
        let bytesPerLetter: Int
        let writers: Int
    }

    /// The store did not take a letter.
    private struct NotStored: Error {}

    func report() async throws -> Report {
        let commits = CommitTally()
        var noise = Noise(seed: 1)
        let ids = (0..<Self.recipients).map { _ in RecipientID(at: .now, using: &noise) }
        let rows = BenchRows(site: try SiteID("bench"), recipients: ids, noise: noise)
        let empty = try await makeStore(for: rows)
        let store = try await openStore(at: .sqlite(path: path)) { commits.note($0, $1) }
        let seconds = try await store.useAndClose { store in
            let began = ContinuousClock.now
            try await write(to: store, rows, until: began + duration)
            return (ContinuousClock.now - began) / .seconds(1)
        }
        return report(commits.total, seconds: seconds, bytes: try bytes() - empty)
    }

    /// - Returns: the size of the file in bytes before the first letter.
    private func makeStore(for rows: BenchRows) async throws -> Int {
        let site = rows.site
        var noise = rows.noise
        let people = try rows.recipients.enumerated().map { number, id in
            try BenchRows.recipient(
                number, id, at: site,
                record: SealedRecord(version: 1, seal: noise.bytes(Self.recordBytes), authorisation: noise.bytes(32)))
        }
        let name = try HeaderText("Bench", limit: 100)
        try await openStore(at: .sqlite(path: path)).useAndClose { store in
            try await store.write { transaction in
                _ = try transaction.sites.add(Site(id: site, name: name, origins: []), at: .now)
                _ = try transaction.recipients.add(people, at: .now)
            }
        }
        return try bytes()
    }

    private func write(to store: any OpenStore, _ rows: BenchRows, until end: ContinuousClock.Instant) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<writers {
                group.addTask {
                    var rows = rows
                    rows.noise.reseed(UInt64(number) + 1)
                    while ContinuousClock.now < end {
                        let letter = try rows.letter(at: .now)
                        guard try await store.write({ try $0.intake.accept(letter) }) == .stored else { throw NotStored() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func bytes() throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    private func report(_ commits: CommitTally.Total, seconds: Double, bytes: Int) -> Report {
        func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
        let (letters, count) = (Double(commits.letters), Double(commits.count))
        return Report(
            letters: commits.letters, seconds: rounded(seconds), lettersPerSecond: rounded(letters / seconds),
            commits: commits.count, commitsPerSecond: rounded(count / seconds),
            lettersPerCommit: rounded(letters / max(count, 1)),
            commitMilliseconds: rounded(commits.duration / .milliseconds(1) / max(count, 1)),
            bytesPerLetter: bytes / max(commits.letters, 1), writers: writers)
    }
}

/// Adds up what the store reports of its commits.
private final class CommitTally: Sendable {
    struct Total: Sendable {
        var count = 0
        var letters = 0
        var duration = Duration.zero
    }

    private let state = Mutex(Total())

    var total: Total { state.withLock { $0 } }

    func note(_ letters: Int, _ duration: Duration) {
        state.withLock { total in
            total.count += 1
            total.letters += letters
            total.duration += duration
        }
    }
}
