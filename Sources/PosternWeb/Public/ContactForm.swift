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
    private let bodyKiB: Int

    package init(intake: LetterIntake, tokens: any FormTokenKeeping, responses: ResponseFactory, bodyKiB: Int) {
        (self.intake, self.tokens, self.responses, self.bodyKiB) = (intake, tokens, responses, bodyKiB)
    }

    package func show(_ request: Request, for address: RecipientPath, _ context: WebContext) async -> Response {
        switch await lookUp(address, context) {
        case .nobody: return responses.error(.notFound, responses.presentation(for: request))
        case .unknown(let incident):
            return responses.error(.unavailable, responses.presentation(for: request), incident: incident)
        case .somebody(let contact) where !contact.takesLetters:
            let shown = Shown(RecipientNames(contact), responses.presentation(for: request, site: contact.site))
            return noLetters(.takesNoLetters, written: nil, shown)
        case .somebody(let contact):
            let shown = Shown(RecipientNames(contact), responses.presentation(for: request, site: contact.site))
            var form = LetterForm()
            form.letter.about = Self.about(in: request)
            return page(form, token: tokens.issue(at: intake.now()), at: address, .fresh, shown)
        }
    }

    package func post(_ request: Request, for address: RecipientPath, _ context: WebContext) async -> Response {
        let form: LetterForm
        do {
            form = try await posted(request)
        } catch let fault as PostFault {
            context.logger.debug("a posted form cannot be read", metadata: [WebLogKey.fault: "\(fault)"])
            let response = responses.error(fault.page, responses.presentation(for: request))
            return fault.isConnectionOver ? response.closing() : response
        } catch {
            preconditionFailure("reading a posted form throws its own faults only")
        }

        let now = intake.now()
        let standing = tokens.standing(of: form.token, at: now)
        var idempotencyKey: String?
        switch standing {
        case .expired:
            return await named(request, address, context) {
                page(form, token: tokens.issue(at: now), at: address, .expired, $0, status: .unprocessableContent)
            }
        case .ours(let key, _): idempotencyKey = key
        case .foreign, .missing: idempotencyKey = nil
        }
        let reply = await intake.submit(
            form.letter, to: address, idempotencyKey: idempotencyKey,
            channel: .form(FormSigns(token: standing, isBaitTaken: form.isBaitTaken)), of: request, context)
        // What comes back under its own token is the same letter once it is mended.
        let token = idempotencyKey == nil ? tokens.issue(at: now) : form.token
        return await response(to: reply.answer, form, token: token, request, address, context)
    }

    /// Somebody has typed something: it comes back, whatever fails.
    private func response(
        to answer: SubmissionAnswer, _ form: LetterForm, token: String?, _ request: Request, _ address: RecipientPath,
        _ context: WebContext
    ) async -> Response {
        switch answer {
        case .accepted: return responses.seeOther(responses.presentation(for: request).link(address.sentPage))
        case .unknownRecipient: return responses.error(.notFound, responses.presentation(for: request))
        case .invalid(let faults):
            return await named(request, address, context) {
                page(form, token: token, at: address, .faults(faults), $0, status: .unprocessableContent)
            }
        case .takesNoLetters:
            return await named(request, address, context) { noLetters(.takesNoLetters, written: form.letter.message, $0) }
        case .blocked:
            return await named(request, address, context) { noLetters(.blocked, written: form.letter.message, $0) }
        case .idempotencyKeyConflict:
            // A new token: pressed once more, this letter is sent as well.
            return await named(request, address, context) {
                page(
                    form, token: tokens.issue(at: intake.now()), at: address, .idempotencyKeyConflict, $0,
                    status: .unprocessableContent)
            }
        case .limited(let wait):
            return await named(request, address, context) {
                page(form, token: token, at: address, .limited(wait), $0, status: .tooManyRequests)
            }.retrying(after: wait)
        case .unavailable(let wait):
            return await named(request, address, context) {
                page(form, token: token, at: address, .unavailable(wait), $0, status: .serviceUnavailable)
            }.retrying(after: wait)
        }
    }

    package func sent(_ request: Request, for address: RecipientPath, _ context: WebContext) async -> Response {
        await named(request, address, context) {
            responses.page(SentPage(to: $0.names, another: address.page, $0.presentation))
        }
    }

    /// For whom and how a page is shown.
    private struct Shown {
        let names: RecipientNames
        let presentation: Presentation

        init(_ names: RecipientNames, _ presentation: Presentation) {
            (self.names, self.presentation) = (names, presentation)
        }
    }

    /// An answer that names recipient and site, by what stands in the address when the store cannot say: a letter just
    /// taken must not look lost, nor one just typed be lost, because of a name.
    private func named(
        _ request: Request, _ address: RecipientPath, _ context: WebContext, _ answer: (Shown) -> Response
    ) async -> Response {
        switch await lookUp(address, context) {
        case .somebody(let contact):
            return answer(Shown(RecipientNames(contact), responses.presentation(for: request, site: contact.site)))
        case .nobody: return responses.error(.notFound, responses.presentation(for: request))
        case .unknown(let incident):
            let presentation = responses.presentation(for: request)
            return address.plainNames.map { answer(Shown($0, presentation)) }
                ?? responses.error(.unavailable, presentation, incident: incident)
        }
    }

    private func page(
        _ form: LetterForm, token: String?, at address: RecipientPath, _ occasion: ContactPage.Occasion, _ shown: Shown,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let paths = ContactPage.Paths(page: address.page, privacy: address.privacyPage)
        return responses.page(
            ContactPage(form, token: token, to: shown.names, at: paths, occasion: occasion, shown.presentation), status: status)
    }

    /// The status is argued at `Problem.takesNoLetters`.
    private func noLetters(_ occasion: NoLettersPage.Occasion, written: String?, _ shown: Shown) -> Response {
        responses.page(
            NoLettersPage(occasion, to: shown.names, written: written, shown.presentation), status: .forbidden)
    }

    private enum Found {
        case somebody(Contact)
        case nobody
        case unknown(Incident)
    }

    private func lookUp(_ address: RecipientPath, _ context: WebContext) async -> Found {
        do {
            return try await intake.contact(address).map { .somebody($0) } ?? .nobody
        } catch {
            return .unknown(context.incident("a recipient cannot be looked up", error))
        }
    }

    /// `?about=`, if it can stand on a page. A linking page's mistake must not become a visitor's fault to mend.
    private static func about(in request: Request) -> String {
        guard let raw = request.queryField("about"), let about = try? HeaderText(raw, limit: Letter.Limit.about) else {
            return ""
        }
        return about.text
    }
}

extension ContactForm {
    /// Why there is no form to hand in.
    private enum PostFault: Error {
        case body(BodyFault)
        case form(FormFault)
        case mediaType

        var page: PageFault {
            switch self {
            case .body(.tooLarge): .tooLarge
            case .body(.overdue): .tooSlow
            case .body(.broken), .form: .badRequest
            case .mediaType: .mediaType
            }
        }

        var isConnectionOver: Bool {
            if case .body = self { true } else { false }
        }
    }

    private func posted(_ request: Request) async throws -> LetterForm {
        guard request.headers[.contentEncoding] == nil,
            let type = request.headers[.contentType].flatMap({ ParameterisedField($0) })
        else { throw PostFault.mediaType }
        do {
            switch type.value {
            case "application/x-www-form-urlencoded":
                return try LetterForm(URLEncodedForm.fields(in: try await request.wholeBody(limitKiB: bodyKiB)))
            case "multipart/form-data":
                let body = try await request.wholeBody(limitKiB: bodyKiB)
                return try LetterForm(MultipartForm.fields(in: body, boundary: type.parameters["boundary"]))
            default:
                throw PostFault.mediaType
            }
        } catch let fault as BodyFault {
            throw PostFault.body(fault)
        } catch let fault as FormFault {
            throw PostFault.form(fault)
        }
    }
}
