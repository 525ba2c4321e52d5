package import PosternCore

/// How long letters have been waiting.
package struct WaitingCheck {
    private let now: Timestamp
    private let oldestMoving, oldestHeld: Timestamp?
    private let lifetime: Duration
    private let kept: Duration?

    /// - Parameters:
    ///   - oldestMoving: when the oldest letter was accepted that is due or under way; nil for none.
    ///   - oldestHeld: the same for letters that are held for a person.
    ///   - lifetime: how long a letter is tried.
    ///   - kept: after this long a held letter is dropped unread; nil where the configuration does not tell.
    package init(now: Timestamp, oldestMoving: Timestamp?, oldestHeld: Timestamp?, lifetime: Duration, kept: Duration?) {
        self.now = now
        self.oldestMoving = oldestMoving
        self.oldestHeld = oldestHeld
        self.lifetime = lifetime
        self.kept = kept
    }

    /// The schedule's first six tries are over by then: a letter that waits longer has met more than a short disturbance.
    private static let usual = Duration.hours(2)
    private static let heldUsual = Duration.days(2)

    package var findings: [Finding] {
        let findings = [moving, held].compactMap { $0 }
        guard findings.isEmpty else { return findings }
        let waits = [
            oldestMoving.map { "the oldest waiting letter was accepted \(now.since($0).inWords) ago" },
            oldestHeld.map { "the oldest held letter, \(now.since($0).inWords) ago" },
        ].compactMap { $0 }
        return [.ok(.oldestLetter, waits.isEmpty ? "no letter waits" : waits.joined(separator: "; "))]
    }

    private var moving: Finding? {
        guard let oldestMoving else { return nil }
        let age = now.since(oldestMoving)
        let remedy = Remedy(
            "See what the smarthost says of them. Once that is mended, try them again at once.",
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
            "the oldest waiting letter was accepted \(age.inWords) ago; after \(lifetime.inWords) it is given up", remedy)
    }

    private var held: Finding? {
        guard let oldestHeld else { return nil }
        let age = now.since(oldestHeld)
        guard age > Self.heldUsual else { return nil }
        let end = kept.map { "; after \($0.inWords) it is dropped" } ?? ""
        return .warn(
            .oldestLetter, "a letter has been held for \(age.inWords)\(end)",
            Remedy(
                "See what is held and why, and release or drop it.",
                commands: ["postern queue list --held", "postern queue release ID"]))
    }
}
