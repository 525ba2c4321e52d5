private import HTTPTypes
internal import Hummingbird
private import Logging
package import PosternCore
internal import PosternRelay

/// The contact page: `GET` and `POST /c/{site}/{handle}`, and `GET …/sent` and `…/{letter}/sent`.
struct ContactForm: Sendable {
    let intake: LetterIntake
    let tokens: any FormTokenKeeping
    /// Where the links that visitors keep lead to.
    let publicURL: WebOrigin
    let responses: ResponseFactory

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let contact = try await intake.contact(context)
        if let elsewhere = ownPage(of: contact, request, context) { return elsewhere }
        let shown = pageContext(of: contact, request, context)
        guard contact.takesLetters else { return noLetters(.takesNoLetters, written: nil, shown) }
        var form = LetterForm()
        form.letter.about = Self.about(in: request)
        return page(form, token: newToken(shown.path), .fresh, .ok, shown, under: responses.headers.form)
    }

    func sent(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let shown = try await pageContext(request, context)
        if let contact = shown.contact, let elsewhere = ownPage(of: contact, request, context) { return elsewhere }
        let letter = LinkToken(text: context["letter"])
        return responses.page(
            SentPage(to: shown.names, another: shown.path.page, letter: letter, at: publicURL, shown.presentation),
            under: context.isBehindLink ? responses.headers.link : nil)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(LetterForm.self, context)
        do throws(RequestFault) {
            if let refusal { return try await refused(form, refusal, request, context) }
            return try await submit(form, request, context)
        } catch {
            var fault = error
            fault.written = form.letter.written
            throw fault
        }
    }

    private func submit(
        _ form: LetterForm, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let status = tokens.status(of: form.token, site: context["site"], handle: context["handle"], at: intake.now())
        let idempotencyKey: String?
        switch status {
        case .expired: return try await again(form, .expired, request, context)
        case .ours(let key, _): idempotencyKey = key
        case .foreign, .missing: idempotencyKey = nil
        }
        let signs = FormSignals(token: status, isBaitTaken: form.isBaitTaken)
        let reply = await intake.submit(
            form.letter, idempotencyKey: idempotencyKey, channel: .form(signs), language: language(of: form, request), request,
            context)
        // A letter that comes back under its own token is still the same letter after corrections.
        let token = idempotencyKey == nil ? nil : form.token
        return try await response(to: reply, form, keeping: token, request, context)
    }

    /// Of the page that the form was on; of the browser, where the form is a site's own.
    private func language(of form: LetterForm, _ request: Request) -> Language {
        let named = form.language.flatMap { Language($0) }.flatMap { responses.templates.languages.contains($0) ? $0 : nil }
        return named ?? responses.presentation(for: request).language
    }

    /// A new token for the form of the page at that path. It is posted there, even if the one before was posted under an alias.
    private func newToken(_ path: RecipientPath) -> String? {
        tokens.issue(site: path.site, handle: path.handle, at: intake.now())
    }

    /// Where the page is found under the recipient's handle; nil when this is there.
    private func ownPage(of contact: Contact, _ request: Request, _ context: WebContext) -> Response? {
        guard contact.handle.text != context["handle"],
            let path = context.captures?.replacing("handle", by: contact.handle.text).path
        else { return nil }
        return responses.moved(to: path, request, under: context.isBehindLink ? responses.headers.link : nil)
    }

    /// The visitor gets back what they typed, whatever fails.
    /// - Parameter token: nil for a new one.
    private func response(
        to reply: SubmissionReply, _ form: LetterForm, keeping token: String?, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let written = form.letter.written
        switch reply.answer {
        case .accepted:
            // A letter that waits for its visitor is not sent: the page says at once what there is to do.
            let next =
                reply.prove.map { ConversationPath(.prove, $0).path }
                ?? RecipientPath.sentPage(after: context.recipient.page, reply.page)
            return responses.seeOther(responses.presentation(for: request).link(next))
        case .unknownRecipient:
            throw .notFound
        case .invalid(let faults):
            return try await again(form, keeping: token, .faults(faults), request, context)
        case .takesNoLetters:
            return noLetters(.takesNoLetters, written: written, try await pageContext(request, context))
        case .blocked:
            return noLetters(.blocked, written: written, try await pageContext(request, context))
        case .idempotencyKeyConflict:
            // A new token, so that this letter is sent as well when the button is pressed again.
            return try await again(form, .idempotencyKeyConflict, request, context)
        case .limited(let wait):
            return try await again(form, keeping: token, .limited(wait), status: .tooManyRequests, request, context)
                .retrying(after: wait)
        case .unavailable(let wait):
            return try await again(form, keeping: token, .unavailable(wait), status: .serviceUnavailable, request, context)
                .retrying(after: wait)
        }
    }

    /// The form as it was posted, with what is wrong.
    private func again(
        _ form: LetterForm, keeping token: String? = nil, _ occasion: ContactPage.Occasion,
        status: HTTPResponse.Status = .unprocessableContent, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let shown = try await pageContext(request, context)
        return page(form, token: token ?? newToken(shown.path), occasion, status, shown)
    }

    /// A form that was not handed in as it came, with what could be read of it.
    private func refused(
        _ form: LetterForm, _ refusal: FormRefusal, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let shown = try await pageContext(request, context)
        if let contact = shown.contact, !contact.takesLetters {
            return noLetters(.takesNoLetters, written: form.letter.written, shown)
        }
        return refusal.told(in: page(form, token: newToken(shown.path), .init(refusal.reason), refusal.status, shown))
    }

    private func page(
        _ form: LetterForm, token: String?, _ occasion: ContactPage.Occasion, _ status: HTTPResponse.Status,
        _ shown: PageContext, under fields: HTTPFields? = nil
    ) -> Response {
        let paths = ContactPage.Paths(page: shown.path.page, privacy: shown.path.privacyPage)
        return responses.page(
            ContactPage(
                form, token: token, to: shown.names, at: paths, occasion: occasion,
                asksForProof: shown.contact?.asksForProof ?? false,
                shown.presentation),
            status: status, under: fields)
    }

    /// `Problem.Kind.status` says why it is 403.
    private func noLetters(_ occasion: NoLettersPage.Occasion, written: String?, _ shown: PageContext) -> Response {
        responses.page(
            NoLettersPage(occasion, to: shown.names, written: written, shown.presentation), status: .forbidden)
    }

    /// The names on a page, and how and where it is shown.
    private struct PageContext {
        /// Nil when the store cannot say.
        let contact: Contact?
        let names: RecipientNames
        let path: RecipientPath
        let presentation: Presentation
    }

    private func pageContext(of contact: Contact, _ request: Request, _ context: WebContext) -> PageContext {
        PageContext(
            contact: contact, names: RecipientNames(contact),
            path: RecipientPath(site: contact.site.id.text, handle: contact.handle.text),
            presentation: responses.presentation(for: request, site: contact.site, isScripted: !context.isBehindLink))
    }

    /// When the store cannot say who the recipient is, the page uses the names in the path. A letter that was just accepted
    /// must not look lost because a name is missing, and one that was just typed must not be lost.
    private func pageContext(_ request: Request, _ context: WebContext) async throws(RequestFault) -> PageContext {
        do throws(RequestFault) {
            return pageContext(of: try await intake.contact(context), request, context)
        } catch {
            guard error.status == .serviceUnavailable, let names = context.recipient.plainNames else { throw error }
            return PageContext(
                contact: nil, names: names, path: context.recipient,
                presentation: responses.presentation(for: request, isScripted: !context.isBehindLink))
        }
    }

    /// `?about=`, or empty if it is not valid: the visitor cannot correct a mistake of the page that links here.
    private static func about(in request: Request) -> String {
        guard let raw = request.queryField("about"), let about = try? HeaderText(raw, limit: Letter.Limit.about) else {
            return ""
        }
        return about.text
    }
}

extension ContactPage.Occasion {
    fileprivate init(_ reason: FormRefusal.Reason) {
        self =
            switch reason {
            case .repeated(let field): .repeated(field)
            case .unreadable: .unreadable
            case .unknownEncoding: .unknownEncoding
            case .tooLarge: .tooLarge
            case .cutShort: .cutShort
            case .mediaType: .mediaType
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
    /// - Parameter letter: the visitor's link to what has begun; the page shows it, to be kept. Nil where it has been given out before.
    package static func sentPage(after page: String, _ letter: LinkToken?) -> String {
        letter.map { "\(page)/\($0.text)/sent" } ?? "\(page)/sent"
    }
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
