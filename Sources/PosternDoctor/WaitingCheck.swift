package import PosternCore

/// How long letters have been waiting.
package enum WaitingCheck {
    /// The schedule's first six tries are over by then: a letter that waits longer has met more than a short disturbance.
    private static let usual = Duration.hours(2)
    private static let heldUsual = Duration.days(2)

    /// - Parameters:
    ///   - oldestMoving: when the oldest letter was accepted that is due or under way; nil for none.
    ///   - oldestHeld: the same for letters that are held for a person.
    ///   - lifetime: how long a letter is tried.
    ///   - kept: after this long a held letter is dropped unread; nil where the configuration does not tell.
    package static func findings(
        now: Timestamp, oldestMoving: Timestamp?, oldestHeld: Timestamp?, lifetime: Duration, kept: Duration?
    ) -> [Finding] {
        let moving = oldestMoving.map(now.since)
        let held = oldestHeld.map(now.since)
        let findings = [moving.flatMap { self.moving($0, lifetime) }, held.flatMap { self.held($0, kept) }].compactMap { $0 }
        guard findings.isEmpty else { return findings }
        let waits = [
            moving.map { "the oldest waiting letter was accepted \($0.inWords) ago" },
            held.map { "the oldest held letter, \($0.inWords) ago" },
        ].compactMap { $0 }
        return [.ok(.oldestLetter, waits.isEmpty ? "no letter waits" : waits.joined(separator: "; "))]
    }

    private static func moving(_ age: Duration, _ lifetime: Duration) -> Finding? {
        let remedy = Remedy(
            "See what the smarthost says of them. Once that is fixed, try them again at once.",
            commands: ["postern queue list", "postern queue retry --all"])
        if age > lifetime {
            return .fail(
                .oldestLetter,
                "a letter accepted \(age.inWords) ago still waits, though letters are given up after "
                    + "\(lifetime.inWords): nothing is being dispatched", remedy)
        }
        guard age > usual else { return nil }
        return .warn(
            .oldestLetter,
            "the oldest waiting letter was accepted \(age.inWords) ago; after \(lifetime.inWords) it is given up", remedy)
    }

    private static func held(_ age: Duration, _ kept: Duration?) -> Finding? {
        guard age > heldUsual else { return nil }
        let end = kept.map { "; after \($0.inWords) it is dropped" } ?? ""
        return .warn(
            .oldestLetter, "a letter has been held for \(age.inWords)\(end)",
            Remedy(
                "See what is held and why, and release or drop it.",
                commands: ["postern queue list --held", "postern queue release ID"]))
    }
}
