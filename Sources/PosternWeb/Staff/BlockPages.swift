private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// What staff have held or refused: `/blocks`, `/blocks/new`, `/blocks/{id}/remove`.
struct BlockPages: Sendable {
    static let path = StaffSection.blocks.path
    static let new = "/blocks/new"

    let blocks: any BlockServing
    let responses: ResponseFactory

    /// The form, about the sender of a letter: so that no address stands in one of ours.
    static func path(blockingSenderOf letter: LetterID) -> String { "\(new)?letter=\(letter)" }

    /// `GET /blocks`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let list = try await context.asking {
            try await blocks.list(before: request.queryField("before").flatMap { Int64($0) })
        }
        return responses.page(
            BlocksPage(list, BlocksPage.Notice(request), staff: staff, responses.presentation(for: request, context)))
    }

    /// `GET /blocks/new`: a page about a client leads there with its tag, one about a letter with its id.
    func offer(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        var draft = NewBlockPage.Draft()
        if let tag = request.queryField("tag") { (draft.mark, draft.lasting) = (String(tag.prefix(40)), NewBlockPage.clientSpan) }
        if let letter = request.queryField("letter") { (draft.kind, draft.mark) = (.letter, String(letter.prefix(40))) }
        return responses.page(
            NewBlockPage(draft, [], staff: try context.signedIn, responses.presentation(for: request, context)))
    }

    /// `POST /blocks/new`
    func add(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(AdministrationForm.self, context)
        let draft = NewBlockPage.Draft(form)
        guard let wish = draft.wish(isConfirmed: !form[.confirmed].isEmpty) else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        let shown = responses.presentation(for: request, context)
        switch try await context.asking({ try await blocks.add(wish, by: staff) }) {
        case .added(let block, let weight):
            return responses.seeOther("\(Self.path)?added=\(block.id)" + (weight.met.map { "&met=\($0)" } ?? ""))
        case .asks(let weight): return responses.page(BlockConfirmPage(draft, weight, staff: staff, shown))
        case .faulty(let faults):
            return responses.page(NewBlockPage(draft, faults, staff: staff, shown), status: .unprocessableContent)
        }
    }

    /// `POST /blocks/{id}/remove`
    func remove(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, _) = try await request.staffPost(AdministrationForm.self, context)
        guard let id = Int64(context["id"]) else { throw .notFound }
        let isRemoved = try await context.asking { try await blocks.remove(id, by: staff) }
        return responses.seeOther("\(Self.path)?\(isRemoved ? "removed" : "gone")=\(id)")
    }
}
