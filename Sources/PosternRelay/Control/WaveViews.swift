package import PosternCore
internal import PosternStore

/// A wave, as commands show it.
package struct WaveView: Codable, Sendable {
    package let id: LetterID
    /// When its first letter was held.
    package let began: Timestamp
    /// `released` or `withdrawn`; nil while it waits for a decision.
    package let decision: String?
    package let decided: Timestamp?
    /// The member of staff who did; nil for an operator.
    package let decidedBy: String?
    /// The code of the reason, and the sentence beside it; nil for an operator, who gives none.
    package let reason: String?
    package let sentence: String?
    /// Until then it can be undone.
    package let final: Timestamp?
    /// When it was carried out.
    package let applied: Timestamp?
    /// Whether those whom it has reached are told by mail.
    package let tells: Bool
    package let letters: Int
    /// Letters by state.
    package let states: [String: Int]

    /// How many letters would still go out.
    package var waiting: Int { ["held", "ready"].reduce(0) { $0 + (states[$1] ?? 0) } }

    package init(
        id: LetterID, began: Timestamp, decision: String?, decided: Timestamp?, decidedBy: String?, final: Timestamp?,
        applied: Timestamp?, tells: Bool, states: [String: Int], reason: String? = nil, sentence: String? = nil
    ) {
        (self.id, self.began, self.decision, self.decided, self.decidedBy) = (id, began, decision, decided, decidedBy)
        (self.final, self.applied, self.tells, self.states) = (final, applied, tells, states)
        (self.reason, self.sentence) = (reason, sentence)
        letters = states.values.reduce(0, +)
    }

    init(_ summary: WaveOperations.Summary) {
        (id, began, decided) = (summary.row.id, summary.row.beganAt, summary.row.verdict?.at)
        decision = summary.row.verdict?.decision.rawValue
        (decidedBy, final, applied) = (summary.row.verdict?.by, summary.row.verdict?.final, summary.row.appliedAt)
        (reason, sentence) = (summary.decision?.reason.rawValue, summary.decision?.sentence)
        tells = summary.row.verdict?.tells ?? false
        letters = summary.letters
        states = Dictionary(uniqueKeysWithValues: summary.counts.map { ($0.key.rawValue, $0.value) })
    }
}

package struct WaveLetterView: Codable, Sendable {
    package let id: LetterID
    package let site, handle, state: String
    package let finished: Timestamp?

    package init(id: LetterID, site: String, handle: String, state: String, finished: Timestamp?) {
        (self.id, self.site, self.handle, self.state, self.finished) = (id, site, handle, state, finished)
    }

    init(_ letter: WaveLetter) {
        (id, site, handle, state) = (letter.id, letter.site, letter.handle, letter.state.rawValue)
        finished = letter.finishedAt
    }
}

package struct WaveDetailView: Codable, Sendable {
    package let wave: WaveView
    /// One page of its letters, in the order in which they came.
    package let letters: [WaveLetterView]

    package init(wave: WaveView, letters: [WaveLetterView]) {
        (self.wave, self.letters) = (wave, letters)
    }
}

/// What withdrawing has done, and whom it came too late for.
package struct WaveWithdrawalView: Codable, Sendable {
    package let withdrawn: Int
    package let reached: [WaveLetterView]
    package let underWay: [WaveLetterView]
    /// How many of those whom it has reached get a mail that says so.
    package let told: Int

    init(_ done: WaveOperations.Withdrawal, told: Int) {
        self.told = told
        withdrawn = done.withdrawn
        (reached, underWay) = (done.reached.map(WaveLetterView.init), done.underWay.map(WaveLetterView.init))
    }
}
