private import HTTPTypes
package import Hummingbird
package import Logging
package import NIOCore
package import PosternCore
package import PosternRelay

/// Answers everything that comes in from the Internet.
///
/// Not Hummingbird's router: with it 405 and `Allow`, `HEAD` and the headers of errors would each be a wrapper around
/// it, and a closed enum of routes has them in one switch the compiler checks.
package struct PublicListener: HTTPResponder {
    private let contactForm: ContactForm
    private let letterAPI: LetterAPI
    private let confirmationForm: ConfirmationForm
    private let sites: SiteRoutes
    private let health: HealthRoutes
    private let assets: AssetRoutes
    private let responses: ResponseFactory
    private let bodyKiB: Int
    private let lineKiB: Int

    package init(
        contactForm: ContactForm, letterAPI: LetterAPI, confirmationForm: ConfirmationForm, sites: SiteRoutes,
        health: HealthRoutes, assets: AssetRoutes, responses: ResponseFactory, limits: WebLimits
    ) {
        (self.contactForm, self.letterAPI, self.confirmationForm) = (contactForm, letterAPI, confirmationForm)
        (self.sites, self.health, self.assets) = (sites, health, assets)
        self.responses = responses
        (bodyKiB, lineKiB) = (limits.bodyKiB, limits.lineKiB)
    }

    package func respond(to request: Request, context: WebContext) async throws -> Response {
        let response = await answer(request, context)
        if request.method == .head { return response.createHeadResponse() }
        // Hummingbird would read the rest of a body nobody asked for, however long it is.
        let isBodyLeft =
            request.announcedLength > bodyKiB * 1_024
            || (request.headers[.transferEncoding] != nil && response.status.code >= 400)
        return isBodyLeft ? response.closing() : response
    }

    private func answer(_ request: Request, _ context: WebContext) async -> Response {
        let path = request.uri.path
        guard request.isLineWithin(limitKiB: lineKiB) else {
            return PublicRoute.isForPrograms(path)
                ? responses.problem(.targetTooLong(limitKiB: lineKiB))
                : responses.targetTooLong(responses.presentation(for: request))
        }
        guard let route = PublicRoute(path: path) else {
            return PublicRoute.isForPrograms(path)
                ? responses.problem(.notFound) : responses.error(.notFound, responses.presentation(for: request))
        }
        guard route.methods.contains(request.method) else { return notAllowed(route, request) }
        switch route {
        case .contact(let address) where request.method == .post: return await contactForm.post(request, for: address, context)
        case .contact(let address): return await contactForm.show(request, for: address, context)
        case .sent(let address): return await contactForm.sent(request, for: address, context)
        case .confirmation(let address, let token) where request.method == .post:
            return await confirmationForm.post(request, for: address, token: token, context)
        case .confirmation(let address, _): return await confirmationForm.show(request, for: address, context)
        case .letters(let address) where request.method == .options:
            return await letterAPI.preflight(request, to: address, allowing: route.allowed, context)
        case .letters(let address): return await letterAPI.post(request, to: address, context)
        case .live: return health.live()
        case .ready: return await health.ready()
        case .asset(let name, let version): return assets.asset(name, version: version, request)
        case .look(let colour): return sites.stylesheet(request, colour: colour)
        case .logo(let site, let version): return await sites.logo(request, of: site, version: version, context)
        case .privacy(let site): return await sites.privacy(request, of: site, context)
        case .privacyForPrograms(let site): return await sites.privacyForPrograms(of: site, context)
        case .openAPI: return responses.json(responses.templates.openAPI, status: .ok)
        }
    }

    private func notAllowed(_ route: PublicRoute, _ request: Request) -> Response {
        var response =
            PublicRoute.isForPrograms(request.uri.path)
            ? responses.problem(.methodNotAllowed(route.allowed)) : responses.error(.method, responses.presentation(for: request))
        response.headers[.allow] = route.allowed
        return response
    }
}

/// The public listener, ready to run as a service.
///
/// - Parameters:
///   - tokens: of the forms.
///   - sites: what pages of a site show besides its recipients.
///   - now: the wall clock.
///   - onListening: told the address once the port is open; with port 0, that is how to learn it.
package func buildPublicApplication(
    _ configuration: WebConfiguration, submissions: any SubmissionService, tokens: any FormTokenKeeping, sites: any SiteLookup,
    confirmations: any ConfirmationTaker, readiness: any ReadinessSource, templates: Templates,
    now: @escaping @Sendable () -> Timestamp, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let responses = ResponseFactory(templates: templates, headers: SecurityHeaders(isSecure: configuration.isSecure))
    let proxies = TrustedProxies(configuration.trustedProxies)
    let admission = ConnectionAdmission(proxies: proxies, connectionsPerPrefix: configuration.limits.connectionsPerPrefix)
    let intake = LetterIntake(submissions: submissions, clients: ClientFinder(proxies: proxies, admission: admission), now: now)
    let bodyKiB = configuration.limits.bodyKiB
    let listener = PublicListener(
        contactForm: ContactForm(intake: intake, tokens: tokens, responses: responses, bodyKiB: bodyKiB),
        letterAPI: LetterAPI(
            intake: intake, crossOrigin: CrossOrigin(sites: sites, responses: responses), responses: responses, bodyKiB: bodyKiB),
        confirmationForm: ConfirmationForm(confirmations: confirmations, intake: intake, responses: responses),
        sites: SiteRoutes(sites: sites, responses: responses),
        health: HealthRoutes(readiness, responses: responses),
        assets: AssetRoutes(responses: responses), responses: responses, limits: configuration.limits)
    return buildApplication(
        configuration, listener, responses.headers, admission: admission, logger: logger, onListening: onListening)
}
