private import HTTPTypes
internal import Hummingbird
private import Logging
private import PosternCore
internal import PosternRelay

/// Lets scripts on a site's own origins, and no others, post letters (CORS, fetch.spec.whatwg.org §3.3). Never `*`, and
/// never with credentials: there are none.
///
/// An unknown site and an origin that is not the site's get the same answer, which allows nothing. The browser tells the
/// developer, and nobody learns which sites there are.
struct CrossOrigin: Sendable {
    let sites: any SiteLookup
    let responses: ResponseFactory

    /// Answers the browser's `OPTIONS` request before a script of another origin may post.
    func preflight(_ request: Request, _ context: WebContext) async -> Response {
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
    func open(_ response: Response, to request: Request, _ context: WebContext) async -> Response {
        var response = response
        response.headers[.vary] = "Origin"
        guard let origin = await origin(of: request, context) else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "Retry-After, RateLimit, RateLimit-Policy"
        return response
    }

    /// The request's origin, if it is one of the site's.
    private func origin(of request: Request, _ context: WebContext) async -> String? {
        guard request.headers.contains(.origin), let written = request.headers[.origin] else { return nil }
        return await sites.ownOrigin(written, context)?.description
    }
}
