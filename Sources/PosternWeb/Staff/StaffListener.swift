package import Hummingbird
package import Logging
package import NIOCore
package import PosternCore
private import PosternMail
package import PosternRelay

/// What the staff listener asks of the relay.
package struct StaffServices: Sendable {
    let overview: any StaffOverviewSource
    let health: any HealthSource
    let metrics: MetricRegistry
    let gauges: any MetricsSource
    /// The letters of the demo mailbox, if there is one.
    let mailbox: MailboxLetters?
    let randomness: RandomSource
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    package init(
        overview: any StaffOverviewSource, health: any HealthSource, metrics: MetricRegistry, gauges: any MetricsSource,
        mailbox: MailboxLetters?, randomness: RandomSource, now: @escaping @Sendable () -> Timestamp
    ) {
        self.overview = overview
        self.health = health
        self.metrics = metrics
        self.gauges = gauges
        self.mailbox = mailbox
        self.randomness = randomness
        self.now = now
    }
}

/// All routes that staff can reach.
/// - Parameter publicURL: where the links of mails lead.
package func staffRoutes(_ services: StaffServices, _ responses: ResponseFactory, publicURL: WebOrigin) -> RouteTable {
    let overview = OverviewHandler(services: services, responses: responses)
    let metrics = MetricsHandler(registry: services.metrics, source: services.gauges, responses: responses)
    var routes = [
        Route("/", .staff(.any), get: overview.get),
        // Prometheus cannot sign in, and the pages' style sheet is no secret.
        Route("/metrics", .anyone, get: metrics.get),
        Route("/assets/{version}/{name}", .anyone, get: AssetHandler(responses: responses).get),
    ]
    if let letters = services.mailbox {
        let mailbox = MailboxHandlers(letters: letters, origin: publicURL, responses: responses)
        routes += [
            Route("/demo/mailbox", .staff([.administrator]), get: mailbox.list),
            Route("/demo/mailbox/{number}", .staff([.administrator]), get: mailbox.show),
            Route("/demo/mailbox/{number}/html", .staff([.administrator]), get: mailbox.html),
            Route("/demo/mailbox/{number}/raw", .staff([.administrator]), get: mailbox.raw),
        ]
    }
    return RouteTable(routes)
}

/// The guards of every request, outermost first. `buildApplication` lists what the connection has passed before.
@MiddlewareFixedTypeBuilder<Request, Response, WebContext>
private func staffGuards(
    _ responses: ResponseFactory, limits: WebLimits, hosts: [String]
) -> some MiddlewareProtocol<Request, Response, WebContext> {
    // Nothing here takes a body.
    ResponseFinisher(bodyKiB: 0)
    FaultResponder(responses)
    HostGuard(hosts)
    LineGuard(limitKiB: limits.lineKiB)
    ReachabilityTrust()
    AccessGuard()
    MethodGuard(responses)
}

/// The staff listener, ready to run as a service. The Internet does not reach it.
///
/// - Parameter hosts: names the pages are served under, besides IP addresses and `localhost`.
package func buildStaffApplication(
    _ configuration: WebConfiguration, _ services: StaffServices, templates: Templates, hosts: [String] = [], logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    // Staff reach it over loopback, a tunnel or a proxy of their own. It cannot know whether that is HTTPS.
    let responses = ResponseFactory(templates, SecurityHeaders(isSecure: false), isForStaff: true)
    // The operator decides who reaches this listener at all. One network may have all its connections.
    let admission = ConnectionAdmission(
        proxies: TrustedProxies([]), connections: configuration.limits.connections, hasShares: false, now: services.now)
    let router = RequestRouter(
        staffRoutes(services, responses, publicURL: configuration.publicURL),
        guards: staffGuards(responses, limits: configuration.limits, hosts: hosts), randomness: services.randomness)
    return buildApplication(
        configuration, router, responses.headers, admission: admission, logger: logger, onListening: onListening)
}
