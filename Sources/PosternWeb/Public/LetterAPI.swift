private import HTTPTypes
package import Hummingbird
private import Logging
private import PosternCore
private import PosternMail
private import PosternRelay

/// `POST /api/v1/sites/{site}/recipients/{handle}/letters`.
package struct LetterAPI: Sendable {
    private let intake: LetterIntake
    private let crossOrigin: CrossOrigin
    private let responses: ResponseFactory
    private let bodyKiB: Int

    package init(intake: LetterIntake, crossOrigin: CrossOrigin, responses: ResponseFactory, bodyKiB: Int) {
        (self.intake, self.crossOrigin) = (intake, crossOrigin)
        (self.responses, self.bodyKiB) = (responses, bodyKiB)
    }

    /// What a browser asks before it lets a page of another site post.
    package func preflight(_ request: Request, to address: RecipientPath, allowing methods: String, _ context: WebContext) async
        -> Response
    {
        await crossOrigin.preflight(request, for: address.site, allowing: methods, context)
    }

    package func post(_ request: Request, to address: RecipientPath, _ context: WebContext) async -> Response {
        await crossOrigin.open(await answer(request, to: address, context), to: request, for: address.site, context)
    }

    private func answer(_ request: Request, to address: RecipientPath, _ context: WebContext) async -> Response {
        guard Self.isJSON(request.headers) else { return responses.problem(.unsupportedMediaType) }
        let idempotencyKey: String?
        switch Self.idempotencyKey(in: request.headers) {
        case .none: idempotencyKey = nil
        case .valid(let key): idempotencyKey = key
        case .invalid: return responses.problem(.invalidIdempotencyKey)
        }

        let posted: LetterJSON
        do {
            posted = try LetterJSON(try await request.wholeBody(limitKiB: bodyKiB))
        } catch let fault as BodyFault {
            return responses.problem(.body(fault)).closing()
        } catch let fault as JSONFault {
            return responses.problem(.malformedJSON(fault))
        } catch {
            preconditionFailure("reading a posted letter throws body and JSON faults only")
        }
        // A field that is no text cannot be handed in; what else is wrong is said along with it.
        guard posted.wrongTypes.isEmpty else { return responses.problem(.invalidLetter(posted.allProblems)) }

        let reply = await intake.submit(posted.letter, to: address, idempotencyKey: idempotencyKey, of: request, context)
        var response = response(to: reply.answer, context)
        response.headers.tell(reply.quota)
        return response
    }

    private func response(to answer: SubmissionAnswer, _ context: WebContext) -> Response {
        switch answer {
        case .accepted(let id):
            let body = JSONText.object { json in
                json.member("id", id.description)
                json.member("status", "accepted")
            }
            return responses.json(body, status: .accepted)
        case .invalid(let faults): return responses.problem(.invalidLetter(faults.all.map(FieldProblem.init)))
        case .unknownRecipient: return responses.problem(.unknownRecipient)
        case .takesNoLetters: return responses.problem(.takesNoLetters)
        case .idempotencyKeyConflict: return responses.problem(.idempotencyKeyConflict)
        case .blocked: return responses.problem(.blocked)
        case .limited(let wait): return responses.problem(.limited).retrying(after: wait)
        case .unavailable(let wait):
            // The service has logged why; this joins the answer to the log's line.
            let incident = context.incident("a letter could not be taken", IntakeClosed())
            return responses.problem(.unavailable(incident)).retrying(after: wait)
        }
    }

    private struct IntakeClosed: Error {}

    private static func isJSON(_ headers: HTTPFields) -> Bool {
        guard headers[.contentEncoding] == nil, let written = headers[.contentType] else { return false }
        // What nearly every program sends needs no parser.
        if written == "application/json" { return true }
        guard let type = ParameterisedField(written), type.value == "application/json" else { return false }
        return ["utf-8", "utf8"].contains(type.parameters["charset"]?.lowercased() ?? "utf-8")
    }

    private enum IdempotencyKey {
        case none
        case valid(String)
        case invalid
    }

    /// The draft makes the field a quoted string; most programs send it bare. Both name the same key.
    private static func idempotencyKey(in headers: HTTPFields) -> IdempotencyKey {
        guard headers.contains(.idempotencyKey) else { return .none }
        let values = headers[values: .idempotencyKey]
        guard values.count == 1, var key = values.first?[...] else { return .invalid }
        if key.count >= 2, key.first == "\"", key.last == "\"" { key = key.dropFirst().dropLast() }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return .invalid }
        return .valid(String(key))
    }
}
