private import HTTPTypes
package import Hummingbird
private import Logging
private import PosternCore
private import PosternRelay

/// The contact page: `GET` and `POST /c/{site}/{handle}`, and `GET …/sent`.
package struct ContactForm: Sendable {
    private let intake: LetterIntake
    private let answers: Answers
    private let bodyKiB: Int
    private let randomness: any RandomNumberGenerator & Sendable

    package init(
        intake: LetterIntake, answers: Answers, bodyKiB: Int, randomness: any RandomNumberGenerator & Sendable
    ) {
        (self.intake, self.answers) = (intake, answers)
        (self.bodyKiB, self.randomness) = (bodyKiB, randomness)
    }

    package func show(_ request: Request, for address: RecipientPath, _ context: WebContext) async -> Response {
        switch await found(address, context) {
        case .nobody: return answers.error(.notFound)
        case .unknown(let incident): return answers.error(.unavailable, incident: incident)
        case .somebody(let contact) where !contact.takesLetters: return takesNoLetters(RecipientNames(contact), written: nil)
        case .somebody(let contact):
            var form = LetterForm()
            form.letter.about = Self.about(in: request)
            return page(form, to: RecipientNames(contact), at: address, .fresh)
        }
    }

    package func post(_ request: Request, for address: RecipientPath, _ context: WebContext) async -> Response {
        let form: LetterForm
        do {
            form = try await posted(request)
        } catch let fault as PostFault {
            context.logger.debug("a posted form cannot be read", metadata: [WebLogKey.fault: "\(fault)"])
            let response = answers.error(fault.page)
            return fault.isConnectionOver ? response.closing() : response
        } catch {
            preconditionFailure("reading a posted form throws its own faults only")
        }

        let reply = await intake.submit(form.letter, to: address, repeatKey: form.token?.description, of: request, context)
        switch reply.answer {
        case .accepted: return answers.seeOther(address.sentPage)
        case .unknownRecipient: return answers.error(.notFound)
        // Somebody has typed something: it comes back, whatever else fails.
        case .invalid(let faults):
            return await named(address, context) {
                page(form, to: $0, at: address, .faults(faults), status: .unprocessableContent)
            }
        case .takesNoLetters:
            return await named(address, context) { takesNoLetters($0, written: form.letter.message) }
        case .repeatKeyConflict:
            // A new token: pressed once more, this letter is sent as well.
            var fresh = form
            fresh.token = nil
            return await named(address, context) {
                page(fresh, to: $0, at: address, .repeatKeyConflict, status: .unprocessableContent)
            }
        case .blocked: return answers.error(.notFound)
        case .limited(let retryAfter), .unavailable(let retryAfter):
            var response = await named(address, context) {
                page(form, to: $0, at: address, .unavailable, status: .serviceUnavailable)
            }
            response.headers[.retryAfter] = retryAfter.retryAfter
            return response
        }
    }

    package func sent(for address: RecipientPath, _ context: WebContext) async -> Response {
        await named(address, context) {
            answers.page(SentPage(to: $0, another: address.page, answers.texts, answers.templates))
        }
    }

    /// An answer that names recipient and site, by what stands in the address when the store cannot say: a letter just
    /// taken must not look lost, nor one just typed be lost, because of a name.
    private func named(_ address: RecipientPath, _ context: WebContext, _ answer: (RecipientNames) -> Response) async -> Response
    {
        switch await found(address, context) {
        case .somebody(let contact): answer(RecipientNames(contact))
        case .nobody: answers.error(.notFound)
        case .unknown(let incident): address.plainNames.map(answer) ?? answers.error(.unavailable, incident: incident)
        }
    }

    private func page(
        _ form: LetterForm, to names: RecipientNames, at address: RecipientPath, _ occasion: ContactPage.Occasion,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var randomness = randomness
        let page = ContactPage(
            form, token: form.token ?? .random(using: &randomness), to: names, action: address.page, occasion: occasion,
            answers.texts, answers.templates)
        return answers.page(page, status: status)
    }

    /// The status is argued at `Problem.takesNoLetters`.
    private func takesNoLetters(_ names: RecipientNames, written: String?) -> Response {
        answers.page(NoLettersPage(to: names, written: written, answers.texts, answers.templates), status: .forbidden)
    }

    private enum Found {
        case somebody(Contact)
        case nobody
        case unknown(Incident)
    }

    private func found(_ address: RecipientPath, _ context: WebContext) async -> Found {
        do {
            return try await intake.contact(address).map { .somebody($0) } ?? .nobody
        } catch {
            var randomness = randomness
            let incident = Incident(using: &randomness)
            context.logger.warning(
                "a recipient cannot be looked up",
                metadata: [WebLogKey.incident: "\(incident)", WebLogKey.fault: "\(type(of: error))"])
            return .unknown(incident)
        }
    }

    /// `?about=`, if it can stand on a page. A linking page's mistake must not become a visitor's fault to mend.
    private static func about(in request: Request) -> String {
        guard let query = request.uri.query, let fields = try? URLEncodedForm.fields(in: Array(query.utf8)),
            let raw = fields.first(where: { $0.name == "about" })?.value,
            let about = try? HeaderText(raw, limit: Letter.Limit.about)
        else { return "" }
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
