internal import PosternHost
internal import ServiceLifecycle

/// Tells systemd that this process is ready, and then that it is alive, more often than the unit asks for.
///
/// Put it first among the services: the first one is told to stop last, so the signs go on while the others finish their work.
struct LifeSigns: Service {
    let manager: ServiceManager
    /// Whether the process is ready as soon as its services run. A supervisor is ready when its children are.
    let isReady: Bool
    /// Returns only if the process can still do its work.
    var check: @Sendable () async -> Void = {}

    func run() async throws {
        if isReady { manager.tell(.ready) }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled, let patience = manager.patience {
                await check()
                manager.tell(.alive)
                // A third: one sign that comes late or is lost ends nothing.
                try? await Task.sleep(for: patience / 3)
            }
        }
        try? await gracefulShutdown()
    }
}
