private import HTTPTypes
internal import Hummingbird
private import Logging
private import PosternCore
internal import PosternRelay

/// The contact page: `GET` and `POST /c/{site}/{handle}`, and `GET …/sent`.
struct ContactForm: Sendable {
    let intake: LetterIntake
    let tokens: any FormTokenKeeping
    let responses: ResponseFactory

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let contact = try await intake.contact(context)
        if let elsewhere = ownPage(of: contact, request, context) { return elsewhere }
        let shown = pageContext(of: contact, request)
        guard contact.takesLetters else { return noLetters(.takesNoLetters, written: nil, shown) }
        var form = LetterForm()
        form.letter.about = Self.about(in: request)
        return page(form, token: newToken(shown.path), .fresh, .ok, shown, under: responses.headers.form)
    }

    func sent(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let shown = try await pageContext(request, context)
        if let contact = shown.contact, let elsewhere = ownPage(of: contact, request, context) { return elsewhere }
        return responses.page(SentPage(to: shown.names, another: shown.path.page, shown.presentation))
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await posted(request, context)
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
            form.letter, idempotencyKey: idempotencyKey, channel: .form(signs), request, context)
        // A letter that comes back under its own token is still the same letter after corrections.
        let token = idempotencyKey == nil ? nil : form.token
        return try await response(to: reply.answer, form, keeping: token, request, context)
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
        return responses.moved(to: path, request)
    }

    /// The visitor gets back what they typed, whatever fails.
    /// - Parameter token: nil for a new one.
    private func response(
        to answer: SubmissionAnswer, _ form: LetterForm, keeping token: String?, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let written = form.letter.written
        switch answer {
        case .accepted:
            return responses.seeOther(responses.presentation(for: request).link(context.recipient.sentPage))
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
        _ form: LetterForm, _ refusal: Refusal, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let shown = try await pageContext(request, context)
        if let contact = shown.contact, !contact.takesLetters {
            return noLetters(.takesNoLetters, written: form.letter.written, shown)
        }
        var response = page(form, token: newToken(shown.path), refusal.occasion, refusal.status, shown)
        // RFC 9110 §12.5.3: what would have been accepted.
        if refusal.occasion == .mediaType { response.headers[.acceptEncoding] = "identity" }
        return refusal.isBodyLeft ? response.closing() : response
    }

    private func page(
        _ form: LetterForm, token: String?, _ occasion: ContactPage.Occasion, _ status: HTTPResponse.Status,
        _ shown: PageContext, under fields: HTTPFields? = nil
    ) -> Response {
        let paths = ContactPage.Paths(page: shown.path.page, privacy: shown.path.privacyPage)
        return responses.page(
            ContactPage(form, token: token, to: shown.names, at: paths, occasion: occasion, shown.presentation),
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

    private func pageContext(of contact: Contact, _ request: Request) -> PageContext {
        PageContext(
            contact: contact, names: RecipientNames(contact),
            path: RecipientPath(site: contact.site.id.text, handle: contact.handle.text),
            presentation: responses.presentation(for: request, site: contact.site))
    }

    /// When the store cannot say who the recipient is, the page uses the names in the path. A letter that was just accepted
    /// must not look lost because a name is missing, and one that was just typed must not be lost.
    private func pageContext(_ request: Request, _ context: WebContext) async throws(RequestFault) -> PageContext {
        do throws(RequestFault) {
            return pageContext(of: try await intake.contact(context), request)
        } catch {
            guard error.status == .serviceUnavailable, let names = context.recipient.plainNames else { throw error }
            return PageContext(
                contact: nil, names: names, path: context.recipient, presentation: responses.presentation(for: request))
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

extension ContactForm {
    /// Why a form is shown again without having been handed in.
    private struct Refusal {
        let occasion: ContactPage.Occasion
        let status: HTTPResponse.Status
        /// The rest of the body is still on its way, and nobody wants it.
        var isBodyLeft = false

        init(_ occasion: ContactPage.Occasion, _ status: HTTPResponse.Status) {
            self.occasion = occasion
            self.status = status
        }

        init(_ fault: RequestFault) {
            self.init(fault.status == .contentTooLarge ? .tooLarge : .cutShort, fault.status)
            isBodyLeft = true
        }

        init(_ fault: FormFault) {
            switch fault {
            case .notUTF8: self.init(.unknownEncoding, .unprocessableContent)
            case .cutShort: self.init(.cutShort, .badRequest)
            case .repeated(let name):
                self.init(LetterField(rawValue: name).map { .repeated($0) } ?? .unreadable, .badRequest)
            case .tooManyFields, .file, .malformed: self.init(.unreadable, .badRequest)
            }
        }
    }

    /// The form as far as it could be read, and why it cannot be handed in.
    private func posted(_ request: Request, _ context: WebContext) async -> (LetterForm, Refusal?) {
        let type = PostedType(request.headers)
        let (body, bodyFault) = await request.bodyRead(context)
        let isCut = bodyFault != nil
        let form: LetterForm
        var refusal: Refusal?
        switch type.mediaType {
        case _ where type.isEncoded:
            (form, refusal) = (LetterForm(), Refusal(.mediaType, .unsupportedMediaType))
        case "multipart/form-data":
            form = LetterForm(MultipartForm.fields(in: body, boundary: type.boundary, isCut: isCut).text(declared: type.charset))
        // Without a type it is what a form has if it names none (HTML standard, §4.10.18.6).
        case "application/x-www-form-urlencoded", nil:
            form = LetterForm(URLEncodedForm.fields(in: body, isCut: isCut).text(declared: type.charset))
        default:
            (form, refusal) = (LetterForm(salvaging: body), Refusal(.mediaType, .unsupportedMediaType))
        }
        if let bodyFault {
            refusal = Refusal(bodyFault)
        } else if refusal == nil, let fault = form.fault {
            refusal = Refusal(fault)
        }
        if let refusal {
            context.logger.debug(
                "a posted form is not taken as it came",
                metadata: [WebLogKey.fault: "\(form.fault.map { "\($0)" } ?? "\(refusal.status.code)")"])
        }
        return (form, refusal)
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
