private import HTTPTypes
internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// Letters that are nearly the same and go to many: `/waves`, `/waves/{id}` and what is posted from there.
struct WavePages: Sendable {
    let waves: any WaveServing
    /// For what the pages have in common with the desk's: its numbers, its keys, and what can be undone.
    let desk: any DeskServing
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    static let path = "/waves"

    static func path(of id: LetterID) -> String { "\(path)/\(id)" }

    /// `GET /waves`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let found = try await context.asking { try await waves.waves() }
        let desk = try await around(staff, context)
        return responses.page(
            WavesPage(found, desk, staff: staff, now: now(), responses.presentation(for: request, context)),
            under: responses.headers.askingPage)
    }

    /// `GET /waves/{id}`
    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await page(WaveNotice(rawValue: request.queryField(DeskNotice.field) ?? ""), nil, request, context)
    }

    private func around(_ staff: SignedInStaff, _ context: WebContext) async throws(RequestFault) -> WavePage.Desk {
        try await context.asking {
            WavePage.Desk(
                counts: try await desk.counts(.held, after: nil), undoable: try await desk.undoable(by: staff),
                hasKeys: try await desk.hasKeys(staff))
        }
    }

    /// - Parameter draft: what was written and not taken.
    private func page(
        _ notice: WaveNotice?, _ draft: WaveForm?, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        guard let id = LetterID(context["id"]) else { throw .notFound }
        let after = request.queryField("after").flatMap { LetterID($0) }
        guard let sheet = try await context.asking({ try await waves.wave(id, after: after, for: staff) }) else {
            throw .notFound
        }
        let desk = try await around(staff, context)
        return responses.page(
            WavePage(
                sheet, desk, notice, draft.map { WavePage.Draft($0) }, staff: staff, now: now(),
                responses.presentation(for: request, context)),
            status: draft == nil ? .ok : .unprocessableContent, under: responses.headers.askingPage)
    }

    /// `POST /waves/{id}/decision`: of many letters, their number must have been typed.
    func decide(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(WaveForm.self, context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        guard let act = ReviewAct(rawValue: form[.act]), act.isAboutWave, let version = Int(form[.version]) else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        guard !form[.sentence].isTooLongForSentence else { return try await page(.longSentence, form, request, context) }
        guard let sheet = try await context.asking({ try await waves.wave(id, after: nil, for: staff) }) else {
            throw .notFound
        }
        // Of what was decided meanwhile nobody needs to count the letters.
        let waiting = sheet.version == version ? sheet.detail.wave.waiting : 0
        if waiting > ReviewLimit.unasked, Int(form[.number].filter { $0.isASCII && $0.isNumber }) != waiting {
            return try await page(.number, form, request, context)
        }
        let wish = WaveWish(
            act, about: id, version: version, reason: ReviewReason(rawValue: form[.reason]),
            sentence: try? HeaderText(form[.sentence], limit: ReviewLimit.sentence), tells: form[.tells] == "yes")
        switch try await context.asking({ try await waves.decide(wish, by: staff) }) {
        case .made:
            let next = try await context.asking { try await waves.next(after: id, for: staff) }
            return responses.seeOther(Self.path(of: next ?? id))
        case .late: return responses.seeOther("\(Self.path(of: id))?\(DeskNotice.field)=\(WaveNotice.late.rawValue)")
        case .unsuitable: return try await page(.unsuitable, form, request, context)
        case .unknown: throw .notFound
        }
    }

    /// `POST /waves/{id}/take`
    func take(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, _) = try await request.staffPost(WaveForm.self, context)
        guard let id = LetterID(context["id"]) else { throw .notFound }
        try await context.asking { try await waves.take(id, by: staff) }
        return responses.seeOther(Self.path(of: id))
    }
}

/// What the page of a wave says of the act that led to it.
package enum WaveNotice: String, Sendable {
    /// Somebody else has decided.
    case late
    /// A decision was carried out, or undone, before: as `DeskNotice` writes it.
    case undoLate = "undo"
    /// The number that was typed is not that of the letters.
    case number
    case unsuitable
    case longSentence = "sentence"
}

/// What was posted from the page of a wave.
struct WaveForm: SessionForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        case act, version, reason, sentence, tells, number
    }

    var fields = PostedFields<Field>()

    var sessionToken: String { self[.form] }
}
