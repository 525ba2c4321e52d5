private import HTTPTypes
internal import Hummingbird
private import NIOCore
internal import PosternCore
internal import PosternRelay

/// What waits for staff: `/`, `/letters/{id}` and what is posted from them. Each change is a plain form; after it the browser is led to
/// a page that can be loaded again.
struct DeskPages: Sendable {
    let desk: any DeskServing
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    // MARK: - Looking

    /// `GET /`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await page(DeskQuery(request), nil, request, context)
    }

    /// `GET /letters/{id}`: its list beside it. The address stays; later the page says what became of the letter.
    func letter(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let query = DeskQuery(request)
        guard let letter = LetterID(context["id"]) else { throw .notFound }
        let lane = query.values[.lane] == nil ? nil : query.lane
        let item = try await context.asking { try await desk.show(letter, in: lane, to: staff) }
        guard let item else { throw .notFound }
        return try await page(query.with(.lane, item.lane.rawValue), item, request, context)
    }

    /// `GET /letters/{id}/export`: what the letter's page shows, as a file.
    func export(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        guard let letter = LetterID(context["id"]) else { throw .notFound }
        guard let format = LogExport(rawValue: request.queryField("as") ?? "") else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        guard let item = try await context.asking({ try await desk.show(letter, in: nil, to: staff) }) else { throw .notFound }
        var fields = responses.headers.api
        fields[.contentType] = format.mediaType
        fields[.contentDisposition] = "attachment; filename=\"postern-case-\(letter).\(format.rawValue)\""
        let file = CaseExport.file(item, as: format)
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: file)))
    }

    /// The page from which something was posted that was not taken, with what was written on it, so that it can be corrected.
    private func refused(
        _ notice: DeskNotice, _ form: DeskForm, _ query: DeskQuery, about letter: LetterID? = nil, _ request: Request,
        _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        var item: DeskItem?
        if let letter {
            item = try await context.asking { try await desk.show(letter, in: query.lane, to: staff) }
            guard item != nil else { throw .notFound }
        }
        return try await page(query, item, request, context, draft: DeskPage.Draft(form, notice))
    }

    private func page(
        _ query: DeskQuery, _ item: DeskItem?, _ request: Request, _ context: WebContext, draft: DeskPage.Draft? = nil
    ) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let parts = try await context.asking {
            let search = query.search
            let list = try await search.asyncMap { try await desk.list($0, after: query.after) }
            var next: LetterID?
            if let item, let search { next = try await desk.next(search, after: item.letter, for: staff) }
            return DeskPage.Parts(
                query: query, staff: staff, list: list ?? DeskList(rows: [], total: 0), item: item,
                next: next == item?.letter ? nil : next, counts: try await desk.counts(query.lane, after: nil),
                undoable: try await desk.undoable(by: staff), hasKeys: try await desk.hasKeys(staff),
                notice: DeskNotice(request), draft: draft, now: now())
        }
        return responses.page(
            DeskPage(parts, responses.presentation(for: request, context)), status: draft == nil ? .ok : .unprocessableContent,
            under: responses.headers.askingPage)
    }

    // MARK: - One letter

    /// `POST /letters/{id}/decision`
    func decide(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        guard let letter = LetterID(context["id"]), let act = form.act, !act.isAboutWave, let version = Int(form[.version]) else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        let query = form.query.with(.lane, act.lane.rawValue)
        func again(_ notice: DeskNotice) async throws(RequestFault) -> Response {
            try await refused(notice, form, query, about: letter, request, context)
        }
        guard !form.isSentenceTooLong else { return try await again(.longSentence) }
        let wish = ReviewWish(act, reason: form.reason, sentence: form.sentence, about: [.letter(letter, version: version)])
        switch try await context.asking({ try await desk.decide(wish, by: staff) }) {
        case .made:
            let next = try await context.asking {
                try await query.search.asyncFlatMap { try await desk.next($0, after: letter, for: staff) }
            }
            return responses.seeOther(next.map { query.path(to: $0) } ?? query.with(.after, nil).deskPath)
        case .late: return responses.seeOther(query.path(to: letter).adding(.late))
        case .unsuitable: return try await again(.unsuitable)
        case .cannotBlock: return try await again(.cannotBlock)
        }
    }

    /// `POST /letters/{id}/wait`: has colleagues leave it alone, or ends that.
    func wait(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        guard let letter = LetterID(context["id"]), let version = Int(form[.version]) else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        let isWaiting = form[.scope] != "end"
        let isDone = try await context.asking {
            try await desk.setWaiting(isWaiting, letter, in: form.query.lane, version: version, by: staff)
        }
        return responses.seeOther(form.query.path(to: letter).adding(isDone ? nil : .late))
    }

    /// `POST /letters/{id}/take`
    func take(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        guard let letter = LetterID(context["id"]) else { throw .notFound }
        try await context.asking { try await desk.take(letter, in: form.query.lane, by: staff) }
        return responses.seeOther(form.query.path(to: letter))
    }

    /// `POST /letters/{id}/note`
    func note(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        guard let letter = LetterID(context["id"]) else { throw .notFound }
        let text: LetterText
        do {
            text = try LetterText(form[.text], limit: ReviewLimit.note)
        } catch {
            guard case .tooLong = error else { return responses.seeOther(form.query.path(to: letter)) }
            return try await refused(.longNote, form, form.query, about: letter, request, context)
        }
        guard try await context.asking({ try await desk.note(text, about: letter, by: staff) }) else { throw .notFound }
        return responses.seeOther(form.query.path(to: letter))
    }

    // MARK: - Many letters

    /// `POST /desk/decision`: about the selected rows, or about all that match.
    func decideMany(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        guard let act = form.act, !act.isBlocking, !act.isAboutWave else { throw RequestFault(page: .badRequest, .badRequest) }
        let query = form.query.with(.lane, act.lane.rawValue)
        func again(_ notice: DeskNotice) async throws(RequestFault) -> Response {
            try await refused(notice, form, query, request, context)
        }
        let targets = form.targets(query)
        guard !targets.isEmpty else { return try await again(.nothingSelected) }
        guard !form.isSentenceTooLong else { return try await again(.longSentence) }
        let count = try await context.asking {
            var count = 0
            for target in targets { count += try await desk.count(target, in: act.lane) }
            return count
        }
        if let asking = form.asking(about: targets, of: count) {
            let isWrong = asking == .number && !form[.number].isEmpty
            return responses.page(
                DeskConfirmPage(
                    act, count: count, asking, HiddenField.all(query) + HiddenField.all(form), isWrong: isWrong, staff: staff,
                    back: query.deskPath, responses.presentation(for: request, context)),
                status: isWrong ? .unprocessableContent : .ok)
        }
        let wish = ReviewWish(act, reason: form.reason, sentence: form.sentence, about: targets)
        switch try await context.asking({ try await desk.decide(wish, by: staff) }) {
        case .made(_, let tally), .late(let tally): return responses.seeOther(query.deskPath.adding(.tally(tally)))
        case .unsuitable: return try await again(.unsuitable)
        case .cannotBlock: return try await again(.cannotBlock)
        }
    }

    // MARK: - Decisions

    /// `POST /decisions/{id}/undo`
    func undo(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        guard let id = StaffDecisionID(context["id"]) else { throw .notFound }
        let wave: LetterID?
        var notice: DeskNotice?
        switch try await context.asking({ try await desk.undo(id, by: staff) }) {
        case .unknown: throw .notFound
        case .undone(let decision, _): wave = decision.wave
        case .late(let decision): (wave, notice) = (decision.wave, .undoLate)
        }
        if let wave { return responses.seeOther(WavePages.path(of: wave).adding(notice)) }
        // One letter is shown again, which is where its decision was made; many are found in their list.
        if let letter = LetterID(form[.back]) { return responses.seeOther(form.query.path(to: letter).adding(notice)) }
        return responses.seeOther(form.query.deskPath.adding(notice))
    }

    /// `GET /decisions`
    func decisions(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        let query = DecisionQuery(request)
        let lines = try await context.asking { try await desk.decisions(query.filter, before: query.before) }
        return responses.page(
            DecisionsPage(lines, query, staff: staff, now: now(), responses.presentation(for: request, context)))
    }

    /// `POST /keys`: whether single keys press buttons.
    func keys(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, form) = try await request.staffPost(DeskForm.self, context)
        try await context.asking { try await desk.setKeys(form[.keys] == "on", for: staff) }
        if let wave = LetterID(form[.wave]) { return responses.seeOther(WavePages.path(of: wave)) }
        return responses.seeOther(LetterID(form[.back]).map { form.query.path(to: $0) } ?? form.query.deskPath)
    }
}

extension DeskForm {
    /// What is asked before many letters are decided about: their number, to be typed, where they are more than a glance takes in; else
    /// whether they are meant where several rows stand for more letters than there are rows and nobody has said how many.
    /// - Returns: nil where that was answered, or nothing is to be asked.
    func asking(about targets: [ReviewWish.Target], of count: Int) -> DeskConfirmPage.Asking? {
        if count > ReviewLimit.unasked {
            return Int(self[.number].filter { $0.isASCII && $0.isNumber }) == count ? nil : .number
        }
        let hasGroup = targets.contains { if case .group = $0 { true } else { false } }
        return hasGroup && targets.count > 1 && Int(self[.said]) != count ? .sum : nil
    }

    /// - Returns: nothing where no row is selected, or a row is none of ours.
    func targets(_ query: DeskQuery) -> [ReviewWish.Target] {
        guard var search = query.search else { return [] }
        search.isGrouped = false
        if self[.scope] == "all" { return LetterID(self[.newest]).map { [.all(search, through: $0)] } ?? [] }
        return items.compactMap { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let letter = LetterID(parts[0]) else { return nil }
            if let version = Int(parts[1]) { return .letter(letter, version: version) }
            return LetterID(parts[1]).map { .group(letter, through: $0, of: search) }
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let self else { return nil }
        return try await transform(self)
    }

    fileprivate func asyncFlatMap<Value>(_ transform: (Wrapped) async throws -> Value?) async rethrows -> Value? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
