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
    let confirmations: any ConfirmationServing
    /// Where people become members by themselves, and what sites' programs do with members.
    let joining: any JoinServing
    let members: any MemberAPI
    /// What the links of mails lead to.
    let conversations: any ConversationServing
    /// What members' own pages show and do.
    let ownPages: any MemberServing
    /// How many links to those a network may ask for.
    let linkRequests: RequestLimiter
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
        confirmations: any ConfirmationServing, joining: any JoinServing, members: any MemberAPI,
        conversations: any ConversationServing, ownPages: any MemberServing, linkRequests: RequestLimiter,
        readiness: any ReadinessSource, health: any HealthSource, forwarding: ForwardingWatch, requests: RequestLimiter,
        randomness: RandomSource, now: @escaping @Sendable () -> Timestamp
    ) {
        self.submissions = submissions
        self.tokens = tokens
        self.sites = sites
        self.confirmations = confirmations
        self.joining = joining
        self.members = members
        self.conversations = conversations
        self.ownPages = ownPages
        self.linkRequests = linkRequests
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
    let joining = JoinPages(
        members: services.joining, tokens: services.tokens, requests: services.requests, origins: origins,
        publicURL: configuration.publicURL, responses: responses, now: services.now)
    let codes = CodePages(
        confirmations: services.confirmations, members: services.joining, requests: services.requests,
        linkRequests: services.linkRequests, origins: origins,
        publicURL: configuration.publicURL, responses: responses, now: services.now)
    let members = MemberHandlers(
        members: services.members, publicURL: configuration.publicURL, responses: responses, now: services.now)
    let own = MemberPages(services, configuration, responses)
    let undo = UndoPages(members: services.ownPages, origins: origins, responses: responses)
    let proofs = ProvePages(
        proofs: services.conversations, requests: services.requests, responses: responses, now: services.now)
    let reports = ReportPages(conversations: services.conversations, responses: responses)
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
        // A bearer token says whether these may be used; the operations behind them look it up.
        Route(
            "/api/v1/sites/{site}/recipients", .anyone, for: .programs, bodyKiB: limits.bodyKiB, post: members.add),
        Route(
            "/api/v1/sites/{site}/recipients/{handle}", .anyone, for: .programs, isSpelledExactly: true, bodyKiB: limits.bodyKiB,
            get: members.find, patch: members.change, delete: members.erase),
        Route(
            "/api/v1/sites/{site}/invitations", .anyone, for: .programs, bodyKiB: limits.bodyKiB, post: members.invite),
        Route("/c/{site}/{handle}", .anyone, bodyKiB: limits.bodyKiB, get: contact.show, post: contact.post),
        Route("/c/{site}/{handle}/sent", .anyone, get: contact.sent),
        // Its path has the visitor's link.
        Route("/c/{site}/{handle}/{letter}/sent", .anyone, isBehindLink: true, get: contact.sent),
        Route("/join/{site}", .anyone, bodyKiB: limits.bodyKiB, get: joining.show, post: joining.post),
        // Before invitations, which have 32 characters.
        Route("/join/{site}/free", .anyone, get: joining.free),
        Route(
            "/join/{site}/{invitation}", .anyone, isBehindLink: true, bodyKiB: limits.bodyKiB, get: joining.show,
            post: joining.post),
        Route("/confirm/{site}/{handle}", .anyone, isBehindLink: true, bodyKiB: 4, get: codes.show, post: codes.post),
        // The vault checks the token.
        Route(
            "/confirm/{site}/{handle}/{token}", .anyone, isBehindLink: true, get: confirmation.show, post: confirmation.post),
        Route("/reply/{link}", .link(.reply), bodyKiB: limits.bodyKiB, get: links.conversation, post: links.post),
        Route("/letter/{link}", .link(.letter), bodyKiB: limits.bodyKiB, get: links.conversation, post: links.post),
        Route("/letter/{link}/{proof}", .link(.letter), bodyKiB: limits.bodyKiB, get: links.conversation, post: links.post),
        Route("/mute/{link}", .link(.mute), bodyKiB: 4, get: links.mute, post: links.setMute),
        Route("/report/{link}", .link(.report), bodyKiB: 16, get: reports.show, post: reports.post),
        Route("/prove/{link}", .link(.prove), bodyKiB: 4, get: proofs.show, post: proofs.post),
        Route("/pause/{link}", .link(.pause), bodyKiB: 4, get: links.pause, post: links.setPause),
        Route("/manage", .anyoneOrMember, bodyKiB: 8, get: own.front, post: own.post),
        Route("/manage/asked", .anyoneOrMember, get: own.asked),
        Route("/manage/letters", .member, get: own.letters),
        Route("/manage/settings", .member, bodyKiB: 8, get: own.settings, post: own.save),
        Route("/manage/mutes", .member, bodyKiB: 8, get: own.mutes, post: own.setMuted),
        Route("/manage/address", .member, bodyKiB: 8, get: own.address, post: own.changeAddress),
        Route("/manage/data", .member, get: own.data),
        Route("/manage/export", .member, get: own.export),
        Route("/manage/erase", .member, bodyKiB: 8, get: own.leave, post: own.erase),
        Route("/manage/{link}", .mailedLink, bodyKiB: 4, get: own.open, post: own.signIn),
        Route("/manage/{link}/export", .member, get: own.exportBehindLink),
        Route("/undo/{link}", .mailedLink, bodyKiB: 4, get: undo.show, post: undo.post),
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

extension MemberPages {
    fileprivate init(_ services: PublicServices, _ configuration: WebConfiguration, _ responses: ResponseFactory) {
        self.init(
            members: services.ownPages, confirmations: services.confirmations, linkRequests: services.linkRequests,
            origins: PostOriginReader(sites: services.sites, publicURL: configuration.publicURL), responses: responses,
            publicURL: configuration.publicURL, now: services.now)
    }
}

/// The guards of every request, outermost first. `buildApplication` lists what the connection has passed before.
///
/// There is no `HostGuard`: nothing here depends on the host name, and a proxy may send any. The intake service limits the
/// rate of letters, because it knows the recipient, the sender and the text.
@MiddlewareFixedTypeBuilder<Request, Response, WebContext>
private func publicGuards(
    _ services: PublicServices, members: MemberPages, clients: ClientFinder, _ responses: ResponseFactory, limits: WebLimits
) -> some MiddlewareProtocol<Request, Response, WebContext> {
    ResponseFinisher(bodyKiB: limits.bodyKiB)
    FaultResponder(responses)
    RequestLimitGuard(requests: services.requests, clients: clients, responses: responses, now: services.now)
    LineGuard(limitKiB: limits.lineKiB)
    LinkReader()
    SessionGuard(pages: members)
    AccessGuard()
    MethodGuard(responses)
    CanonicalPathRedirect(responses: responses)
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
        guards: publicGuards(
            services, members: MemberPages(services, configuration, responses), clients: clients, responses, limits: limits),
        randomness: services.randomness)
    return buildApplication(
        configuration, router, responses.headers, admission: admission, logger: logger, onListening: onListening)
}
