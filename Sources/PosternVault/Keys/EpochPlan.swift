package import PosternCore
private import PosternSealing

/// Which epoch keys are due to be made and which to be destroyed: decided apart from the doing.
package struct EpochPlan: Equatable, Sendable {
    package struct Wanted: Hashable, Sendable {
        package let kind: KeyKind
        package let epoch: Epoch

        package init(_ kind: KeyKind, _ epoch: Epoch) {
            (self.kind, self.epoch) = (kind, epoch)
        }
    }

    package struct Retention: Equatable, Sendable {
        package let letters: Duration
        package let evidence: Duration

        package init(letters: Duration, evidence: Duration) {
            (self.letters, self.evidence) = (letters, evidence)
        }
    }

    /// In order: today's first.
    package let make: [Wanted]
    package let destroy: Set<Wanted>

    /// Today's and tomorrow's keys must be there; what lies further ahead than tomorrow is left alone, since a clock that
    /// was set back must not destroy what was made before.
    package init(existing: Set<Wanted>, now: Timestamp, retention: Retention) {
        let today = Epoch(containing: now)
        make = [today, today.next].flatMap { epoch in
            [KeyKind.opening(.letter), .opening(.evidence), .tag].map { Wanted($0, epoch) }
        }.filter { !existing.contains($0) }
        destroy = existing.filter { wanted in
            // Tags die with the evidence, or they would outlive what they are pseudonyms of.
            let kept = wanted.kind == .opening(.letter) ? retention.letters : retention.evidence
            return wanted.epoch.isOver(after: kept, now: now)
        }
    }
}
