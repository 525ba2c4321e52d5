internal import HTTPTypes
internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// The forms in which a member changes the record: name, language, what letters come and how; the address.
extension MemberPages {
    /// `GET /manage/settings`.
    func settings(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let sheet = try sheet(request, context)
        return shown(SettingsPage(SettingsPage.Content(sheet.page), on: sheet))
    }

    /// `POST /manage/settings`.
    func save(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(MemberForm.self, context)
        let sheet = try sheet(request, context)
        let content = SettingsPage.Content(sheet.page, typed: form)
        if let obstacle = await obstacle(form, refusal, request, context) {
            return shown(SettingsPage(content, .init(), obstacle, on: sheet), status: .unprocessableContent)
        }
        var faults = SettingsPage.Faults()
        guard let acts = Self.acts(for: content, sheet.page, &faults) else {
            return shown(SettingsPage(content, faults, on: sheet), status: .unprocessableContent)
        }
        var answer = MemberActAnswer.done(sheet.page)
        // The name first: it is what the vault may refuse, and then nothing else has been changed.
        for act in acts {
            guard case .done = answer else { break }
            answer = await members.act(act, sheet.member.secret)
        }
        return told(answer, form, request, { _ in seeOther(MemberPath.home, after: .saved, request) }) { page, obstacle in
            shown(SettingsPage(content, .init(), obstacle, on: self.sheet(sheet.member, showing: page, request)))
        }
    }

    /// What must be done for the page to be as it was filled in.
    /// - Returns: nil when something is wrong with it.
    private static func acts(
        for content: SettingsPage.Content, _ page: MemberPage, _ faults: inout SettingsPage.Faults
    ) -> [MemberAct]? {
        var name: HeaderText?
        do throws(TextFault) {
            name = try HeaderText(content.name, limit: Letter.Limit.name)
        } catch {
            faults.name = error
        }
        let typed = content.daily.filter { !$0.isWhitespace }
        let daily = typed.utf8.allSatisfy(\.isASCIIDigit) && typed.utf8.count <= 6 ? Int(typed) : nil
        faults.isDailyUnclear = !typed.isEmpty && !(daily.map { MemberSettings.dailyRange.contains($0) } ?? false)
        guard faults.isEmpty, let name else { return nil }
        var acts: [MemberAct] = []
        if name != page.recipient.name || content.language != page.recipient.language {
            acts.append(.words(name: name, language: content.language))
        }
        var settings = page.recipient.settings
        // Who leaves this as the site has it goes on following the site.
        if settings.writers != nil || content.writers != page.site.writers { settings.writers = content.writers }
        settings.dailyLetters = daily
        settings.isTextOnly = content.isTextOnly
        if settings != page.recipient.settings { acts.append(.settings(settings)) }
        return acts
    }

    // MARK: - Address

    /// `GET /manage/address`.
    func address(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        shown(AddressPage(.shown(deed(request)), on: try sheet(request, context)))
    }

    /// `POST /manage/address`: a new address, the code that shows it is theirs, or a change of mind.
    func changeAddress(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(MemberForm.self, context)
        let sheet = try sheet(request, context)
        let typed = form.action == .code ? form[.code] : form[.address]
        if let obstacle = await obstacle(form, refusal, request, context) {
            return shown(AddressPage(.obstacle(obstacle, typed: typed), on: sheet), status: .unprocessableContent)
        }
        switch form.action {
        case .address:
            do throws(AddressFault) {
                return await act(.changeAddress(try EmailAddress(typed)), nil, form, sheet, request)
            } catch {
                let fault = FieldFault(field: .email, reason: .address(error))
                return shown(AddressPage(.addressFault(fault, typed: typed), on: sheet), status: .unprocessableContent)
            }
        case .keep: return await act(.cancelAddressChange, .kept, form, sheet, request)
        case .code: return try await confirm(form, sheet, request, context)
        case .again: return await mailCode(form, sheet, request)
        default: return seeOther(MemberPath.address, request)
        }
    }

    private func act(
        _ act: MemberAct, _ deed: MemberDeed?, _ form: MemberForm, _ sheet: MemberSheet, _ request: Request
    ) async -> Response {
        let answer = await members.act(act, sheet.member.secret)
        return told(answer, form, request, { _ in seeOther(MemberPath.address, after: deed, request) }) { page, obstacle in
            let sheet = self.sheet(sheet.member, showing: page, request)
            return shown(AddressPage(.obstacle(obstacle, typed: form[.address]), on: sheet))
        }
    }

    private func mailCode(_ form: MemberForm, _ sheet: MemberSheet, _ request: Request) async -> Response {
        let recipient = sheet.page.recipient
        let answer: MemberActAnswer
        switch await confirmations.mailCode(site: recipient.site.text, handle: recipient.handle.text) {
        case .taken: return seeOther(MemberPath.address, after: .mailed, request)
        case .limited(let wait): answer = .limited(retryAfter: wait)
        case .unavailable(let wait): answer = .unavailable(retryAfter: wait)
        }
        return told(answer, form, request, { _ in seeOther(MemberPath.address, request) }) { _, obstacle in
            shown(AddressPage(.obstacle(obstacle, typed: ""), on: sheet))
        }
    }

    private func confirm(
        _ form: MemberForm, _ sheet: MemberSheet, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let typed = form[.code]
        func again(_ occasion: AddressPage.Occasion, _ page: MemberPage? = nil) -> Response {
            shown(AddressPage(occasion, on: self.sheet(sheet.member, showing: page, request)), status: .unprocessableContent)
        }
        guard typed.contains(where: { !$0.isWhitespace }) else { return again(.codeMissing) }
        guard let code = MailedCode(text: typed) else { return again(.codeWrong(typed: typed)) }
        let recipient = sheet.page.recipient
        let holder = try await self.answer(context) { try await members.link(of: sheet.member.secret) }
        let answer = await confirmations.confirm(
            site: recipient.site.text, handle: recipient.handle.text, token: code.text, holder: holder)
        switch answer {
        case .confirmed, .paused: return seeOther(MemberPath.home, after: .confirmed, request)
        case .unavailable(let wait):
            return shown(
                AddressPage(.obstacle(.unavailable(wait), typed: typed), on: sheet), status: .serviceUnavailable
            ).retrying(after: wait)
        case .spent: return again(.codeSpent)
        case .notValid:
            // While the change is still under way, it is the code that was wrong.
            guard let page = try await self.answer(context, { try await members.page(sheet.member.secret) }) else {
                return ended(form, request)
            }
            return again(page.isAddressAsked ? .codeWrong(typed: typed) : .codeOver, page)
        }
    }
}

extension SettingsPage.Content {
    /// As it was typed; what the form does not have stays as it is.
    init(_ page: MemberPage, typed form: MemberForm) {
        self.init(page)
        name = form[.name]
        language = Language(form[.language]) ?? language
        writers = Writers(rawValue: form[.writers]) ?? writers
        daily = form[.daily]
        isTextOnly = form.isPlain
    }
}

extension MemberPage {
    /// A new address waits for its code.
    var isAddressAsked: Bool { change.map { $0.confirmed == nil && $0.undone == nil } ?? false }
}
