package import PosternCore
private import PosternSealing

/// Which epoch keys must be made and which destroyed. A decision only; `KeyRing` carries it out.
package struct EpochPlan: Equatable, Sendable {
    package struct Wanted: Hashable, Sendable {
        package let kind: KeyKind
        package let epoch: Epoch

        package init(_ kind: KeyKind, _ epoch: Epoch) {
            self.kind = kind
            self.epoch = epoch
        }
    }

    package struct Retention: Equatable, Sendable {
        package let letters: Duration
        package let evidence: Duration

        package init(letters: Duration, evidence: Duration) {
            self.letters = letters
            self.evidence = evidence
        }
    }

    /// Today's first.
    package let make: [Wanted]
    package let destroy: Set<Wanted>

    /// Days that a clock which was ahead took for today and tomorrow. Their keys are kept as long as they would be from when the
    /// clock was right again.
    package struct FalseDays: Equatable, Sendable {
        package let last: Epoch
        package let corrected: Timestamp

        package init(last: Epoch, corrected: Timestamp) {
            self.last = last
            self.corrected = corrected
        }
    }

    /// The keys of today and tomorrow must exist. Keys of later days are left alone, unless the clock is known to have been ahead: a
    /// clock that was set back must not destroy what was made before.
    /// - Parameter isClockTrusted: if not, nothing is destroyed.
    package init(
        existing: Set<Wanted>, now: Timestamp, retention: Retention, isClockTrusted: Bool = true, falseDays: FalseDays? = nil
    ) {
        let today = Epoch(containing: now)
        make = [today, today.next].flatMap { epoch in
            [KeyKind.opening(.letter), .opening(.evidence), .tag].map { Wanted($0, epoch) }
        }.filter { !existing.contains($0) }
        destroy =
            !isClockTrusted
            ? []
            : existing.filter { wanted in
                // Tags are destroyed with the evidence, or the pseudonyms would outlive what they stand for.
                let kept = wanted.kind == .opening(.letter) ? retention.letters : retention.evidence
                if let falseDays, wanted.epoch > today.next, wanted.epoch <= falseDays.last {
                    return falseDays.corrected + kept <= now
                }
                return wanted.epoch.isOver(after: kept, now: now)
            }
    }
}
