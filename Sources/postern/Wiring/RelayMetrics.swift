internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternRelay
internal import PosternStore
internal import PosternWeb

/// The gauges, read when Prometheus scrapes.
struct RelayMetrics: MetricsSource {
    let store: any Database
    let census: QueueCensus
    let vault: VaultLink
    let dispatcher: Dispatcher
    let limits: RateLimiter
    let malformed: MalformedTally
    let readiness: any ReadinessSource

    func gauges() async -> [GaugeReading] {
        var gauges = [
            GaugeReading(.vaultAnswers, vault.answers ? 1 : 0), GaugeReading(.breakerOpen, dispatcher.isBreakerOpen ? 1 : 0),
            GaugeReading(.limitKeys, Double(limits.count)),
            GaugeReading(.malformedFrames, Double(malformed.count), label: ("process", "relay")),
            GaugeReading(.malformedFrames, Double(vault.malformedAtVault), label: ("process", "vault")),
        ]
        let faults = await readiness.readiness().faults
        for part in Readiness.Fault.allCases {
            gauges.append(GaugeReading(.ready, faults.contains(part) ? 0 : 1, label: ("part", part.rawValue)))
        }
        // If the store cannot be read, the queue gauges are left out.
        let stored = try? await store.read { transaction in
            (oldest: try transaction.queue.oldestWaiting(), purge: try transaction.maintenance.last(.purge))
        }
        guard let stored, let counts = try? await census.counts() else { return gauges }
        for state in DeliveryState.allCases {
            gauges.append(GaugeReading(.queueDeliveries, Double(counts[state]), label: ("state", state.rawValue)))
        }
        gauges.append(GaugeReading(.queueDifference, Double(counts.difference)))
        let age = stored.oldest.map { max(Timestamp.now.since($0), .zero) } ?? .zero
        gauges.append(GaugeReading(.queueOldestAge, age / .seconds(1)))
        if let purge = stored.purge { gauges.append(GaugeReading(.lastPurge, Double(purge.milliseconds) / 1_000)) }
        return gauges
    }
}
