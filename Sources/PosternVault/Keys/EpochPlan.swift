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
        package let reports: Duration

        package init(letters: Duration, evidence: Duration, reports: Duration = .days(90)) {
            self.letters = letters
            self.evidence = evidence
            self.reports = reports
        }

        package init(_ retention: Configuration.Retention) {
            self.init(letters: retention.letters, evidence: retention.evidence, reports: retention.reports)
        }

        /// How long after its day a key is kept. Tags go with the evidence, or the pseudonyms would outlive what they stand for.
        package func kept(_ kind: KeyKind) -> Duration {
            switch kind {
            case .opening(.letter): letters
            case .opening(.report): reports
            default: evidence
            }
        }

        /// Whether the time of a key is over; never that of one that lasts.
        package func isOver(_ kind: KeyKind, of epoch: Epoch?, at now: Timestamp) -> Bool {
            epoch?.isOver(after: kept(kind), now: now) == true
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
            [KeyKind.opening(.letter), .opening(.evidence), .tag, .opening(.report)].map { Wanted($0, epoch) }
        }.filter { !existing.contains($0) }
        destroy =
            !isClockTrusted
            ? []
            : existing.filter { wanted in
                if let falseDays, wanted.epoch > today.next, wanted.epoch <= falseDays.last {
                    return falseDays.corrected + retention.kept(wanted.kind) <= now
                }
                return retention.isOver(wanted.kind, of: wanted.epoch, at: now)
            }
    }
}
