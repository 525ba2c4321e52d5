package import PosternCore
package import PosternStore

/// Which letters of today and yesterday are near each other, and to how many recipients they went.
///
/// Letters belong together when they are near the first of them: so a text that changes a little from copy to copy does not lead from
/// one wave into another. Bounded: above `capacity` groups, those that grew longest ago go first, and those that are no wave before
/// those that are.
package struct WaveLedger: Sendable {
    private struct Group: Sendable {
        let first: LetterID
        let sketch: DatedSketch
        /// No more than show that it is a wave.
        var recipients: Set<RecipientID>
        var grewAt: Timestamp
    }

    /// What a letter was found to be.
    package struct Finding: Equatable, Sendable {
        /// The first letter that it is near; the letter itself when it is the first.
        package let wave: LetterID
        /// More recipients have these letters than any may without a person's look.
        package let isWave: Bool
        /// What `takeBack` undoes.
        fileprivate let recipient: RecipientID?
        fileprivate let isFirst: Bool
    }

    /// A band and a digest of it, in one number.
    private struct Place: Hashable {
        private let number: UInt64

        init(band: Int, digest: UInt32) { number = UInt64(band) << 32 | UInt64(digest) }
    }

    /// How many recipients may have letters that are nearly the same.
    private let most: Int
    private let capacity: Int
    private var groups: [LetterID: Group] = [:]
    private var places: [Place: LetterID] = [:]
    private var epoch: Epoch

    package init(most: Int, epoch: Epoch, capacity: Int = 20_000) {
        self.most = most
        self.epoch = epoch
        self.capacity = capacity
    }

    package var count: Int { groups.count }

    /// Counts a letter, unless it is found to be one of a wave already.
    package mutating func note(
        _ letter: LetterID, _ sketch: DatedSketch, to recipient: RecipientID, at now: Timestamp
    ) -> Finding {
        roll(to: Epoch(containing: now))
        guard let first = nearest(sketch.today) else {
            add(letter, sketch, to: recipient, at: now)
            return Finding(wave: letter, isWave: false, recipient: nil, isFirst: true)
        }
        let isNew = grow(first, to: recipient, at: now)
        let isWave = (groups[first]?.recipients.count ?? 0) > most
        return Finding(
            wave: first, isWave: isWave, recipient: isNew ? recipient : nil, isFirst: false)
    }

    /// Takes back what was counted for a letter that was not kept.
    package mutating func takeBack(_ finding: Finding) {
        if finding.isFirst {
            // Others may have been found near it meanwhile: then it stays, as the one that they are near.
            if let group = groups[finding.wave], group.recipients.count <= 1 { remove(group) }
        } else if let recipient = finding.recipient {
            groups[finding.wave]?.recipients.remove(recipient)
        }
    }

    /// Counts a letter that was kept before a restart. Call this in the order in which the letters came.
    package mutating func replay(_ letter: SketchedLetter) {
        let sketch: DatedSketch
        if letter.epoch == epoch {
            sketch = letter.sketch
        } else if letter.epoch.next == epoch, let tomorrow = letter.sketch.tomorrow {
            sketch = DatedSketch(today: tomorrow, tomorrow: nil)
        } else {
            return
        }
        let first = letter.wave ?? letter.id
        if groups[first] != nil {
            _ = grow(first, to: letter.recipient, at: letter.id.moment)
        } else {
            add(first, sketch, to: letter.recipient, at: letter.id.moment)
        }
    }

    // MARK: -

    private func nearest(_ digests: [UInt32]) -> LetterID? {
        // There are a dozen bands, and so a dozen groups at most: no table is quicker to look through.
        var votes: [(first: LetterID, count: Int)] = []
        for (band, digest) in digests.enumerated() {
            guard let first = places[Place(band: band, digest: digest)] else { continue }
            if let known = votes.firstIndex(where: { $0.first == first }) {
                votes[known].count += 1
            } else {
                votes.append((first, 1))
            }
        }
        // Of two that are as near, the elder.
        let best = votes.max {
            ($0.count, $1.first.high, $1.first.low) < ($1.count, $0.first.high, $0.first.low)
        }
        return best.flatMap { $0.count >= TextSketch.enough ? $0.first : nil }
    }

    /// - Returns: whether the recipient was counted now.
    private mutating func grow(_ first: LetterID, to recipient: RecipientID, at now: Timestamp) -> Bool {
        groups[first]?.grewAt = now
        guard let known = groups[first]?.recipients, known.count <= most, !known.contains(recipient) else { return false }
        groups[first]?.recipients.insert(recipient)
        return true
    }

    private mutating func add(_ first: LetterID, _ sketch: DatedSketch, to recipient: RecipientID, at now: Timestamp) {
        if groups.count >= capacity { tidy() }
        let group = Group(first: first, sketch: sketch, recipients: [recipient], grewAt: now)
        groups[first] = group
        enter(group)
    }

    /// Where two groups share a band, the elder keeps it.
    private mutating func enter(_ group: Group) {
        for (band, digest) in group.sketch.today.enumerated() {
            let place = Place(band: band, digest: digest)
            if places[place] == nil { places[place] = group.first }
        }
    }

    private mutating func remove(_ group: Group) {
        groups[group.first] = nil
        for (band, digest) in group.sketch.today.enumerated() {
            let place = Place(band: band, digest: digest)
            if places[place] == group.first { places[place] = nil }
        }
    }

    private mutating func tidy() {
        let order = groups.values.sorted {
            ($0.recipients.count > most ? 1 : 0, $0.grewAt.milliseconds) < (
                $1.recipients.count > most ? 1 : 0, $1.grewAt.milliseconds
            )
        }
        for group in order.prefix(capacity / 4 + 1) { remove(group) }
    }

    /// A new day has new digests: every group goes on under those that it has for that day.
    private mutating func roll(to today: Epoch) {
        guard today > epoch else { return }
        let isNextDay = today == epoch.next
        epoch = today
        let former = groups.values.sorted { ($0.first.high, $0.first.low) < ($1.first.high, $1.first.low) }
        groups = [:]
        places = [:]
        guard isNextDay else { return }
        for group in former {
            guard let tomorrow = group.sketch.tomorrow else { continue }
            let next = Group(
                first: group.first, sketch: DatedSketch(today: tomorrow, tomorrow: nil), recipients: group.recipients,
                grewAt: group.grewAt)
            groups[next.first] = next
            enter(next)
        }
    }
}
