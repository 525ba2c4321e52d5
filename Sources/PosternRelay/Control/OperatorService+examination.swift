internal import PosternStore

extension OperatorService {
    /// What `postern doctor` wants to know of a relay that runs.
    func examine() async throws -> ControlAnswer {
        guard let inspection else { throw Refusal("there is no relay to ask") }
        let unready = await inspection.health.faults().map(\.rawValue)
        return .relay(
            RelayView(
                process: inspection.process, settings: inspection.settings, unready: unready,
                store: try await store.read { try StoreView($0) }))
    }
}
