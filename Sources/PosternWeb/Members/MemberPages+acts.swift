internal import HTTPTypes
internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// The member's first page and what its buttons do; what came, who is muted, what is held; leaving.
extension MemberPages {
    func home(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await home(.shown(deed(request)), try sheet(request, context), context)
    }

    private func home(
        _ occasion: HomePage.Occasion, status: HTTPResponse.Status = .ok, _ sheet: MemberSheet, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let letters = try await answer(context) { try await members.ledger(sheet.member.secret, before: nil) } ?? []
        return shown(
            HomePage(occasion, letters: Array(letters.prefix(HomePage.letterCount)), now: now(), on: sheet), status: status)
    }

    func deed(_ request: Request) -> MemberDeed? { request.queryField("done").flatMap { MemberDeed(rawValue: $0) } }

    /// What was posted to `/manage` within a session.
    func act(
        _ form: MemberForm, _ refusal: FormRefusal?, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let sheet = try sheet(request, context)
        if let obstacle = await obstacle(form, refusal, request, context) {
            return try await home(.obstacle(obstacle, until: form[.until]), status: .unprocessableContent, sheet, context)
        }
        switch form.action {
        case .pause:
            var until: Timestamp?
            if !form[.until].isEmpty {
                guard let day = PauseDay.start(of: form[.until], at: now()) else {
                    return try await home(.unclearDay(form[.until]), status: .unprocessableContent, sheet, context)
                }
                until = day
            }
            return try await act(.pause(until: until), .paused, form, sheet, request, context)
        case .resume: return try await act(.resume, .resumed, form, sheet, request, context)
        case .signOut:
            try await answer(context) { try await members.signOut(sheet.member.secret) }
            return cookie.removed(in: seeOther(MemberPath.home, request))
        default: return seeOther(MemberPath.home, request)
        }
    }

    private func act(
        _ act: MemberAct, _ deed: MemberDeed, _ form: MemberForm, _ sheet: MemberSheet, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let letters = try await answer(context) { try await members.ledger(sheet.member.secret, before: nil) } ?? []
        let answer = await members.act(act, sheet.member.secret)
        return told(answer, form, request, { _ in seeOther(MemberPath.home, after: deed, request) }) { page, obstacle in
            shown(
                HomePage(
                    .obstacle(obstacle, until: form[.until]), letters: Array(letters.prefix(HomePage.letterCount)), now: now(),
                    on: self.sheet(sheet.member, showing: page, request)))
        }
    }

    // MARK: - What came

    /// `GET /manage/letters`.
    func letters(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let sheet = try sheet(request, context)
        let before = request.queryField("before").flatMap { LetterID($0) }
        let letters = try await answer(context) { try await members.ledger(sheet.member.secret, before: before) } ?? []
        return shown(LettersPage(letters, before: before, on: sheet))
    }

    // MARK: - Muted visitors

    /// `GET /manage/mutes`.
    func mutes(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        shown(MutesPage(done: deed(request), on: try sheet(request, context)))
    }

    /// `POST /manage/mutes`: a visitor is heard again, or after all not; a connection is heard again.
    func setMuted(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(MemberForm.self, context)
        let sheet = try sheet(request, context)
        // What was not pressed here, or long ago, can be pressed again: nothing was typed.
        guard await obstacle(form, refusal, request, context) == nil else { return seeOther(MemberPath.mutes, request) }
        func again(_: MemberPage?, _: MemberObstacle) -> Response {
            responses.fault(RequestFault(page: .unavailable, .serviceUnavailable), request, context)
        }
        if form.action == .unmuteConnection, let conversation = LetterID(form[.conversation]) {
            let answer = await members.act(.unmuteConnection(from: conversation), sheet.member.secret)
            return told(
                answer, form, request, { _ in seeOther(MemberPath.mutes, after: .unmutedConnection, request) }, again: again)
        }
        guard let visitor = MutedVisitorID(form[.visitor]) else { return seeOther(MemberPath.mutes, request) }
        if form.action == .mute {
            guard let conversation = LetterID(form[.conversation]) else { return seeOther(MemberPath.mutes, request) }
            let answer = await members.act(.mute(visitor, from: conversation), sheet.member.secret)
            return told(
                answer, form, request, { _ in seeOther(MemberPath.mutes, after: .muted, request) }, again: again)
        }
        let former = sheet.page.mutes.first { $0.visitor == visitor }
        let answer = await members.act(.unmute(visitor), sheet.member.secret)
        return told(
            answer, form, request,
            { page in
                // Pressed twice, it was done the first time, and nobody knows any more who it was.
                guard let former else { return seeOther(MemberPath.mutes, after: .unmuted, request) }
                return shown(MutesPage(done: .unmuted, heard: former, on: self.sheet(sheet.member, showing: page, request)))
            }, again: again)
    }

    // MARK: - What is held

    /// `GET /manage/data`.
    func data(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let sheet = try sheet(request, context)
        return shown(HeldDataPage(try await export(sheet.member, context), on: sheet))
    }

    /// `GET /manage/{link}/export`: for anyone who has signed in with that link. Any other is over, or somebody else's.
    func exportBehindLink(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let member = try sheet(request, context).member
        guard let link = context.mailedToken,
            try await answer(context, { try await members.isSession(member.secret, of: link) })
        else { throw .deadLink }
        return try await export(request, context)
    }

    /// `GET /manage/export`.
    func export(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let export = try await export(try sheet(request, context).member, context)
        var response = responses.json(export.json)
        response.headers[.contentDisposition] = "attachment; filename=\"\(export.file)\""
        return response
    }

    private func export(_ member: SignedIn, _ context: WebContext) async throws(RequestFault) -> MemberExport {
        guard let export = try await answer(context, { try await members.export(member.secret) }) else { throw .notFound }
        return export
    }

    // MARK: - Leaving

    /// `GET /manage/erase`.
    func leave(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        shown(ErasePage(.meaning, on: try sheet(request, context)))
    }

    /// `POST /manage/erase`: asks a second time, then erases a member who has typed their own name in links. A program that presses buttons
    /// types nothing.
    func erase(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(MemberForm.self, context)
        let sheet = try sheet(request, context)
        func again(_ occasion: ErasePage.Occasion) -> Response {
            shown(ErasePage(occasion, on: sheet), status: .unprocessableContent)
        }
        if let obstacle = await obstacle(form, refusal, request, context) { return again(.obstacle(obstacle)) }
        guard form.action == .erase else { return shown(ErasePage(.sure, on: sheet)) }
        guard Handle(spelled: form[.handle]) == sheet.page.recipient.handle else {
            return again(.wrongHandle(typed: form[.handle]))
        }
        let answer = await members.act(.erase, sheet.member.secret)
        guard answer != .erased else {
            return cookie.removed(in: shown(ErasedPage(from: sheet.page.site.name.text, sheet.presentation)))
        }
        return told(answer, form, request, { _ in again(.obstacle(.unavailable(Self.pause))) }) { _, obstacle in
            again(.obstacle(obstacle))
        }
    }
}
