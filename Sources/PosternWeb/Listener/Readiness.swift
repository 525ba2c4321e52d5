/// Says whether the service can do its work now: commit, and reach the vault.
package protocol Readiness: Sendable {
    /// Everything that stands in the way; empty means ready.
    func check() async -> [ReadinessFault]
}

/// A part that does not work.
package struct ReadinessFault: Equatable, Sendable {
    /// Short and stable, for programs: `store`, `vault`, `disk`.
    package let part: String
    /// One sentence for the operator. It is shown on an open page: no path, no address, no secret.
    package let summary: String

    package init(part: String, summary: String) {
        self.part = part
        self.summary = summary
    }
}

/// Remembers the last check for a second, so that nobody can make the store work by asking for its health. A fault is looked at
/// again sooner: a person who starts the service is waiting for its end.
///
/// One check runs at a time, whoever asks. Nobody waits for it longer than `timeout`: then the check itself is the fault.
package actor ReadinessMemory {
    private struct Flight {
        let check: Task<[ReadinessFault], Never>
        let began: ContinuousClock.Instant
    }

    private let readiness: any Readiness
    private let now: @Sendable () -> ContinuousClock.Instant
    private let timeout: Duration
    private var last: (faults: [ReadinessFault], at: ContinuousClock.Instant)?
    private var flight: Flight?

    static let freshness = Duration.seconds(1)
    static let freshnessOfFaults = Duration.milliseconds(100)

    /// - Parameter timeout: how long a check may take, by `now` and by the clock on the wall.
    package init(
        _ readiness: any Readiness, timeout: Duration = .seconds(5), now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.readiness = readiness
        self.timeout = timeout
        self.now = now
    }

    package func faults() async -> [ReadinessFault] {
        if let last, now() - last.at < (last.faults.isEmpty ? Self.freshness : Self.freshnessOfFaults) { return last.faults }
        if let flight {
            guard now() - flight.began < timeout else { return overdue }
            // The last result stands until the new one is here. The first check has none: everybody waits for it.
            if let last { return last.faults }
            return await flight.check.value(within: timeout) ?? overdue
        }
        // A task of its own, since it is nobody's in particular: those who ask may go, and the check must not hang with them.
        let check = Task { [readiness] in
            let faults = await readiness.check()
            self.ended(with: faults)
            return faults
        }
        flight = Flight(check: check, began: now())
        return await check.value(within: timeout) ?? overdue
    }

    private func ended(with faults: [ReadinessFault]) {
        last = (faults, now())
        flight = nil
    }

    private var overdue: [ReadinessFault] {
        [ReadinessFault(part: "check", summary: "The check has not come back for \(timeout.components.seconds) seconds.")]
    }
}

extension Task where Failure == Never {
    /// Waits for the value, but not longer than `span`, and not when the waiting task is cancelled. This task goes on.
    fileprivate func value(within span: Duration) async -> Success? {
        let (values, end) = AsyncStream.makeStream(of: Success.self, bufferingPolicy: .bufferingNewest(1))
        // Two tasks of their own: the one that is not first is left to itself, and what it says is heard by nobody.
        Task<Void, Never> {
            end.yield(await value)
            end.finish()
        }
        let alarm = Task<Void, Never> {
            try? await Task<Never, Never>.sleep(for: span)
            end.finish()
        }
        defer { alarm.cancel() }
        return await values.first { _ in true }
    }
}
