/// Says whether the service can do its work now: commit, and reach the vault.
package protocol Readiness: Sendable {
    /// Everything that stands in the way; empty means ready. Must come back within seconds.
    func check() async -> [ReadinessFault]
}

/// A part that does not work.
package struct ReadinessFault: Equatable, Sendable {
    /// Short and stable, for programs: `store`, `vault`, `disk`.
    package let part: String
    /// One sentence for the operator. Stands on an open page: no path, no address, no secret.
    package let summary: String

    package init(part: String, summary: String) {
        (self.part, self.summary) = (part, summary)
    }
}

/// Remembers the last check for a second, so that nobody can make the store work by asking for its health. What was in the
/// way is looked at again sooner: whoever starts a service waits for the end of it.
package actor ReadinessMemory {
    private let readiness: any Readiness
    private let now: @Sendable () -> ContinuousClock.Instant
    private var last: (faults: [ReadinessFault], at: ContinuousClock.Instant)?
    private var checkBegan: ContinuousClock.Instant?

    static let freshness = Duration.seconds(1)
    static let freshnessOfFaults = Duration.milliseconds(100)
    static let timeout = Duration.seconds(5)

    package init(_ readiness: any Readiness, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        (self.readiness, self.now) = (readiness, now)
    }

    package func faults() async -> [ReadinessFault] {
        if let last, now() - last.at < (last.faults.isEmpty ? Self.freshness : Self.freshnessOfFaults) { return last.faults }
        // One check at a time: meanwhile the last result stands, until the check itself has become the fault.
        if let checkBegan, let last {
            guard now() - checkBegan >= Self.timeout else { return last.faults }
            return [
                ReadinessFault(
                    part: "check", summary: "The check has not come back for \(Self.timeout.components.seconds) seconds.")
            ]
        }
        checkBegan = now()
        let faults = await readiness.check()
        last = (faults, now())
        checkBegan = nil
        return faults
    }
}
