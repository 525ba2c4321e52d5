private import HTTPTypes
internal import Hummingbird
private import PosternCore
package import PosternRelay

/// Lets a site's own pages post letters from a browser (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): the origins
/// it has named, no others, and never with credentials, of which there are none.
package struct CrossOrigin: Sendable {
    private let sites: any SiteDesk

    package init(sites: any SiteDesk) {
        self.sites = sites
    }

    /// The origin that asks, when the site names it as its own.
    ///
    /// A store that cannot be read names none: the browser then refuses its page, and says so.
    func origin(of request: Request, site: String) async -> String? {
        guard let origin = request.headers[.origin], let site = try? await sites.site(site) else { return nil }
        return site.origins.contains { $0.description == origin } ? origin : nil
    }

    /// Answers a preflight; an origin that is no site's own gets the same answer without leave.
    static func preflight(_ response: Response, for origin: String?) -> Response {
        var response = allow(response, for: origin)
        guard origin != nil else { return response }
        response.headers[.accessControlAllowMethods] = "POST"
        response.headers[.accessControlAllowHeaders] = "content-type, idempotency-key"
        response.headers[.accessControlMaxAge] = "600"
        return response
    }

    /// Lets a page of `origin` read the answer.
    static func allow(_ response: Response, for origin: String?) -> Response {
        var response = response
        // Whoever keeps answers must not give one site's to another.
        response.headers[.vary] = "Origin"
        guard let origin else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "Retry-After, RateLimit, RateLimit-Policy"
        // The page that asks is of another site than we are; our pages stay closed to it.
        response.headers[.crossOriginResourcePolicy] = "cross-origin"
        return response
    }
}
