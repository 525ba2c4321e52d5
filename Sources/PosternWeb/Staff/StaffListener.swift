private import HTTPTypes
package import Hummingbird
package import Logging
package import NIOCore
package import PosternCore
private import PosternMail
package import PosternRelay

/// Answers staff, on a listener of its own that the Internet does not reach.
package struct StaffListener: HTTPResponder {
    private let overview: any StaffOverviewSource
    private let metrics: MetricsRoute
    private let mailbox: MailboxLetters?
    private let assets: AssetRoutes
    private let responses: ResponseFactory
    private let hosts: StaffHosts
    private let now: @Sendable () -> Timestamp

    package init(
        overview: any StaffOverviewSource, metrics: MetricsRoute, mailbox: MailboxLetters?, responses: ResponseFactory,
        hosts: StaffHosts,
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.overview, self.metrics, self.mailbox) = (overview, metrics, mailbox)
        (self.responses, self.hosts, self.now) = (responses, hosts, now)
        assets = AssetRoutes(responses: responses)
    }

    package func respond(to request: Request, context: WebContext) async throws -> Response {
        var response = await answer(request, context)
        if request.announcedLength > 0 || request.headers[.transferEncoding] != nil { response = response.closing() }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ context: WebContext) async -> Response {
        guard hosts.serve(request.head.authority) else { return responses.error(.misdirected) }
        guard let route = StaffRoute(path: request.uri.path) else { return responses.error(.notFound) }
        guard request.method == .get || request.method == .head else {
            var response = responses.error(.method)
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        switch route {
        case .overview: return await overview(context)
        case .metrics: return await metrics.respond()
        case .asset(let name, let version): return assets.asset(name, version: version, request)
        case .mailbox:
            guard let mailbox else { return responses.error(.notFound) }
            return responses.page(MailboxPage(mailbox.newestFirst, .unbranded(responses.templates)))
        case .letter(let number):
            guard let letter = mailbox?.letter(number) else { return responses.error(.notFound) }
            let page = MailboxLetterPage(letter, .unbranded(responses.templates))
            return responses.page(page, under: responses.headers.framing)
        case .html(let number):
            guard let letter = mailbox?.letter(number), let html = MailView(source: letter.source).html else {
                return responses.error(.notFound)
            }
            return ResponseFactory.response(.ok, responses.headers.framed, "text/html; charset=utf-8", ByteBuffer(string: html))
        case .raw(let number):
            guard let letter = mailbox?.letter(number) else { return responses.error(.notFound) }
            return responses.text(ByteBuffer(bytes: letter.source))
        }
    }

    private func overview(_ context: WebContext) async -> Response {
        var known: StaffOverview?
        do {
            known = try await overview.overview()
        } catch {
            _ = context.incident("the overview cannot be made", error)
        }
        let mailboxPath = mailbox == nil ? nil : StaffRoute.mailbox.path
        return responses.page(OverviewPage(known, mailbox: mailboxPath, now: now(), .unbranded(responses.templates)))
    }
}

/// The names the staff pages are served under.
///
/// A page out in the Internet can have its own name point at 127.0.0.1 and read what a browser on this machine gets
/// there ("DNS rebinding"). It cannot make the browser send another `Host` than its own.
package struct StaffHosts: Sendable {
    private let names: Set<String>

    /// - Parameter names: beside IP addresses and `localhost`, which nobody else can own.
    package init(_ names: [String] = []) {
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
    }

    /// - Parameter authority: of the request, `host` or `host:port`.
    package func serve(_ authority: String?) -> Bool {
        guard let authority = authority?.lowercased() else { return false }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return ClientAddress(text: authority[authority.index(after: authority.startIndex)..<end]) != nil
        }
        let host = authority.prefix { $0 != ":" }
        return names.contains(String(host)) || ClientAddress(text: host) != nil
    }
}

/// The staff listener, ready to run as a service.
///
/// - Parameters:
///   - mailbox: of the demo mailbox, if there is one.
///   - hosts: names the pages are served under, beside IP addresses and `localhost`.
package func buildStaffApplication(
    _ configuration: WebConfiguration, overview: any StaffOverviewSource, metrics: MetricRegistry, source: any MetricsSource,
    mailbox: MailboxLetters?, templates: Templates, now: @escaping @Sendable () -> Timestamp, logger: Logger,
    hosts: [String] = [], onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    // Staff reach it over loopback, a tunnel or a proxy of their own: whether that is HTTPS, it cannot know.
    let responses = ResponseFactory(templates: templates, headers: SecurityHeaders(isSecure: false))
    let listener = StaffListener(
        overview: overview, metrics: MetricsRoute(registry: metrics, source: source, responses: responses), mailbox: mailbox,
        responses: responses, hosts: StaffHosts(hosts), now: now)
    // Who reaches this listener at all, the operator decides; its share of connections is the whole.
    let admission = ConnectionAdmission(proxies: TrustedProxies([]), connectionsPerPrefix: configuration.limits.connections)
    return buildApplication(
        configuration, listener, responses.headers, admission: admission, logger: logger, onListening: onListening)
}
