/// How long letters have been waiting.
package struct WaitingFacts: Sendable {
    package let now: Timestamp
    /// When the oldest letter was accepted that is due, or under way; nil for none.
    package let oldestMoving: Timestamp?
    /// And the oldest that is held for a person.
    package let oldestHeld: Timestamp?
    /// After this long a letter is tried no more.
    package let lifetime: Duration
    /// After this long a held letter is dropped unread; nil where the configuration does not tell.
    package let kept: Duration?

    package init(now: Timestamp, oldestMoving: Timestamp?, oldestHeld: Timestamp?, lifetime: Duration, kept: Duration?) {
        (self.now, self.oldestMoving, self.oldestHeld) = (now, oldestMoving, oldestHeld)
        (self.lifetime, self.kept) = (lifetime, kept)
    }

    /// The schedule's first six tries are over: what waits longer has met more than a short trouble.
    private static let usual = Duration.hours(2)
    private static let heldUsual = Duration.days(2)

    package var findings: [Finding] {
        let findings = [moving, held].compactMap { $0 }
        guard findings.isEmpty else { return findings }
        let waits = [
            oldestMoving.map { "the oldest that waits was accepted \(now.since($0).inWords) ago" },
            oldestHeld.map { "the oldest that is held, \(now.since($0).inWords) ago" },
        ].compactMap { $0 }
        return [.ok(.oldestLetter, waits.isEmpty ? "no letter waits" : waits.joined(separator: "; "))]
    }

    private var moving: Finding? {
        guard let oldestMoving else { return nil }
        let age = now.since(oldestMoving)
        let remedy = Remedy(
            "See what the smarthost says of them; once that is mended, have them tried at once.",
            commands: ["postern queue list", "postern queue retry --all"])
        if age > lifetime {
            return .fail(
                .oldestLetter,
                "a letter accepted \(age.inWords) ago still waits, though letters are given up after "
                    + "\(lifetime.inWords): nothing is being dispatched", remedy)
        }
        guard age > Self.usual else { return nil }
        return .warn(
            .oldestLetter,
            "the oldest letter that waits was accepted \(age.inWords) ago; after \(lifetime.inWords) it is given up",
            remedy)
    }

    private var held: Finding? {
        guard let oldestHeld else { return nil }
        let age = now.since(oldestHeld)
        guard age > Self.heldUsual else { return nil }
        let end = kept.map { "; after \($0.inWords) it is dropped" } ?? ""
        return .warn(
            .oldestLetter, "a letter has been held for \(age.inWords)\(end)",
            Remedy(
                "Look at what is held and why, and let it go or drop it.",
                commands: ["postern queue list --held", "postern queue release ID"]))
    }
}
