private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore
private import PosternCore
package import PosternRelay

/// What is a site's and no recipient's: its colours, its logo, its privacy statement.
package struct SiteRoutes: Sendable {
    private let sites: any SiteLookup
    private let responses: ResponseFactory

    package init(sites: any SiteLookup, responses: ResponseFactory) {
        (self.sites, self.responses) = (sites, responses)
    }

    /// `GET /look/{site}/{colour}.css`. Made from the address alone: another colour is another address.
    package func stylesheet(_ request: Request, colour: String) -> Response {
        guard let accent = AccentColour("#" + colour) else {
            return responses.error(.notFound, responses.presentation(for: request))
        }
        return kept("text/css; charset=utf-8", ByteBuffer(string: AccentPalette(accent).stylesheet), responses.headers.asset)
    }

    /// `GET /look/{site}/{version}/logo`.
    package func logo(_ request: Request, of site: String, version: String, _ context: WebContext) async -> Response {
        do {
            guard let logo = try await sites.logo(of: site), logo.mark.version == version else {
                return responses.error(.notFound, responses.presentation(for: request))
            }
            return kept(logo.mark.kind.rawValue, ByteBuffer(bytes: logo.content), responses.headers.foreignAsset)
        } catch {
            return unavailable(request, "a logo cannot be read", error, context)
        }
    }

    /// `GET /privacy/{site}`.
    package func privacy(_ request: Request, of site: String, _ context: WebContext) async -> Response {
        do {
            guard let facts = try await sites.privacyFacts(of: site) else {
                return responses.error(.notFound, responses.presentation(for: request))
            }
            let presentation = responses.presentation(for: request, site: facts.site)
            return responses.page(PrivacyPage(facts, path: "/privacy/\(facts.site.id)", presentation))
        } catch {
            return unavailable(request, "the privacy statement cannot be made", error, context)
        }
    }

    /// `GET /privacy/{site}.json`.
    package func privacyForPrograms(of site: String, _ context: WebContext) async -> Response {
        do {
            guard let facts = try await sites.privacyFacts(of: site) else { return responses.problem(.notFound) }
            return responses.json(facts.json, status: .ok)
        } catch {
            let incident = context.incident("the privacy statement cannot be made", error)
            return responses.problem(.unavailable(incident)).retrying(after: .seconds(60))
        }
    }

    private func kept(_ type: String, _ content: ByteBuffer, _ fields: HTTPFields) -> Response {
        var fields = fields
        fields[.cacheControl] = "public, max-age=31536000, immutable"
        return ResponseFactory.response(.ok, fields, type, content)
    }

    private func unavailable(_ request: Request, _ what: Logger.Message, _ error: any Error, _ context: WebContext) -> Response {
        responses.error(.unavailable, responses.presentation(for: request), incident: context.incident(what, error))
    }
}
