private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// The web sites, for administrators: `/sites`, `/sites/{site}`. What mails say of a site needs the vault's authorisation, and is
/// changed with a second factor (`ChangePages`).
struct SitePages: Sendable {
    static let path = StaffSection.sites.path

    let administration: any AdministrationServing
    let responses: ResponseFactory

    /// `GET /sites`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let sites = try await context.asking { try await administration.sites() }
        return responses.page(SitesPage(sites, responses.presentation(for: request, context)))
    }

    /// `GET /sites/{site}`
    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let site = try await site(context)
        return responses.page(
            SitePage(
                site, SitePage.Draft(site), [], isSaved: request.queryField("saved") != nil, staff: try context.signedIn,
                responses.presentation(for: request, context)))
    }

    /// `POST /sites/{site}`
    func change(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(AdministrationForm.self, context)
        let site = try await site(context)
        let draft = SitePage.Draft(form, of: site)
        let shown = responses.presentation(for: request, context)
        guard let change = draft.change else {
            return responses.page(
                SitePage(site, draft, draft.faults.map { $0.words(shown.texts) }, isSaved: false, staff: staff, shown),
                status: .unprocessableContent)
        }
        switch try await context.trying({ try await administration.change(site.id, change, by: staff) }) {
        case .success: return responses.seeOther("\(Self.path)/\(site.id)?saved=")
        case .failure(let refusal):
            return responses.page(
                SitePage(site, draft, [refusal.text], isSaved: false, staff: staff, shown), status: .unprocessableContent)
        }
    }

    private func site(_ context: WebContext) async throws(RequestFault) -> Site {
        let sites = try await context.asking { try await administration.sites() }
        guard let site = sites.first(where: { $0.id.text == context["site"] }) else { throw .notFound }
        return site
    }
}
