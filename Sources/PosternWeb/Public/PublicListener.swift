package import Hummingbird
package import Logging
package import NIOCore
package import PosternCore
package import PosternRelay

/// What the public listener asks of the relay.
package struct PublicServices: Sendable {
    let submissions: any SubmissionService
    /// The tokens of the contact form.
    let tokens: any FormTokenKeeping
    /// What pages of a site show besides its recipients.
    let sites: any SiteLookup
    let confirmations: any ConfirmationTaker
    /// What the links of mails lead to.
    let conversations: any ConversationTaker
    let readiness: any ReadinessSource
    let health: any HealthSource
    /// Told of proxies that are not set up.
    let forwarding: ForwardingWatch
    let requests: RequestLimiter
    let randomness: RandomSource
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    package init(
        submissions: any SubmissionService, tokens: any FormTokenKeeping, sites: any SiteLookup,
        confirmations: any ConfirmationTaker, conversations: any ConversationTaker, readiness: any ReadinessSource,
        health: any HealthSource, forwarding: ForwardingWatch, requests: RequestLimiter, randomness: RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.submissions = submissions
        self.tokens = tokens
        self.sites = sites
        self.confirmations = confirmations
        self.conversations = conversations
        self.readiness = readiness
        self.health = health
        self.forwarding = forwarding
        self.requests = requests
        self.randomness = randomness
        self.now = now
    }
}

/// All routes that the Internet can reach. `openapi.json` describes the ones for programs; a test compares the two.
package func publicRoutes(
    _ services: PublicServices, _ configuration: WebConfiguration, _ responses: ResponseFactory
) -> RouteTable {
    let limits = configuration.limits
    let origins = PostOriginReader(sites: services.sites, publicURL: configuration.publicURL)
    let intake = LetterIntake(submissions: services.submissions, requests: services.requests, origins: origins, now: services.now)
    let contact = ContactForm(
        intake: intake, tokens: services.tokens, publicURL: configuration.publicURL, responses: responses)
    let crossOrigin = CrossOrigin(sites: services.sites, responses: responses)
    let letters = LetterAPI(
        intake: intake, crossOrigin: crossOrigin, publicURL: configuration.publicURL, responses: responses)
    let confirmation = ConfirmationForm(confirmations: services.confirmations, intake: intake, responses: responses)
    let links = LinkPages(
        conversations: services.conversations, tokens: services.tokens, requests: services.requests, responses: responses,
        now: services.now)
    let site = SiteHandlers(sites: services.sites, responses: responses)
    let health = HealthHandlers(source: services.readiness, health: services.health, responses: responses)
    let openAPI = responses.json(responses.templates.openAPI)

    let front = FrontHandlers(configuration: configuration, responses: responses, now: services.now)

    return RouteTable([
        Route("/", .anyone, get: front.page),
        Route("/robots.txt", .anyone, get: front.robots),
        Route("/favicon.ico", .anyone, get: front.icon),
        Route("/apple-touch-icon.png", .anyone, get: front.touchIcon),
        Route("/.well-known/security.txt", .anyone, get: front.security),
        Route(
            "/api/v1/sites/{site}/recipients/{handle}/letters", .anyone, for: .programs, bodyKiB: limits.bodyKiB,
            post: letters.post, options: crossOrigin.preflight),
        Route("/c/{site}/{handle}", .anyone, bodyKiB: limits.bodyKiB, get: contact.show, post: contact.post),
        Route("/c/{site}/{handle}/sent", .anyone, get: contact.sent),
        Route("/c/{site}/{handle}/{letter}/sent", .anyone, get: contact.sent),
        // The vault checks the token.
        Route("/confirm/{site}/{handle}/{token}", .anyone, get: confirmation.show, post: confirmation.post),
        Route("/reply/{link}", .link(.reply), bodyKiB: limits.bodyKiB, get: links.conversation, post: links.post),
        Route("/letter/{link}", .link(.letter), bodyKiB: limits.bodyKiB, get: links.conversation, post: links.post),
        Route("/letter/{link}/{proof}", .link(.letter), bodyKiB: limits.bodyKiB, get: links.conversation, post: links.post),
        Route("/mute/{link}", .link(.mute), bodyKiB: 4, get: links.mute, post: links.setMute),
        Route("/pause/{link}", .link(.pause), bodyKiB: 4, get: links.pause, post: links.setPause),
        Route("/privacy/{site}.json", .anyone, for: .programs, get: site.privacyForPrograms),
        Route("/privacy/{site}", .anyone, get: site.privacy),
        Route("/look/{site}/{colour}.css", .anyone, get: site.stylesheet),
        Route("/look/{site}/{version}/logo", .anyone, get: site.logo),
        Route("/assets/{version}/{name}", .anyone, get: AssetHandler(responses: responses).get),
        Route("/api/v1/openapi.json", .anyone, for: .programs, get: { _, _ in openAPI }),
        Route("/live", .anyone, for: .programs, get: health.live),
        Route("/ready", .anyone, for: .programs, get: health.ready),
    ])
}

/// The guards of every request, outermost first. `buildApplication` lists what the connection has passed before.
///
/// There is no `HostGuard`: nothing here depends on the host name, and a proxy may send any. The intake service limits the
/// rate of letters, because it knows the recipient, the sender and the text.
@MiddlewareFixedTypeBuilder<Request, Response, WebContext>
private func publicGuards(
    _ services: PublicServices, clients: ClientFinder, _ responses: ResponseFactory, limits: WebLimits
) -> some MiddlewareProtocol<Request, Response, WebContext> {
    ResponseFinisher(bodyKiB: limits.bodyKiB)
    FaultResponder(responses)
    RequestLimitGuard(requests: services.requests, clients: clients, responses: responses, now: services.now)
    LineGuard(limitKiB: limits.lineKiB)
    LinkReader()
    AccessGuard()
    MethodGuard(responses)
    LinkSpelling(responses: responses)
}

/// The public listener, ready to run as a service.
///
/// - Parameter onListening: told the address once the port is open. With port 0, that is how to learn it.
package func buildPublicApplication(
    _ configuration: WebConfiguration, _ services: PublicServices, templates: Templates, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let limits = configuration.limits
    let responses = ResponseFactory(templates, SecurityHeaders(isSecure: configuration.isSecure))
    let proxies = TrustedProxies(configuration.trustedProxies)
    let admission = ConnectionAdmission(
        proxies: proxies, connections: limits.connections, requests: services.requests, now: services.now)
    let clients = ClientFinder(proxies: proxies, admission: admission, forwarding: services.forwarding, now: services.now)
    let router = RequestRouter(
        publicRoutes(services, configuration, responses),
        guards: publicGuards(services, clients: clients, responses, limits: limits), randomness: services.randomness)
    return buildApplication(
        configuration, router, responses.headers, admission: admission, logger: logger, onListening: onListening)
}
