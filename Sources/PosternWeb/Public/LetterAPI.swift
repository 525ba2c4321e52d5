private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
private import PosternRelay

/// `POST /api/v1/sites/{site}/recipients/{handle}/letters`.
struct LetterAPI: Sendable {
    let intake: LetterIntake
    let crossOrigin: CrossOrigin
    /// Where the links that visitors keep lead to.
    let publicURL: WebOrigin
    let responses: ResponseFactory

    func post(_ request: Request, _ context: WebContext) async -> Response {
        let response: Response
        do throws(RequestFault) {
            response = try await answer(request, context)
        } catch {
            // Made here and not by `FaultResponder`, so that a site's script can read it.
            response = responses.fault(error, request, context)
        }
        return await crossOrigin.open(response, to: request, context)
    }

    private func answer(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try Self.checkType(request.headers)
        let idempotencyKey = try Self.idempotencyKey(in: request.headers)
        let body = try await request.wholeBody(context)
        let posted: LetterJSON
        do throws(JSONFault) {
            posted = try LetterJSON(body)
        } catch {
            throw RequestFault(.malformedJSON(error))
        }
        // A field of the wrong type cannot be submitted. All other faults are reported along with it.
        guard posted.wrongTypes.isEmpty else { throw RequestFault(.invalidLetter(posted.allProblems)) }

        let reply = await intake.submit(
            posted.letter, idempotencyKey: idempotencyKey, channel: .api, language: language(of: request), request, context)
        var response = response(to: reply, context)
        response.headers.setRateLimit(reply.quota)
        return response
    }

    /// What the client asks for, which for a site's server may be its visitor's language; nil when it asks for none of ours.
    private func language(of request: Request) -> Language? {
        guard let accepted = request.headers[.acceptLanguage] else { return nil }
        return LanguageChoice.wanted(in: accepted, of: responses.templates.languages)
    }

    private func response(to reply: SubmissionReply, _ context: WebContext) -> Response {
        switch reply.answer {
        case .accepted(let id):
            let page = reply.page.map { #","page":"\#(publicURL)\#(ConversationPath(.letter, $0).path)""# } ?? ""
            return responses.json(#"{"id":"\#(id)","status":"accepted"\#(page)}"#, status: .accepted)
        case .invalid(let faults): return responses.problem(.invalidLetter(faults.all.map(FieldProblem.init)))
        case .unknownRecipient: return responses.problem(.unknownRecipient)
        case .takesNoLetters: return responses.problem(.takesNoLetters)
        case .idempotencyKeyConflict: return responses.problem(.idempotencyKeyConflict)
        case .blocked: return responses.problem(.blocked)
        case .limited(let wait): return responses.problem(.limited).retrying(after: wait)
        case .unavailable(let wait):
            // The intake service has logged why. The incident id connects this answer with the log.
            let incident = context.incident("a letter could not be taken", IntakeClosed())
            return responses.problem(.unavailable(incident)).retrying(after: wait)
        }
    }

    private struct IntakeClosed: Error {}

    private static func checkType(_ headers: HTTPFields) throws(RequestFault) {
        // Nearly every program sends exactly this, which needs no parser.
        if headers[.contentType] == "application/json", !headers.contains(.contentEncoding) { return }
        let type = PostedType(headers)
        guard type.mediaType == "application/json" else { throw RequestFault(.unsupportedMediaType) }
        guard ["utf-8", "utf8"].contains(type.charset ?? "utf-8") else { throw RequestFault(.unsupportedCharset) }
        guard !type.isEncoded else { throw RequestFault(.unsupportedEncoding) }
    }

    /// The IETF's draft makes the field a quoted string; most programs send it bare. Both mean the same key.
    private static func idempotencyKey(in headers: HTTPFields) throws(RequestFault) -> String? {
        guard headers.contains(.idempotencyKey) else { return nil }
        let values = headers[values: .idempotencyKey]
        guard values.count == 1, var key = values.first?[...] else { throw RequestFault(.invalidIdempotencyKey) }
        if key.count >= 2, key.first == "\"", key.last == "\"" { key = key.dropFirst().dropLast() }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw RequestFault(.invalidIdempotencyKey)
        }
        return String(key)
    }
}

extension HTTPFields {
    /// States the client limit and what is left of it (draft-ietf-httpapi-ratelimit-headers-10), as lists of structured
    /// fields: `RateLimit-Policy: "client";q=5;w=3600, "client";q=20;w=86400` and `RateLimit: "client";r=3;t=600`.
    ///
    /// All policies share one name, because together they are one limit: the strictest one decides how much is left.
    fileprivate mutating func setRateLimit(_ quota: ClientQuota?) {
        guard let quota, !quota.policies.isEmpty else { return }
        self[.rateLimitPolicy] = quota.policies.map { policy in
            // A burst has no window.
            "\"client\";q=\(policy.quota)" + (policy.window > .zero ? ";w=\(policy.window.wholeSeconds)" : "")
        }.joined(separator: ", ")
        self[.rateLimit] = "\"client\";r=\(Swift.max(0, quota.remaining));t=\(quota.reset.wholeSeconds)"
    }
}
