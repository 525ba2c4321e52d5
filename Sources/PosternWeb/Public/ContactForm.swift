private import HTTPTypes
package import Hummingbird
private import Logging
private import PosternCore
private import PosternMail
package import PosternRelay

/// The contact page: `GET` and `POST /c/{site}/{handle}`, and `GET …/sent`.
package struct ContactForm: Sendable {
    private let intake: LetterIntake
    private let tokens: any FormTokenKeeping
    private let responses: ResponseFactory

    package init(_ intake: LetterIntake, tokens: any FormTokenKeeping, _ responses: ResponseFactory) {
        self.intake = intake
        self.tokens = tokens
        self.responses = responses
    }

    package func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let contact = try await intake.contact(context)
        let audience = Audience(RecipientNames(contact), responses.presentation(for: request, site: contact.site))
        guard contact.takesLetters else { return noLetters(.takesNoLetters, written: nil, audience) }
        var form = LetterForm()
        form.letter.about = Self.about(in: request)
        return page(form, token: tokens.issue(at: intake.now()), .fresh, .ok, audience, context)
    }

    package func sent(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let audience = try await audience(request, context)
        return responses.page(SentPage(to: audience.names, another: context.recipient.page, audience.presentation))
    }

    package func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let form = try await posted(request, context)
        let now = intake.now()
        let status = tokens.status(of: form.token, at: now)
        let idempotencyKey: String?
        switch status {
        case .expired: return try await again(form, token: tokens.issue(at: now), .expired, request, context)
        case .ours(let key, _): idempotencyKey = key
        case .foreign, .missing: idempotencyKey = nil
        }
        let signs = FormSignals(token: status, isBaitTaken: form.isBaitTaken)
        let reply = await intake.submit(
            form.letter, idempotencyKey: idempotencyKey, channel: .form(signs), request, context)
        // A letter that comes back under its own token is still the same letter after corrections.
        let token = idempotencyKey == nil ? tokens.issue(at: now) : form.token
        return try await response(to: reply.answer, form, token: token, request, context)
    }

    /// The visitor gets back what they typed, whatever fails.
    private func response(
        to answer: SubmissionAnswer, _ form: LetterForm, token: String?, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        switch answer {
        case .accepted:
            responses.seeOther(responses.presentation(for: request).link(context.recipient.sentPage))
        case .unknownRecipient:
            throw .notFound
        case .invalid(let faults):
            try await again(form, token: token, .faults(faults), request, context)
        case .takesNoLetters:
            noLetters(.takesNoLetters, written: form.letter.message, try await audience(request, context))
        case .blocked:
            noLetters(.blocked, written: form.letter.message, try await audience(request, context))
        case .idempotencyKeyConflict:
            // A new token, so that this letter is sent as well when the button is pressed again.
            try await again(form, token: tokens.issue(at: intake.now()), .idempotencyKeyConflict, request, context)
        case .limited(let wait):
            try await again(form, token: token, .limited(wait), status: .tooManyRequests, request, context).retrying(after: wait)
        case .unavailable(let wait):
            try await again(form, token: token, .unavailable(wait), status: .serviceUnavailable, request, context).retrying(
                after: wait)
        }
    }

    /// The form as it was posted, with what is wrong.
    private func again(
        _ form: LetterForm, token: String?, _ occasion: ContactPage.Occasion,
        status: HTTPResponse.Status = .unprocessableContent, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        page(form, token: token, occasion, status, try await audience(request, context), context)
    }

    private func page(
        _ form: LetterForm, token: String?, _ occasion: ContactPage.Occasion, _ status: HTTPResponse.Status,
        _ audience: Audience, _ context: WebContext
    ) -> Response {
        let paths = ContactPage.Paths(page: context.recipient.page, privacy: context.recipient.privacyPage)
        return responses.page(
            ContactPage(form, token: token, to: audience.names, at: paths, occasion: occasion, audience.presentation),
            status: status)
    }

    /// `Problem.Kind.status` says why it is 403.
    private func noLetters(_ occasion: NoLettersPage.Occasion, written: String?, _ audience: Audience) -> Response {
        responses.page(
            NoLettersPage(occasion, to: audience.names, written: written, audience.presentation), status: .forbidden)
    }

    /// The names on a page, and how it is shown.
    private struct Audience {
        let names: RecipientNames
        let presentation: Presentation

        init(_ names: RecipientNames, _ presentation: Presentation) {
            self.names = names
            self.presentation = presentation
        }
    }

    /// When the store cannot say who the recipient is, the page uses the names in the path. A letter that was just accepted
    /// must not look lost because a name is missing, and one that was just typed must not be lost.
    private func audience(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Audience {
        do throws(RequestFault) {
            let contact = try await intake.contact(context)
            return Audience(RecipientNames(contact), responses.presentation(for: request, site: contact.site))
        } catch {
            guard case .unavailable = error, let names = context.recipient.plainNames else { throw error }
            return Audience(names, responses.presentation(for: request))
        }
    }

    /// `?about=`, or empty if it is not valid: the visitor cannot correct a mistake of the page that links here.
    private static func about(in request: Request) -> String {
        guard let raw = request.queryField("about"), let about = try? HeaderText(raw, limit: Letter.Limit.about) else {
            return ""
        }
        return about.text
    }

    private func posted(_ request: Request, _ context: WebContext) async throws(RequestFault) -> LetterForm {
        guard request.headers[.contentEncoding] == nil,
            let type = request.headers[.contentType].flatMap({ ParameterisedField($0) }),
            ["application/x-www-form-urlencoded", "multipart/form-data"].contains(type.value)
        else { throw .page(.mediaType) }
        let body = try await request.wholeBody(context)
        do throws(FormFault) {
            let fields =
                type.value == "multipart/form-data"
                ? try MultipartForm.fields(in: body, boundary: type.boundary) : try URLEncodedForm.fields(in: body)
            return try LetterForm(fields)
        } catch {
            context.logger.debug("a posted form cannot be read", metadata: [WebLogKey.fault: "\(error)"])
            throw .page(.badRequest)
        }
    }
}

/// Site and handle from a path, percent-decoded. There may be no such site or recipient.
package struct RecipientPath: Hashable, Sendable {
    package let site: String
    package let handle: String

    package init(site: String, handle: String) {
        self.site = site
        self.handle = handle
    }

    /// The path of the contact page, encoded so that it is safe in a page and in a header.
    package var page: String { "/c/\(PercentCoding.encoded(site))/\(PercentCoding.encoded(handle))" }
    package var sentPage: String { page + "/sent" }
    package var privacyPage: String { "/privacy/\(PercentCoding.encoded(site))" }

    /// The names to show when the store cannot say; nil when they are not valid.
    var plainNames: RecipientNames? {
        guard let site = try? SiteID(site), let handle = try? Handle(handle) else { return nil }
        return RecipientNames(handle: handle, site: site)
    }
}

extension WebContext {
    fileprivate var recipient: RecipientPath { RecipientPath(site: self["site"], handle: self["handle"]) }
}
