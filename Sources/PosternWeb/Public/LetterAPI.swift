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
        try request.headers.checkJSON()
        let idempotencyKey = try request.headers.readIdempotencyKey()
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
        guard request.headers.contains(.acceptLanguage), let accepted = request.headers[.acceptLanguage] else { return nil }
        return LanguageChoice.wanted(in: accepted, of: responses.templates.languages)
    }

    private func response(to reply: SubmissionReply, _ context: WebContext) -> Response {
        switch reply.answer {
        case .accepted(let id):
            func link(_ name: String, _ purpose: LinkPurpose, _ token: LinkToken?) -> String {
                token.map { #","\#(name)":"\#(publicURL)\#(ConversationPath(purpose, $0).path)""# } ?? ""
            }
            let links = link("page", .letter, reply.page) + link("prove", .prove, reply.prove)
            return responses.json(#"{"id":"\#(id)","status":"accepted"\#(links)}"#, status: .accepted)
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
