package import PosternCore
package import PosternStore
private import Synchronization

/// Finds letters that are nearly the same and go to many. At start it is filled with what the store has kept.
package final class WaveWatch: Sendable {
    private let ledger: Mutex<WaveLedger>
    package let isOff: Bool

    /// - Parameter most: how many recipients may have letters that are nearly the same; nil for any number.
    package init(most: Int?, at now: Timestamp) {
        ledger = Mutex(WaveLedger(most: most ?? .max, epoch: Epoch(containing: now)))
        isOff = most == nil
    }

    /// Goes on from where the last relay stopped. Call it before the first letter is taken.
    package func restore(from store: some Database, at now: Timestamp) async throws {
        guard !isOff else { return }
        var after = LetterID.floor(of: now - Waves.lifetime)
        while true {
            let from = after
            let letters = try await store.read { try $0.waves.letters(after: from, bands: TextSketch.bands, limit: 5_000) }
            guard let last = letters.last else { break }
            ledger.withLock { ledger in
                for letter in letters { ledger.replay(letter) }
            }
            after = last.id
        }
    }

    /// Counts a letter.
    /// - Returns: nil where nothing is counted.
    func note(_ letter: LetterID, _ sketch: DatedSketch?, to recipient: RecipientID, at now: Timestamp) -> WaveLedger.Finding? {
        guard !isOff, let sketch else { return nil }
        return ledger.withLock { $0.note(letter, sketch, to: recipient, at: now) }
    }

    func takeBack(_ finding: WaveLedger.Finding) {
        ledger.withLock { $0.takeBack(finding) }
    }
}

extension DayPseudonyms {
    /// - Returns: nil for a text that is too short to be like another.
    package func sketch(of text: FoldedText) -> DatedSketch? {
        TextSketch(text).map { sketch in
            DatedSketch(today: today.digests(of: sketch), tomorrow: tomorrow.map { $0.digests(of: sketch) })
        }
    }
}
