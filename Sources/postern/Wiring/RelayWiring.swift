private import Glibc
internal import Logging
private import Metrics
internal import PosternCore
internal import PosternHost
internal import PosternRelay
internal import PosternStore
internal import PosternWeb
internal import ServiceLifecycle

/// The relay's services, and the store to close when they have ended.
struct RelayParts {
    let services: [any Service]
    let store: any OpenStore
    /// Makes the end come without waiting for letters under way: they go on at the vault, and the next relay hears of them.
    let hurry: @Sendable () -> Void
}

/// Puts the relay together: store, link, intake, dispatcher, listeners, control socket.
/// - Throws: `StoreFileError`, `StoreError`, `TemplateFaults`, `DemoMailboxFault`: each says what to do.
/// - Parameters:
///   - cageGaps: what this process could not give up.
///   - isSupervised: whether `postern serve` reads what this process prints.
func buildRelay(
    _ configuration: Configuration, home: Home, cageGaps: [String], isSupervised: Bool, logger: Logger
) async throws -> RelayParts {
    // Before everything else: what is counted earlier is lost.
    let metrics = MetricRegistry()
    MetricsSystem.bootstrap(metrics)
    let templates = try Templates(folder: try ProgramFiles.templates(configured: configuration.templates))
    // An earlier relay that was told to stop may still be finishing its letters: wait as long as it may take.
    let store = try await openStore(
        at: configuration.database, lockTimeout: .seconds(35),
        onCommit: { size, duration in
            Recorder(label: Metric.commitBatch.rawValue).record(size)
            Timer(label: Metric.commitDuration.rawValue).record(duration: duration)
        }, onMigration: { logger.notice("store: \($0)") })
    do {
        // After the store: a relay that is still finishing holds the store longer than its ports.
        try PortFault.probe(configuration.listen, setting: Setting.listen.rawValue)
        try PortFault.probe(configuration.staffListen, setting: Setting.staffListen.rawValue)
        let core = try await RelayCore(
            configuration, home: home, store: store, cageGaps: cageGaps,
            tellRefused: configuration.refusalTeller(isSupervised: isSupervised, logger), logger: logger)
        let dispatcher = core.dispatcher
        return RelayParts(
            services: try core.services(templates: templates, metrics: metrics), store: store, hurry: { dispatcher.hurry() })
    } catch {
        await store.close()
        throw error
    }
}

extension Configuration {
    /// What tells the supervisor of clients whose letters were refused; nil where nobody wants to know.
    fileprivate func refusalTeller(isSupervised: Bool, _ logger: Logger) -> (@Sendable (ClientAddress, Verdict.Rule) -> Void)? {
        guard banFile != nil else { return nil }
        guard isSupervised else {
            // Its output goes to a log, where no address belongs.
            logger.warning(
                "POSTERN_BAN_FILE has no effect: the file is written by postern serve, and the relay runs without it here")
            return nil
        }
        return { client, rule in
            // Its own output, as the log's lines: one write of a short line is one line.
            if let refused = RefusedClient(client, rule) { Terminal.complain(refused.line) }
        }
    }
}

extension Operations {
    /// Of an open store, which can also be backed up.
    init(
        by actor: Actor, store: any OpenStore, blockCache: BlockCache? = nil, wake: @escaping @Sendable () -> Void,
        retryNow: @escaping @Sendable () -> Void, recordDeed: DeedRecorder? = nil
    ) {
        self.init(
            by: actor, store: store, blockCache: blockCache, randomness: .system, now: { .now }, wake: wake, retryNow: retryNow,
            recordDeed: recordDeed
        ) { path in
            BackupView(path: path, bytes: try await store.backup(to: path))
        }
    }
}
