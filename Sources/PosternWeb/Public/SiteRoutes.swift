private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore
private import PosternCore
package import PosternRelay

/// What is a site's and no recipient's: its colours, its logo, its privacy statement.
package struct SiteRoutes: Sendable {
    private let sites: any SiteLookup
    private let answers: Answers

    package init(sites: any SiteLookup, answers: Answers) {
        (self.sites, self.answers) = (sites, answers)
    }

    /// `GET /look/{site}/{colour}.css`. Made from the address alone: another colour is another address.
    package func stylesheet(_ request: Request, colour: String) -> Response {
        guard let accent = AccentColour("#" + colour) else {
            return answers.error(.notFound, answers.presentation(for: request))
        }
        return kept("text/css; charset=utf-8", ByteBuffer(string: AccentPalette(accent).stylesheet), answers.headers.asset)
    }

    /// `GET /look/{site}/{version}/logo`.
    package func logo(_ request: Request, of site: String, version: String, _ context: WebContext) async -> Response {
        do {
            guard let logo = try await sites.logo(of: site), logo.mark.version == version else {
                return answers.error(.notFound, answers.presentation(for: request))
            }
            return kept(logo.mark.kind.rawValue, ByteBuffer(bytes: logo.content), answers.headers.foreignAsset)
        } catch {
            return unavailable(request, "a logo cannot be read", error, context)
        }
    }

    /// `GET /privacy/{site}`.
    package func privacy(_ request: Request, of site: String, _ context: WebContext) async -> Response {
        do {
            guard let facts = try await sites.privacyFacts(of: site) else {
                return answers.error(.notFound, answers.presentation(for: request))
            }
            let presentation = answers.presentation(for: request, site: facts.site)
            return answers.page(PrivacyPage(facts, path: "/privacy/\(facts.site.id)", presentation))
        } catch {
            return unavailable(request, "the privacy statement cannot be made", error, context)
        }
    }

    /// `GET /privacy/{site}.json`.
    package func privacyForPrograms(of site: String, _ context: WebContext) async -> Response {
        do {
            guard let facts = try await sites.privacyFacts(of: site) else { return answers.problem(.notFound) }
            return answers.json(facts.json, status: .ok)
        } catch {
            let incident = context.incident("the privacy statement cannot be made", error)
            return answers.problem(.unavailable(incident)).retrying(after: .seconds(60))
        }
    }

    private func kept(_ type: String, _ content: ByteBuffer, _ fields: HTTPFields) -> Response {
        var fields = fields
        fields[.cacheControl] = "public, max-age=31536000, immutable"
        return Answers.response(.ok, fields, type, content)
    }

    private func unavailable(_ request: Request, _ what: Logger.Message, _ error: any Error, _ context: WebContext) -> Response {
        answers.error(.unavailable, answers.presentation(for: request), incident: context.incident(what, error))
    }
}
