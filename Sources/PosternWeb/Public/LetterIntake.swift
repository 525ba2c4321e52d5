package import Hummingbird
private import Logging
package import PosternCore
package import PosternRelay

/// The way from a request to the intake service that both the form and the API take.
package struct LetterIntake: Sendable {
    private let submissions: any SubmissionService
    private let clients: ClientFinder
    let now: @Sendable () -> Timestamp

    package init(submissions: any SubmissionService, clients: ClientFinder, now: @escaping @Sendable () -> Timestamp) {
        (self.submissions, self.clients, self.now) = (submissions, clients, now)
    }

    package func submit(
        _ letter: RawLetter, to address: RecipientPath, idempotencyKey: String?, channel: Submission.Channel = .api,
        of request: Request, _ context: WebContext
    ) async -> SubmissionReply {
        guard let client = clients.client(of: request, context) else {
            // Evidence is part of every submission (P5), and whoever has left needs no answer.
            return SubmissionReply(.unavailable(retryAfter: .seconds(1)))
        }
        let submission = Submission(
            site: address.site, handle: address.handle, letter: letter, client: client, idempotencyKey: idempotencyKey,
            channel: channel, at: now())
        let reply = await submissions.submit(submission)
        context.logger.debug("a letter was handed in", metadata: Self.metadata(of: reply.answer))
        return reply
    }

    /// The id of an accepted letter, and nothing else of any.
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

    package func contact(_ address: RecipientPath) async throws -> Contact? {
        try await submissions.contact(site: address.site, handle: address.handle)
    }
}

/// Site and handle as they stand in a path, percent-decoded. They may name nothing.
package struct RecipientPath: Hashable, Sendable {
    package let site: String
    package let handle: String

    package init(site: String, handle: String) {
        (self.site, self.handle) = (site, handle)
    }

    /// Where the contact page is, in a form safe to print into a page or a header.
    package var page: String { "/c/\(PercentCoding.encoded(site))/\(PercentCoding.encoded(handle))" }
    package var sentPage: String { page + "/sent" }
    /// Of the recipient's site.
    package var privacyPage: String { "/privacy/\(PercentCoding.encoded(site))" }

    /// What to call them when the store cannot say; nil when nobody can have such names.
    var plainNames: RecipientNames? {
        guard let site = try? SiteID(site), let handle = try? Handle(handle) else { return nil }
        return RecipientNames(handle: handle, site: site)
    }
}
