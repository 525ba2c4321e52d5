/// Remembers the last check for a second, so that nobody can keep the store busy by asking for its health. After a fault it
/// checks again sooner: a person who starts the service is waiting for the end of the fault.
///
/// One check runs at a time, no matter how many ask. Where there is an earlier result, a caller waits only a moment for the new one.
/// Nobody waits longer than `timeout`: then the check itself is the fault.
package actor ReadinessMonitor: ReadinessSource {
    private struct Flight {
        let check: Task<Readiness, Never>
        let began: ContinuousClock.Instant
    }

    private let check: @Sendable () async -> Readiness
    private let now: @Sendable () -> ContinuousClock.Instant
    private let timeout: Duration
    private var last: (readiness: Readiness, at: ContinuousClock.Instant)?
    private var flight: Flight?

    /// Longer than the vault has for its answer. A process that stands still must be noticed within five seconds.
    package static let timeout = Duration.seconds(4)
    private static let moment = Duration.milliseconds(250)
    private static let freshness = Duration.seconds(1)
    private static let freshnessOfFaults = Duration.milliseconds(100)

    /// - Parameter timeout: how long a check may take, by `now` and by the clock on the wall.
    package init(
        timeout: Duration = ReadinessMonitor.timeout, now: @escaping @Sendable () -> ContinuousClock.Instant,
        check: @escaping @Sendable () async -> Readiness
    ) {
        self.check = check
        self.timeout = timeout
        self.now = now
    }

    package func readiness() async -> Readiness {
        if let last, now() - last.at < (last.readiness.isReady ? Self.freshness : Self.freshnessOfFaults) {
            return last.readiness
        }
        if let flight {
            guard now() - flight.began < timeout else { return Self.overdue }
            // The last result stands until the new one is here. The first check has none: everybody waits for it.
            if let last { return last.readiness }
            return await flight.check.value(within: timeout) ?? Self.overdue
        }
        // A task of its own, since it belongs to nobody who asks: they may go, and it must not hang with them.
        let check = Task { [check] in
            let readiness = await check()
            self.ended(with: readiness)
            return readiness
        }
        flight = Flight(check: check, began: now())
        if let last, now() - last.at < timeout { return await check.value(within: Self.moment) ?? last.readiness }
        return await check.value(within: timeout) ?? Self.overdue
    }

    private func ended(with readiness: Readiness) {
        last = (readiness, now())
        flight = nil
    }

    private static let overdue = Readiness([.check])
}

extension Task where Failure == Never {
    /// Waits for the value, but no longer than `span`, and no longer than the waiting task is wanted. This task goes on.
    package func value(within span: Duration) async -> Success? {
        let (values, end) = AsyncStream.makeStream(of: Success.self, bufferingPolicy: .bufferingNewest(1))
        // Two tasks of their own. The one that comes second is left alone, and nobody hears it.
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
