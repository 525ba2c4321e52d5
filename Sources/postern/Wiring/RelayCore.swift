private import Glibc
internal import Logging
internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternRelay
internal import PosternStore

/// What a relay stands on, whatever pages it has: store, link, and what takes, sends and looks after letters.
struct RelayCore {
    let configuration: Configuration
    let home: Home
    let store: any OpenStore
    let logger: Logger
    /// Whether clients are told to the firewall, and not only that somebody wished it.
    let tellsRefused: Bool
    let malformed = MalformedTally()
    let vault: VaultLink
    let sealing: LetterSealer
    let diskSpace: DiskSpaceMonitor
    let dispatcher: Dispatcher
    let limits: RateLimiter
    let blocks: BlockCache
    let refusals: RefusalLog
    let intake: IntakeService
    let operations: Operations
    let readiness: ReadinessMonitor
    let forwarding: ForwardingWatch
    let seals: SealUpkeep
    let health: HealthMonitor

    /// - Parameters:
    ///   - cageGaps: what this process could not give up.
    ///   - tellRefused: hears of each client whose letter was refused; nil where nobody wants to know.
    /// - Throws: what the store throws.
    init(
        _ configuration: Configuration, home: Home, store: any OpenStore, cageGaps: [String],
        tellRefused: (@Sendable (ClientAddress, Verdict.Rule) -> Void)?, logger: Logger
    ) async throws {
        (self.configuration, self.home, self.store, self.logger) = (configuration, home, store, logger)
        tellsRefused = tellRefused != nil
        store.tidyAndReport(configuration.database, logger)
        let vault = VaultLink(socket: home.vaultSocket, malformed: malformed, logger: logger)
        self.vault = vault
        sealing = LetterSealer(vault: vault)
        diskSpace = DiskSpaceMonitor(folder: configuration.storeFolder)
        await diskSpace.look()
        var dispatch = Dispatcher.Settings()
        dispatch.lease = configuration.lease
        let dispatcher = Dispatcher(
            store: store, node: store.node, vault: vault, settings: dispatch, randomness: .system, logger: logger, now: { .now })
        self.dispatcher = dispatcher
        limits = RateLimiter(table: LimitTable(configuration.limits), at: .now)
        try await limits.restore(from: store, at: .now)
        let waves = WaveWatch(most: configuration.limits.wave, at: .now)
        try await waves.restore(from: store, at: .now)
        blocks = BlockCache { vault.senderKeys }
        try await blocks.reload(from: store)
        refusals = RefusalLog(store: store, sealing: sealing, logger: logger, tell: tellRefused)
        intake = IntakeService(
            store: store, sealing: sealing, diskSpace: diskSpace, pseudonyms: Pseudonyms { vault.tagKey(of: $0) },
            limits: limits, waves: waves, blocks: blocks, refusals: refusals, randomness: .system, logger: logger,
            letterCame: { dispatcher.letterCame() })
        operations = Operations(
            by: .operator, store: store, blockCache: blocks, wake: { dispatcher.wake() }, retryNow: { dispatcher.retryNow() },
            recordDeed: { await vault.record($0) })
        let probe = ReadinessProbe(
            store: StoreProbe(store: store, now: { .now }, clock: { .now }), vault: vault, diskSpace: diskSpace, now: { .now })
        readiness = ReadinessMonitor(now: { .now }) { await probe.check() }
        seals = SealUpkeep(store: store, vault: vault, logger: logger)
        forwarding = ForwardingWatch(isBehindProxy: configuration.isBehindProxy)
        health = HealthMonitor(
            readiness: readiness, store: store, vault: vault, dispatcher: dispatcher, forwarding: forwarding, seals: seals,
            surroundings: .init(cageGaps: cageGaps, heldLifetime: configuration.retention.letters) {
                .init(RefusedCalls(path: home.refusedCalls).entries.map { ($0.at, $0.child.rawValue, $0.call) }, at: .now)
            }, logger: logger, now: { .now })
    }

    var pseudonyms: Pseudonyms {
        let vault = vault
        return Pseudonyms { vault.tagKey(of: $0) }
    }

    var isClockTrusted: @Sendable (Timestamp) -> Bool {
        let vault = vault
        return { vault.isClockTrusted(at: $0) }
    }

    var housekeeping: Housekeeping {
        let operations = operations
        return Housekeeping(
            store: store, sealing: sealing,
            settings: .init(
                letters: configuration.retention.letters, outcomes: configuration.retention.outcomes,
                reports: configuration.retention.reports), logger: logger, now: { .now }, isClockTrusted: isClockTrusted,
            endPauses: { try await operations.by(.service).recipients.endPauses() },
            lapse: { try await operations.by(.service).recipients.lapse() })
    }

    /// What the commands of operators ask.
    var control: OperatorService {
        let report = store.report
        return OperatorService(
            operations: operations, publicURL: configuration.publicURL,
            inspection: .init(
                process: getpid(), started: .now,
                settings: StoreSettings(journal: report.journal, isDurable: report.isDurable ?? false), health: health,
                seals: seals))
    }
}

extension OpenStore {
    /// Removes what an interrupted backup has left, and says which store it is.
    fileprivate func tidyAndReport(_ place: DatabaseURL, _ logger: Logger) {
        if let file = place.file {
            let count = BackupDraft.removeAll(in: file.folder)
            if count > 0 {
                logger.notice(
                    "store: what an interrupted backup left beside it is removed", metadata: ["files": "\(count)"])
            }
        }
        logger.info(
            "store: open",
            metadata: ["engine": "\(report.engine)", "journal": "\(report.journal)"].merging(
                report.notes.mapValues { .string($0) }
            ) { $1 })
    }
}

extension Configuration {
    /// A folder on the disk that fills with letters.
    fileprivate var storeFolder: String { database.file?.folder ?? home }
}
