private import HTTPTypes
internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// Letters that are nearly the same and go to many: `/waves`, `/waves/{id}` and what is posted from there.
struct WavePages: Sendable {
    let waves: any WaveServing
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    static let path = "/waves"

    static func path(of id: LetterID) -> String { "\(path)/\(id)" }

    /// `GET /waves`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let found = try await context.asking { try await waves.waves() }
        return responses.page(
            WavesPage(found, now: now(), responses.presentation(for: request, context)), under: responses.headers.askingPage)
    }

    /// `GET /waves/{id}`
    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await page(WaveNotice(rawValue: request.queryField("notice") ?? ""), .ok, request, context)
    }

    private func page(
        _ notice: WaveNotice?, _ status: HTTPResponse.Status, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        guard let id = LetterID(context["id"]) else { throw .notFound }
        let after = request.queryField("after").flatMap { LetterID($0) }
        guard let detail = try await context.asking({ try await waves.wave(id, after: after) }) else { throw .notFound }
        return responses.page(
            WavePage(detail, notice, staff: staff, now: now(), responses.presentation(for: request, context)), status: status,
            under: responses.headers.askingPage)
    }

    /// `POST /waves/{id}/decision`: of many letters, their number must have been typed.
    func decide(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(WaveForm.self, context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        guard let act = WaveAct(rawValue: form[.act]) else { throw RequestFault(page: .badRequest, .badRequest) }
        guard let detail = try await context.asking({ try await waves.wave(id, after: nil) }) else { throw .notFound }
        let waiting = detail.wave.waiting
        if waiting > ReviewLimit.unasked, Int(form[.number].filter { $0.isASCII && $0.isNumber }) != waiting {
            return try await page(.number, .unprocessableContent, request, context)
        }
        let tells = form[.tells] == "yes"
        return try await ended(
            id, try await context.asking { try await waves.decide(id, act, tells: tells, by: staff) }, orSaying: .late)
    }

    /// `POST /waves/{id}/undo`
    func undo(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, _) = try await request.staffPost(WaveForm.self, context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        return try await ended(id, try await context.asking { try await waves.undo(id, by: staff) }, orSaying: .undoLate)
    }

    private func ended(
        _ id: LetterID, _ answer: WaveAnswer, orSaying notice: WaveNotice
    ) async throws(RequestFault) -> Response {
        switch answer {
        case .done: responses.seeOther(Self.path(of: id))
        case .late: responses.seeOther("\(Self.path(of: id))?notice=\(notice.rawValue)")
        case .unknown: throw .notFound
        }
    }
}

/// What the page of a wave says of the act that led to it.
package enum WaveNotice: String, Sendable {
    /// Somebody else has decided.
    case late
    /// It was carried out before.
    case undoLate = "undo"
    /// The number that was typed is not that of the letters.
    case number
}

/// What was posted from the page of a wave.
struct WaveForm: SessionForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        case act, tells, number
    }

    var fields = PostedFields<Field>()

    var sessionToken: String { self[.form] }
}
