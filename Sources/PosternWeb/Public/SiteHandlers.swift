private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore
private import PosternCore
package import PosternRelay

/// What belongs to a site as a whole: its colours, its logo, its privacy statement.
package struct SiteHandlers: Sendable {
    private let sites: any SiteLookup
    private let responses: ResponseFactory

    package init(_ sites: any SiteLookup, _ responses: ResponseFactory) {
        self.sites = sites
        self.responses = responses
    }

    /// `GET /look/{site}/{colour}.css`. Made from the URL alone: another colour has another URL.
    package func stylesheet(_: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let accent = AccentColour("#" + context["colour"]) else { throw .notFound }
        return kept("text/css; charset=utf-8", ByteBuffer(string: AccentPalette(accent).stylesheet), responses.headers.asset)
    }

    /// `GET /look/{site}/{version}/logo`.
    package func logo(_: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let logo = try await read("a logo cannot be read", context) { try await sites.logo(of: context["site"]) }
        guard let logo, logo.id.version == context["version"] else { throw .notFound }
        return kept(logo.id.kind.rawValue, ByteBuffer(bytes: logo.content), responses.headers.foreignAsset)
    }

    /// `GET /privacy/{site}`.
    package func privacy(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let facts = try await privacyFacts(context)
        let presentation = responses.presentation(for: request, site: facts.site)
        return responses.page(PrivacyPage(facts, path: "/privacy/\(facts.site.id)", presentation))
    }

    /// `GET /privacy/{site}.json`.
    package func privacyForPrograms(_: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        responses.json(try await privacyFacts(context).json)
    }

    private func privacyFacts(_ context: WebContext) async throws(RequestFault) -> PrivacyFacts {
        let facts = try await read("the privacy statement cannot be made", context) {
            try await sites.privacyFacts(of: context["site"])
        }
        guard let facts else { throw .notFound }
        return facts
    }

    private func read<Value>(
        _ failure: Logger.Message, _ context: WebContext, _ lookUp: () async throws -> Value
    ) async throws(RequestFault) -> Value {
        do {
            return try await lookUp()
        } catch {
            throw .unavailable(context.incident(failure, error))
        }
    }

    private func kept(_ type: String, _ content: ByteBuffer, _ fields: HTTPFields) -> Response {
        var fields = fields
        fields[.cacheControl] = "public, max-age=31536000, immutable"
        return ResponseFactory.response(.ok, fields, type, content)
    }
}
