private import HTTPTypes
package import Hummingbird
private import Logging
private import PosternCore
package import PosternRelay

/// Lets scripts on a site's own origins, and no others, post letters (CORS, fetch.spec.whatwg.org §3.3). Never `*`, and
/// never with credentials: there are none.
///
/// An unknown site and an origin that is not the site's get the same answer, which allows nothing. The browser tells the
/// developer, and nobody learns which sites there are.
package struct CrossOrigin: Sendable {
    private let sites: any SiteLookup
    private let responses: ResponseFactory

    package init(_ sites: any SiteLookup, _ responses: ResponseFactory) {
        self.sites = sites
        self.responses = responses
    }

    /// Answers the browser's `OPTIONS` request before a script of another origin may post.
    package func preflight(_ request: Request, _ context: WebContext) async -> Response {
        var fields = responses.headers.api
        fields[.allow] = context.route?.allowed
        fields[.vary] = "Origin"
        if let origin = await origin(of: request, context) {
            fields[.accessControlAllowOrigin] = origin
            fields[.accessControlAllowMethods] = "POST"
            fields[.accessControlAllowHeaders] = "content-type, idempotency-key"
            fields[.accessControlMaxAge] = "600"
        }
        return Response(status: .noContent, headers: fields)
    }

    /// Lets the script that asked read the answer, if its origin is the site's.
    package func open(_ response: Response, to request: Request, _ context: WebContext) async -> Response {
        var response = response
        response.headers[.vary] = "Origin"
        guard let origin = await origin(of: request, context) else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "Retry-After, RateLimit, RateLimit-Policy"
        return response
    }

    /// The request's origin, if it is one of the site's.
    private func origin(of request: Request, _ context: WebContext) async -> String? {
        // `null`, which a sandboxed page sends, is never a site's origin.
        guard let written = request.headers[.origin], let origin = WebOrigin(written) else { return nil }
        do {
            guard let site = try await sites.site(context["site"]), site.origins.contains(origin) else { return nil }
            return origin.description
        } catch {
            // Not a reason to fail: the letter itself may have been accepted.
            context.logger.warning("a site cannot be looked up", metadata: [WebLogKey.fault: "\(type(of: error))"])
            return nil
        }
    }
}
