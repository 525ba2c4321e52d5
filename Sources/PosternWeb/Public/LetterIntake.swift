internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// Submits letters to the intake service, for both the form and the API.
struct LetterIntake: Sendable {
    let submissions: any SubmissionService
    let requests: RequestLimiter
    let origins: PostOriginReader
    let now: @Sendable () -> Timestamp

    func submit(
        _ letter: RawLetter, idempotencyKey: String?, channel: Submission.Channel, language: Language?, _ request: Request,
        _ context: WebContext
    ) async -> SubmissionReply {
        guard let client = context.client else {
            // Every submission must have its evidence, and a client that has disconnected needs no answer.
            return SubmissionReply(.unavailable(retryAfter: .seconds(1)))
        }
        let submission = Submission(
            site: context["site"], handle: context["handle"], letter: letter, client: client, idempotencyKey: idempotencyKey,
            channel: channel, origin: await origins.origin(of: request, context), language: language, at: now())
        let reply = await submissions.submit(submission)
        // A client that goes on posting over its limit is soon refused before its letter is read.
        if case .limited = reply.answer { requests.charge(client, .refusedLetter, at: submission.at) }
        context.logger.debug("a letter was handed in", metadata: Self.metadata(of: reply.answer))
        return reply
    }

    /// The outcome, and the id of an accepted letter. Nothing else about a letter is logged.
    private static func metadata(of answer: SubmissionAnswer) -> Logger.Metadata {
        switch answer {
        case .accepted(let id): [WebLogKey.outcome: "accepted", WebLogKey.letter: "\(id)"]
        case .invalid: [WebLogKey.outcome: "invalid"]
        case .unknownRecipient: [WebLogKey.outcome: "unknown recipient"]
        case .takesNoLetters: [WebLogKey.outcome: "takes no letters"]
        case .idempotencyKeyConflict: [WebLogKey.outcome: "idempotency key conflict"]
        case .limited: [WebLogKey.outcome: "limited"]
        case .blocked: [WebLogKey.outcome: "blocked"]
        case .unavailable: [WebLogKey.outcome: "unavailable"]
        }
    }

    /// What a page may show of the recipient that the path names.
    /// - Throws: `.notFound` when there is none, `.unavailable` when the store cannot say.
    func contact(_ context: WebContext) async throws(RequestFault) -> Contact {
        let contact: Contact?
        do {
            contact = try await submissions.contact(site: context["site"], handle: context["handle"], at: now())
        } catch {
            throw .unavailable(context.incident("a recipient cannot be looked up", error))
        }
        guard let contact else { throw .notFound }
        return contact
    }
}
