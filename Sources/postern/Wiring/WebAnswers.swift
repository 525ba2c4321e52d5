internal import PosternCore
internal import PosternRelay
internal import PosternStore
internal import PosternWeb

/// `/ready` in words.
struct WebReadiness: Readiness {
    let health: RelayHealth

    func check() async -> [ReadinessFault] {
        await health.faults().map { fault in
            let summary =
                switch fault {
                case .store: "The store takes no letter."
                case .vault: "The vault does not answer."
                case .disk: "The disk of the store is nearly full."
                }
            return ReadinessFault(part: fault.rawValue, summary: summary)
        }
    }
}

/// The overview's numbers.
struct StoreCounts: DeliveryCounts {
    let store: any Database

    func deliveryCounts() async throws -> [DeliveryState: Int] {
        try await store.read { try $0.queue.counts() }.states
    }
}
