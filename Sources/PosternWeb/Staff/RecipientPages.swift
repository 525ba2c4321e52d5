private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay
private import PosternText

/// The people who receive letters, for administrators: `/recipients`, `/recipients/{site}/{handle}`.
struct RecipientPages: Sendable {
    static let path = StaffSection.recipients.path

    let administration: any AdministrationServing
    let responses: ResponseFactory

    static func path(of handle: Handle, at site: SiteID) -> String { "\(path)/\(site)/\(handle)" }

    /// `GET /recipients?site=photos&handle=pat`: the one of that name, or those whose names follow.
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await list(request, context, nil, nil)
    }

    private func list(
        _ request: Request, _ context: WebContext, _ invitation: InvitationSheet?, _ refusal: OperationRefusal?,
        site asked: String? = nil
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let sites = try await context.asking { try await administration.sites() }
        let name = asked ?? request.queryField("site") ?? ""
        let site = sites.first { $0.id.text == name } ?? (name.isEmpty ? sites.first : nil)
        let typed = String((request.queryField("handle") ?? "").prefix(80))
        let after = request.queryField("after").flatMap { try? Handle($0) }
        var listing: RecipientListing?
        if let site = site?.id {
            if after == nil, let handle = Handle(spelled: typed) {
                if case .success = try await context.trying({ try await administration.recipient(handle, at: site) }) {
                    return responses.seeOther(Self.path(of: handle, at: site))
                }
            }
            let begin = after ?? Handle(spelled: typed)
            if case .success(let found) = try await context.trying({ try await administration.recipients(at: site, after: begin) }
            ) {
                listing = found
            }
        }
        return responses.page(
            RecipientsPage(
                listing, sites: sites, site: site?.id, typed: typed, invitation: invitation, refusal: refusal?.text,
                staff: staff, responses.presentation(for: request, context)),
            status: refusal == nil ? .ok : .unprocessableContent)
    }

    /// `POST /recipients`: makes a link with which one person may join.
    func invite(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(AdministrationForm.self, context)
        guard let site = try? SiteID(form[.site]) else { throw RequestFault(page: .badRequest, .badRequest) }
        let handle = Handle(spelled: form[.handle])
        guard handle != nil || form[.handle].isEmpty else {
            let texts = responses.presentation(for: request).texts
            return try await list(
                request, context, nil, OperationRefusal(text: texts(.recipientsNoHandle)), site: site.text)
        }
        switch try await context.trying({ try await administration.invite(to: site, as: handle, by: staff) }) {
        case .success(let invitation): return try await list(request, context, invitation, nil, site: site.text)
        case .failure(let refusal): return try await list(request, context, nil, refusal, site: site.text)
        }
    }

    /// `GET /recipients/{site}/{handle}`
    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await show(request, context, nil)
    }

    private func show(
        _ request: Request, _ context: WebContext, _ refusal: String?
    ) async throws(RequestFault) -> Response {
        let (staff, (site, handle)) = (try context.signedIn, try Self.names(context))
        switch try await context.trying({ try await administration.recipient(handle, at: site) }) {
        case .failure: throw .notFound
        case .success(let sheet):
            let done = request.queryField("done").flatMap { RecipientOperations.Action(rawValue: $0) }
            return responses.page(
                RecipientPage(
                    sheet, done: refusal == nil ? done : nil, refusal: refusal, staff: staff,
                    responses.presentation(for: request, context)), status: refusal == nil ? .ok : .unprocessableContent)
        }
    }

    /// `POST /recipients/{site}/{handle}`: pauses, resumes, or erases whose handle is typed once more.
    func act(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(AdministrationForm.self, context)
        let (site, handle) = try Self.names(context)
        guard let action = RecipientOperations.Action(rawValue: form[.action]) else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        if action == .erase, Handle(spelled: form[.typed]) != handle {
            let texts = responses.presentation(for: request).texts
            return try await show(request, context, texts(.recipientWrongHandle, [.handle: handle.text]))
        }
        let done = try await context.trying { try await administration.apply(action, to: handle, at: site, by: staff) }
        if case .failure(let refusal) = done { return try await show(request, context, refusal.text) }
        return responses.seeOther("\(Self.path(of: handle, at: site))?done=\(action.rawValue)")
    }

    private static func names(_ context: WebContext) throws(RequestFault) -> (SiteID, Handle) {
        guard let site = try? SiteID(context["site"]), let handle = try? Handle(context["handle"]) else { throw .notFound }
        return (site, handle)
    }
}
