internal import Logging
internal import PosternCore
private import PosternHost
private import PosternLink
internal import PosternRelay
private import PosternSealing
private import PosternStore
internal import PosternWeb
internal import ServiceLifecycle

/// The services of a relay, and its two listeners.
extension RelayCore {
    /// They are told to stop from the last to the first, each when the one after it has ended. The control socket is told after the
    /// dispatcher: a backup may take minutes, and letters would be claimed all that time.
    /// - Throws: `DemoMailboxFault`.
    func services(templates: Templates, metrics: MetricRegistry) throws -> [any Service] {
        var services: [any Service] = [
            vault, SocketService(control: home.controlSocket, control, malformed: malformed, logger: logger),
            AdoptingDispatcher(dispatcher, store: store, vault: vault, logger: logger),
            housekeeping, refusals, diskSpace, health, seals,
            DeskUpkeep(operations: operations.by(.service), logger: logger, isClockTrusted: isClockTrusted),
            BlockFollower(
                operations: operations.by(.service), logger: logger, isClockTrusted: isClockTrusted,
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
        let census = QueueCensus(of: store)
        services += [
            charts(census, metrics),
            staffListener(templates, connections: connections.staff, census: census, metrics: metrics, mailbox: letters),
            publicListener(templates, connections: connections.visitors),
        ]
        return services
    }

    private func charts(_ census: QueueCensus, _ metrics: MetricRegistry) -> ChartKeeper {
        ChartKeeper(
            store: store, counted: { metrics.chartTotals },
            waiting: {
                let counts = try await census.counts()
                return counts[.ready] + counts[.leased] + counts[.held]
            }, logger: logger, now: { .now }, isClockTrusted: isClockTrusted)
    }

    /// - Parameter mailbox: of the demo; nil where letters are really sent.
    private func staffListener(
        _ templates: Templates, connections: Int, census: QueueCensus, metrics: MetricRegistry, mailbox: MailboxLetters?
    ) -> some Service {
        var limits = WebLimits()
        limits.connections = connections
        let relate = DeskService.relating(vault)
        let services = StaffServices(
            staff: StaffService(store: store, vault: vault, operations: operations, pseudonyms: pseudonyms, logger: logger),
            desk: DeskService(operations: operations, vault: vault, lifetime: configuration.retention.letters, logger: logger),
            waves: WaveService(operations: operations),
            reveals: RevealService(store: store, vault: vault, operations: operations), journal: vault,
            blocks: BlockService(
                operations: operations, pseudonyms: pseudonyms,
                senders: .init(keys: { vault.senderKeys }, name: { try await vault.nameSender($0) }), logger: logger,
                relate: relate),
            log: LogService(operations: operations, logger: logger, relate: relate),
            administration: AdministrationService(operations: operations, publicURL: configuration.publicURL),
            changes: ChangeService(
                vault: vault, operations: operations, staffURL: configuration.staffURL, logger: logger),
            url: configuration.staffURL, overview: Overview(operations: operations.by(.service), census: census),
            charts: ChartService(operations: operations.by(.service)), health: health, metrics: metrics,
            gauges: RelayMetrics(
                operations: operations.by(.service), census: census, vault: vault, dispatcher: dispatcher, limits: self.limits,
                malformed: malformed, readiness: readiness, health: health),
            mailbox: mailbox, requests: RequestLimiter(configuration.limits.requests), randomness: .system, now: { .now })
        return buildStaffApplication(
            WebConfiguration(
                listen: configuration.staffListen, publicURL: configuration.publicURL,
                trustedProxies: configuration.trustedProxies, limits: limits),
            services, templates: templates, hosts: [configuration.staffListen.host], logger: logger.quiet)
    }

    private func publicListener(_ templates: Templates, connections: Int) -> some Service {
        var limits = WebLimits()
        limits.connections = connections
        let (configuration, vault, dispatcher, logger) = (configuration, vault, dispatcher, logger)
        let services = PublicServices(
            submissions: intake, tokens: FormTokens(randomness: .system) { vault.tagKey(of: $0) },
            sites: SiteQueries(store: store, terms: PrivacyFacts.Terms(configuration, hasBanFile: tellsRefused)) {
                (vault.key(.address, of: nil)?.suite ?? .ofAddresses).publicName
            },
            confirmations: ConfirmationService(
                store: store, vault: vault, randomness: .system, logger: logger, now: { .now }, wake: { dispatcher.wake() }),
            joining: JoinService(
                store: store, vault: vault, operations: operations, blocks: blocks, pseudonyms: pseudonyms,
                isLimited: !configuration.limits.client.isOff, logger: logger),
            members: SiteMemberService(
                store: store, vault: vault, operations: operations, pseudonyms: pseudonyms, logger: logger),
            conversations: ConversationService(
                store: store, vault: vault, intake: intake, operations: operations, retention: configuration.retention.letters,
                reportRetention: configuration.retention.reports, withdrawal: configuration.withdrawal, now: { .now }),
            ownPages: MemberService(
                store: store, vault: vault, operations: operations, links: configuration.budgets.manage, logger: logger),
            linkRequests: RequestLimiter(configuration.limits.client.isOff ? .off : MemberService.linkRequests),
            readiness: readiness, health: health, forwarding: forwarding,
            requests: RequestLimiter(configuration.limits.requests), randomness: .system, now: { .now })
        return buildPublicApplication(
            WebConfiguration(
                listen: configuration.listen, publicURL: configuration.publicURL, trustedProxies: configuration.trustedProxies,
                securityContacts: configuration.securityContacts, limits: limits),
            services, templates: templates, logger: logger.quiet
        ) { address in
            logger.info("ready", metadata: ["listen": "\(configuration.listen)", "pages": "\(configuration.publicURL)/c/…"])
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
