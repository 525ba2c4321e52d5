package import Hummingbird
package import Logging
package import NIOCore
package import PosternCore
private import PosternMail
package import PosternRelay

/// What the staff listener asks of the relay.
package struct StaffServices: Sendable {
    /// Who may use these pages.
    let staff: any StaffServing
    let desk: any DeskServing
    let waves: any WaveServing
    let reveals: any RevealServing
    let journal: any JournalSource
    let blocks: any BlockServing
    let log: any LogServing
    let administration: any AdministrationServing
    let changes: any ChangeServing
    /// Of these pages, as browsers name them.
    let url: WebOrigin
    let overview: any StaffOverviewSource
    let charts: any ChartSource
    let health: any HealthSource
    let metrics: MetricRegistry
    let gauges: any MetricsSource
    /// The letters of the demo mailbox, if there is one. It stands for the mailboxes of a member and a visitor, who are no staff: where
    /// only this machine reaches it, nobody has to sign in.
    let mailbox: MailboxLetters?
    let requests: RequestLimiter
    let randomness: RandomSource
    /// How long a stream of events lasts.
    let eventsLast: Duration
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    package init(
        staff: any StaffServing, desk: any DeskServing, waves: any WaveServing, reveals: any RevealServing,
        journal: any JournalSource, blocks: any BlockServing, log: any LogServing, administration: any AdministrationServing,
        changes: any ChangeServing, url: WebOrigin,
        overview: any StaffOverviewSource, charts: any ChartSource, health: any HealthSource,
        metrics: MetricRegistry, gauges: any MetricsSource,
        mailbox: MailboxLetters?, requests: RequestLimiter = RequestLimiter(.off), randomness: RandomSource,
        eventsLast: Duration = .seconds(57),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.staff = staff
        self.desk = desk
        self.waves = waves
        self.reveals = reveals
        self.journal = journal
        self.blocks = blocks
        self.log = log
        self.administration = administration
        self.changes = changes
        self.url = url
        self.overview = overview
        self.charts = charts
        self.health = health
        self.metrics = metrics
        self.gauges = gauges
        self.mailbox = mailbox
        self.requests = requests
        self.randomness = randomness
        self.eventsLast = eventsLast
        self.now = now
    }
}

/// All routes that staff can reach.
/// - Parameters:
///   - publicURL: where the links of mails lead.
///   - isLocal: nobody but this machine reaches the listener.
package func staffRoutes(
    _ services: StaffServices, _ responses: ResponseFactory, publicURL: WebOrigin, isLocal: Bool
) -> RouteTable {
    let pages = StaffPages(staff: services.staff, url: services.url, responses: responses)
    let desk = DeskPages(desk: services.desk, responses: responses, now: services.now)
    let waves = WavePages(waves: services.waves, desk: services.desk, responses: responses, now: services.now)
    let reveals = RevealPages(reveals: services.reveals, url: services.url, responses: responses)
    let local = LocalOnly(url: services.url)
    let overview = OverviewHandler(services: services, responses: responses)
    let metrics = MetricsHandler(registry: services.metrics, source: services.gauges, responses: responses)
    var routes = [
        Route("/", .staff(.any), get: desk.list),
        Route("/letters/{id}", .staff(.any), get: desk.letter),
        Route("/letters/{id}/export", .staff(.any), get: desk.export),
        Route("/letters/{id}/decision", .staff(.deciders), bodyKiB: 16, post: desk.decide),
        Route("/letters/{id}/wait", .staff(.deciders), bodyKiB: 16, post: desk.wait),
        Route("/letters/{id}/take", .staff(.deciders), bodyKiB: 16, post: desk.take),
        Route("/letters/{id}/note", .staff(.deciders), bodyKiB: 16, post: desk.note),
        Route(
            PathPattern(stringLiteral: DeskEvents.path), .staff(.any), isBackground: true,
            get: DeskEvents(desk: services.desk, responses: responses, life: services.eventsLast).get),
        Route("/desk/decision", .staff(.deciders), bodyKiB: 16, post: desk.decideMany),
        Route("/decisions", .staff(.any), get: desk.decisions),
        Route("/decisions/{id}/undo", .staff(.deciders), bodyKiB: 4, post: desk.undo),
        Route(PathPattern(stringLiteral: WavePages.path), .staff(.any), get: waves.list),
        Route("/waves/{id}", .staff(.any), get: waves.show),
        Route("/waves/{id}/decision", .staff(.deciders), bodyKiB: 16, post: waves.decide),
        Route("/waves/{id}/take", .staff(.deciders), bodyKiB: 4, post: waves.take),
        Route("/keys", .staff(.any), bodyKiB: 4, post: desk.keys),
        Route("/overview", .staff(.any), get: overview.get),
        Route(
            "/letters/{id}/reveal", .staff([.reviewer, .administrator]), bodyKiB: 32, get: reveals.get, post: reveals.post,
            ended: reveals.ended),
        Route(
            "/journal", .staff(JournalHandler.roles),
            get: JournalHandler(journal: services.journal, responses: responses).get),
        Route("/sessions", .staff(.any), bodyKiB: 4, get: pages.sessions, post: pages.endSession),
        Route("/sign-out", .staff(.any), bodyKiB: 4, post: pages.signOut),
        Route(
            "/metrics", .anyone,
            get: { request, context throws(RequestFault) in
                try local.check(request, context)
                return await metrics.get(request, context)
            }),
        // The pages' style sheet is no secret.
        Route("/assets/{version}/{name}", .anyone, get: AssetHandler(responses: responses).get),
    ]
    routes += administrationRoutes(services, responses)
    if let letters = services.mailbox {
        let mailbox = MailboxHandlers(letters: letters, origin: publicURL, responses: responses)
        let access: Access = isLocal ? .anyone : .staff([.administrator])
        routes += [
            Route("/demo/mailbox", access, get: mailbox.list),
            Route("/demo/mailbox/{number}", access, get: mailbox.show),
            Route("/demo/mailbox/{number}/html", access, get: mailbox.html),
            Route("/demo/mailbox/{number}/raw", access, get: mailbox.raw),
        ]
    }
    let entry = StaffPages(
        staff: services.staff, url: services.url, responses: responses, destinations: RouteTable(routes))
    routes += [
        Route(PathPattern(stringLiteral: StaffPages.signIn), .anyone, bodyKiB: 16, get: entry.show, post: entry.post),
        // The vault checks the link.
        Route("/enrol/{name}/{link}", .anyone, bodyKiB: 16, get: entry.offer, post: entry.choose),
    ]
    return RouteTable(routes)
}

/// What staff look up and look after: each part is for whom its entry in the bar is for.
private func administrationRoutes(_ services: StaffServices, _ responses: ResponseFactory) -> [Route] {
    let blocks = BlockPages(blocks: services.blocks, responses: responses)
    let log = LogPages(log: services.log, responses: responses, now: services.now)
    let recipients = RecipientPages(administration: services.administration, responses: responses)
    let sites = SitePages(administration: services.administration, responses: responses)
    let changes = ChangePages(
        changes: services.changes, administration: services.administration, url: services.url, responses: responses)
    let accounts = AccountPages(administration: services.administration, responses: responses)
    func of(_ section: StaffSection) -> Access { .staff(section.roles) }
    return [
        Route("/log", of(.log), get: log.list),
        Route("/charts", of(.charts), get: ChartsHandler(charts: services.charts, responses: responses).get),
        Route("/log/export", of(.log), get: log.export),
        Route("/clients/{tag}", of(.log), get: log.client),
        Route("/blocks", of(.blocks), get: blocks.list),
        Route("/blocks/new", .staff(.deciders), bodyKiB: 16, get: blocks.offer, post: blocks.add),
        Route("/blocks/{id}/remove", .staff(.deciders), bodyKiB: 4, post: blocks.remove),
        Route("/recipients", of(.recipients), bodyKiB: 4, get: recipients.list, post: recipients.invite),
        Route("/recipients/{site}/{handle}", of(.recipients), bodyKiB: 4, get: recipients.show, post: recipients.act),
        Route("/sites", of(.sites), get: sites.list),
        Route("/sites/{site}", of(.sites), bodyKiB: 64, get: sites.show, post: sites.change),
        Route("/staff", of(.staff), bodyKiB: 4, get: accounts.accounts, post: accounts.lockOut),
        Route(PathPattern(stringLiteral: ChangePages.newAccount), of(.staff), bodyKiB: 32, get: changes.get, post: changes.post),
        Route("/staff/{name}/change", of(.staff), bodyKiB: 32, get: changes.get, post: changes.post),
        Route("/sites/{site}/name", of(.sites), bodyKiB: 32, get: changes.get, post: changes.post),
        Route("/tokens", of(.tokens), bodyKiB: 4, get: accounts.tokens, post: accounts.revoke),
    ]
}

/// The guards of every request, outermost first. `buildApplication` lists what the connection has passed before.
@MiddlewareFixedTypeBuilder<Request, Response, WebContext>
private func staffGuards(
    _ pages: StaffPages, _ services: StaffServices, clients: ClientFinder, _ responses: ResponseFactory, limits: WebLimits,
    hosts: [String]
) -> some MiddlewareProtocol<Request, Response, WebContext> {
    ResponseFinisher(bodyKiB: 32)
    FaultResponder(responses)
    RequestLimitGuard(requests: services.requests, clients: clients, responses: responses, now: services.now)
    HostGuard(hosts)
    LineGuard(limitKiB: limits.lineKiB)
    StaffGuard(pages: pages, clients: clients)
    AccessGuard()
    MethodGuard(responses)
}

/// The staff listener, ready to run as a service.
///
/// - Parameter hosts: names the pages are served under, besides their own address, IP addresses and `localhost`.
package func buildStaffApplication(
    _ configuration: WebConfiguration, _ services: StaffServices, templates: Templates, hosts: [String] = [], logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let responses = ResponseFactory(templates, SecurityHeaders(isSecure: services.url.isSecure), isForStaff: true)
    // Staff are few, and may all sit behind one address: one network may have all its connections.
    let admission = ConnectionAdmission(
        proxies: TrustedProxies([]), connections: configuration.limits.connections, hasShares: false, now: services.now)
    let clients = ClientFinder(
        proxies: TrustedProxies(configuration.trustedProxies), admission: admission, forwarding: ForwardingWatch(),
        now: services.now)
    let pages = StaffPages(staff: services.staff, url: services.url, responses: responses)
    let isLocal = configuration.listen.isLoopback && !services.url.isSecure
    let router = RequestRouter(
        staffRoutes(services, responses, publicURL: configuration.publicURL, isLocal: isLocal),
        guards: staffGuards(
            pages, services, clients: clients, responses, limits: configuration.limits, hosts: hosts + [services.url.host]),
        randomness: services.randomness)
    return buildApplication(
        configuration, router, responses.headers, admission: admission, logger: logger, onListening: onListening)
}
