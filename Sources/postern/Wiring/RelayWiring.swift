private import Glibc
internal import Logging
private import Metrics
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay
private import PosternSealing
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
        let (services, dispatcher) = try await buildServices(
            configuration, home: home, store: store, templates: templates, metrics: metrics, cageGaps: cageGaps,
            tellRefused: configuration.refusalTeller(isSupervised: isSupervised, logger), logger: logger)
        return RelayParts(services: services, store: store, hurry: { dispatcher.hurry() })
    } catch {
        await store.close()
        throw error
    }
}

private func buildServices(
    _ configuration: Configuration, home: Home, store: any OpenStore, templates: Templates, metrics: MetricRegistry,
    cageGaps: [String], tellRefused: (@Sendable (ClientAddress, Verdict.Rule) -> Void)?, logger: Logger
) async throws -> ([any Service], Dispatcher) {
    let report = store.report
    if let file = configuration.database.file {
        let count = BackupDraft.removeAll(in: file.folder)
        if count > 0 {
            logger.notice("store: what an interrupted backup left beside it is removed", metadata: ["files": "\(count)"])
        }
    }
    logger.info(
        "store: open",
        metadata: [
            "engine": "\(report.engine)", "journal": "\(report.journal)",
        ].merging(report.notes.mapValues { .string($0) }) { $1 })
    let malformed = MalformedTally()
    let vault = VaultLink(socket: home.vaultSocket, malformed: malformed, logger: logger)
    let sealing = LetterSealer(vault: vault)
    let diskSpace = DiskSpaceMonitor(folder: storeFolder(configuration))
    await diskSpace.look()
    var dispatch = Dispatcher.Settings()
    dispatch.lease = configuration.lease
    let dispatcher = Dispatcher(
        store: store, node: store.node, vault: vault, settings: dispatch, randomness: .system, logger: logger, now: { .now })
    let limits = RateLimiter(table: LimitTable(configuration.limits), at: .now)
    try await limits.restore(from: store, at: .now)
    let waves = WaveWatch(most: configuration.limits.wave, at: .now)
    try await waves.restore(from: store, at: .now)
    let blocks = BlockCache()
    try await blocks.reload(from: store)
    let refusals = RefusalLog(store: store, sealing: sealing, logger: logger, tell: tellRefused)
    let intake = IntakeService(
        store: store, sealing: sealing, diskSpace: diskSpace, pseudonyms: Pseudonyms { vault.tagKey(of: $0) }, limits: limits,
        waves: waves, blocks: blocks, refusals: refusals, randomness: .system, logger: logger,
        letterCame: { dispatcher.letterCame() })
    let confirmations = ConfirmationService(
        store: store, vault: vault, randomness: .system, logger: logger, now: { .now }, wake: { dispatcher.wake() })
    let probe = ReadinessProbe(
        store: StoreProbe(store: store, now: { .now }, clock: { .now }), vault: vault, diskSpace: diskSpace, now: { .now })
    let readiness = ReadinessMonitor(now: { .now }) { await probe.check() }
    let operations = Operations(
        by: .operator, store: store, blockCache: blocks, wake: { dispatcher.wake() }, retryNow: { dispatcher.retryNow() },
        recordDeed: { await vault.record($0) })
    let housekeeping = Housekeeping(
        store: store, sealing: sealing,
        settings: .init(
            letters: configuration.retention.letters, outcomes: configuration.retention.outcomes,
            reports: configuration.retention.reports), logger: logger, now: { .now },
        isClockTrusted: { vault.isClockTrusted(at: $0) },
        endPauses: { try await operations.by(.service).recipients.endPauses() },
        lapse: { try await operations.by(.service).recipients.lapse() })
    let forwarding = ForwardingWatch()
    let health = HealthMonitor(
        readiness: readiness, store: store, vault: vault, dispatcher: dispatcher, forwarding: forwarding,
        surroundings: .init(cageGaps: cageGaps, heldLifetime: configuration.retention.letters) {
            .init(RefusedCalls(path: home.refusedCalls).entries.map { ($0.at, $0.child.rawValue, $0.call) }, at: .now)
        }, logger: logger, now: { .now })
    let conversations = ConversationService(
        store: store, vault: vault, intake: intake, operations: operations, retention: configuration.retention.letters,
        reportRetention: configuration.retention.reports, withdrawal: configuration.withdrawal, now: { .now })
    let joining = JoinService(
        store: store, vault: vault, operations: operations, blocks: blocks,
        pseudonyms: Pseudonyms { vault.tagKey(of: $0) }, isLimited: !configuration.limits.client.isOff, logger: logger)
    let siteMembers = SiteMemberService(
        store: store, vault: vault, operations: operations, pseudonyms: Pseudonyms { vault.tagKey(of: $0) }, logger: logger)
    let control = OperatorService(
        operations: operations, publicURL: configuration.publicURL,
        inspection: .init(
            process: getpid(), started: .now,
            settings: StoreSettings(journal: report.journal, isDurable: report.isDurable ?? false),
            health: health))

    // Services are told to stop from the last to the first, each when the one after it has ended. The control socket is told
    // after the dispatcher: a backup may take minutes, and letters would be claimed all that time.
    var services: [any Service] = [
        vault, SocketService(control: home.controlSocket, control, malformed: malformed, logger: logger),
        AdoptingDispatcher(dispatcher, store: store, vault: vault, logger: logger),
        housekeeping, refusals, diskSpace, health,
        DeskUpkeep(
            operations: operations.by(.service), logger: logger, isClockTrusted: { vault.isClockTrusted(at: $0) }),
        BlockFollower(
            operations: operations.by(.service), logger: logger, isClockTrusted: { vault.isClockTrusted(at: $0) },
            relate: DeskService.relating(vault)),
    ]
    var letters: MailboxLetters?
    if let listen = configuration.mail.demoMailbox {
        let kept = MailboxLetters()
        letters = kept
        services.append(try DemoMailbox(listen: listen, letters: kept, now: { .now }, logger: logger))
    }
    let connections = ConnectionBudget(descriptors: DescriptorLimit.current)
    logger.report(connections)
    var (visitorLimits, staffLimits) = (WebLimits(), WebLimits())
    (visitorLimits.connections, staffLimits.connections) = (connections.visitors, connections.staff)
    let staffWeb = WebConfiguration(
        listen: configuration.staffListen, publicURL: configuration.publicURL,
        trustedProxies: configuration.trustedProxies, limits: staffLimits)
    let census = QueueCensus(of: store)
    services.append(
        ChartKeeper(
            store: store, counted: { metrics.chartTotals },
            waiting: {
                let counts = try await census.counts()
                return counts[.ready] + counts[.leased] + counts[.held]
            }, logger: logger, now: { .now }, isClockTrusted: { vault.isClockTrusted(at: $0) }))
    let relate = DeskService.relating(vault)
    services.append(
        buildStaffApplication(
            staffWeb,
            StaffServices(
                staff: StaffService(
                    store: store, vault: vault, operations: operations, pseudonyms: Pseudonyms { vault.tagKey(of: $0) },
                    logger: logger),
                desk: DeskService(
                    operations: operations, vault: vault, lifetime: configuration.retention.letters, logger: logger),
                waves: WaveService(operations: operations),
                reveals: RevealService(store: store, vault: vault, operations: operations), journal: vault,
                blocks: BlockService(
                    operations: operations, pseudonyms: Pseudonyms { vault.tagKey(of: $0) }, logger: logger, relate: relate),
                log: LogService(operations: operations, logger: logger, relate: relate),
                administration: AdministrationService(operations: operations, publicURL: configuration.publicURL),
                url: configuration.staffURL,
                overview: Overview(operations: operations.by(.service), census: census),
                charts: ChartService(operations: operations.by(.service)), health: health, metrics: metrics,
                gauges: RelayMetrics(
                    operations: operations.by(.service), census: census, vault: vault, dispatcher: dispatcher, limits: limits,
                    malformed: malformed, readiness: readiness, health: health),
                mailbox: letters, requests: RequestLimiter(configuration.limits.requests), randomness: .system, now: { .now }),
            templates: templates, hosts: [configuration.staffListen.host], logger: logger.quiet))
    let publicWeb = WebConfiguration(
        listen: configuration.listen, publicURL: configuration.publicURL, trustedProxies: configuration.trustedProxies,
        securityContacts: configuration.securityContacts, limits: visitorLimits)
    services.append(
        buildPublicApplication(
            publicWeb,
            PublicServices(
                submissions: intake, tokens: FormTokens(randomness: .system) { vault.tagKey(of: $0) },
                sites: SiteQueries(store: store, terms: PrivacyFacts.Terms(configuration, hasBanFile: tellRefused != nil)) {
                    (vault.key(.address, of: nil)?.suite ?? .ofAddresses).publicName
                },
                confirmations: confirmations, joining: joining, members: siteMembers, conversations: conversations,
                ownPages: MemberService(
                    store: store, vault: vault, operations: operations, links: configuration.budgets.manage, logger: logger),
                linkRequests: RequestLimiter(configuration.limits.client.isOff ? .off : MemberService.linkRequests),
                readiness: readiness, health: health, forwarding: forwarding,
                requests: RequestLimiter(configuration.limits.requests), randomness: .system, now: { .now }),
            templates: templates, logger: logger.quiet
        ) { address in
            logger.info("ready", metadata: ["listen": "\(configuration.listen)", "pages": "\(configuration.publicURL)/c/…"])
        })
    return (services, dispatcher)
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

extension MetricRegistry {
    /// What the charts count, since the start.
    fileprivate var chartTotals: [ChartSeries: Int] {
        var totals: [ChartSeries: Int] = [:]
        for (metric, label) in [(Metric.submissions, "verdict"), (.deliveries, "outcome")] {
            for (value, count) in self.totals(of: metric, by: label) {
                // Muted, a letter ends as its recipient wants it.
                let series = value == Outcome.Kind.muted.rawValue ? .delivered : ChartSeries(rawValue: value)
                if let series { totals[series, default: 0] += count }
            }
        }
        return totals
    }
}

extension Logger {
    fileprivate func report(_ connections: ConnectionBudget) {
        let metadata: Metadata = ["visitors": "\(connections.visitors)", "staff": "\(connections.staff)"]
        guard connections == .wanted else {
            return warning(
                "connections: the hard limit of open files leaves room for few; raise it (LimitNOFILE=, ulimit -Hn)",
                metadata: metadata)
        }
        info("connections", metadata: metadata)
    }
}

/// A folder on the disk that fills with letters.
private func storeFolder(_ configuration: Configuration) -> String {
    configuration.database.file?.folder ?? configuration.home
}

extension PrivacyFacts.Terms {
    /// - Parameter hasBanFile: whether clients are told to the firewall, and not only that somebody wished it.
    fileprivate init(_ configuration: Configuration, hasBanFile: Bool) {
        let (mail, limits) = (configuration.mail, configuration.limits)
        let counted: [(PrivacyFacts.Counted, Limit)] = [
            (.connection, limits.client), (.address, limits.sender), (.text, limits.text), (.recipient, limits.recipient),
        ]
        self.init(
            letters: configuration.retention.letters, evidence: configuration.retention.evidence,
            outcomes: configuration.retention.outcomes, reports: configuration.retention.reports,
            reveals: configuration.reveals, epochSuite: Suite.ofEpochs.publicName, clientLimit: limits.client,
            counted: counted.filter { !$0.1.isOff }.map(\.0) + (limits.wave == nil ? [] : [.similarText]),
            hasBanFile: hasBanFile, isMailEncrypted: mail.smarthost.tls == .required,
            isDemo: mail.demoMailbox != nil)
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
