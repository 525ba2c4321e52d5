private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// Letters that are nearly the same and go to many: `/waves`, `/waves/{id}` and what is posted from there.
struct WavePages: Sendable {
    let waves: any WaveTaker
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    static let path = "/waves"

    static func path(of id: LetterID) -> String { "\(path)/\(id)" }

    /// `GET /waves`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let found = try await answer(context) { try await waves.waves() }
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
        let staff = try staff(context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        let after = request.queryField("after").flatMap { LetterID($0) }
        guard let detail = try await answer(context, { try await waves.wave(id, after: after) }) else { throw .notFound }
        return responses.page(
            WavePage(detail, notice, staff: staff, now: now(), responses.presentation(for: request, context)), status: status,
            under: responses.headers.askingPage)
    }

    /// `POST /waves/{id}/decision`: of many letters, their number must have been typed.
    func decide(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await ownPost(request, context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        guard let act = WaveAct(rawValue: form[.act]) else { throw RequestFault(page: .badRequest, .badRequest) }
        guard let detail = try await answer(context, { try await waves.wave(id, after: nil) }) else { throw .notFound }
        let waiting = detail.wave.waiting
        if waiting > ReviewLimit.unasked, Int(form[.number].filter { $0.isASCII && $0.isNumber }) != waiting {
            return try await page(.number, .unprocessableContent, request, context)
        }
        let tells = form[.tells] == "yes"
        return try await ended(
            id, try await answer(context) { try await waves.decide(id, act, tells: tells, by: staff) }, orSaying: .late)
    }

    /// `POST /waves/{id}/undo`
    func undo(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, _) = try await ownPost(request, context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        return try await ended(id, try await answer(context) { try await waves.undo(id, by: staff) }, orSaying: .undoLate)
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

    // MARK: -

    private func staff(_ context: WebContext) throws(RequestFault) -> SignedInStaff {
        guard let staff = context.staff else { throw .notFound }
        return staff
    }

    /// What was posted from a page of this session: its forms have the session's token.
    private func ownPost(_ request: Request, _ context: WebContext) async throws(RequestFault) -> (SignedInStaff, WaveForm) {
        let (form, refusal) = await request.posted(WaveForm.self, context)
        guard let own = context.staff, refusal == nil, form[.form] == own.formToken else {
            throw RequestFault(page: .badRequest, .forbidden)
        }
        return (own, form)
    }

    private func answer<Value: Sendable>(
        _ context: WebContext, _ ask: () async throws -> Value
    ) async throws(RequestFault) -> Value {
        do {
            return try await ask()
        } catch {
            throw .unavailable(context.incident("waves cannot be read", error))
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
struct WaveForm: ReadableForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        case act, tells, number
    }

    private var values: [Field: String] = [:]
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var repeated: String?
        for posted in posted.fields {
            guard let field = Field(rawValue: posted.name) else { continue }
            if values[field] == nil { values[field] = posted.value } else { repeated = repeated ?? posted.name }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    /// A decision is soon made again.
    init(salvaging _: [UInt8]) {}

    subscript(field: Field) -> String { values[field] ?? "" }
}
