internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternRelay
private import PosternStore
internal import PosternWeb

/// The gauges, read when Prometheus scrapes.
struct RelayMetrics: MetricsSource {
    let operations: Operations
    let census: QueueCensus
    let vault: VaultLink
    let dispatcher: Dispatcher
    let limits: RateLimiter
    let malformed: MalformedTally
    let readiness: any ReadinessSource
    let health: any HealthSource

    private static let patience = Duration.seconds(3)

    func gauges() async -> [GaugeReading] {
        let faults = await readiness.readiness().faults
        var gauges = [
            GaugeReading(.vaultAnswers, vault.answers && !faults.contains(.vault) ? 1 : 0),
            GaugeReading(.breakerOpen, dispatcher.isBreakerOpen ? 1 : 0),
            GaugeReading(.limitKeys, Double(limits.count)),
            GaugeReading(.malformedFrames, Double(malformed.count), label: ("process", "relay")),
            GaugeReading(.malformedFrames, Double(vault.malformedAtVault), label: ("process", "vault")),
            GaugeReading(.overBudget, Double(vault.overBudgetAtVault)),
            GaugeReading(.vaultClockTrusted, vault.isVaultClockTrusted ? 1 : 0),
        ]
        for part in Readiness.Fault.allCases {
            gauges.append(GaugeReading(.ready, faults.contains(part) ? 0 : 1, label: ("part", part.rawValue)))
        }
        let conditions = Set(health.conditions.map(\.id))
        for id in HealthCondition.ID.allCases {
            gauges.append(GaugeReading(.health, conditions.contains(id) ? 1 : 0, label: ("condition", id.rawValue)))
        }
        // If the store cannot be read, or does not answer in time, the queue gauges are left out.
        let stored = Task { try? await self.stored() }
        return gauges + ((await stored.value(within: Self.patience) ?? nil) ?? [])
    }

    private func stored() async throws -> [GaugeReading] {
        let counts = try await census.counts()
        var gauges = DeliveryState.allCases.map {
            GaugeReading(.queueDeliveries, Double(counts[$0]), label: ("state", $0.rawValue))
        }
        gauges.append(GaugeReading(.queueDifference, Double(counts.difference)))
        let age = try await operations.queue.oldestWaiting().map { max(Timestamp.now.since($0), .zero) } ?? .zero
        gauges.append(GaugeReading(.queueOldestAge, age / .seconds(1)))
        gauges.append(GaugeReading(.openReports, Double(try await operations.reports.countOpen())))
        if let purge = try await operations.lastPurge() {
            gauges.append(GaugeReading(.lastPurge, Double(purge.milliseconds) / 1_000))
        }
        return gauges
    }
}
