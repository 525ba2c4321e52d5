private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// What a site's programs do with its members: `…/recipients`, `…/recipients/{handle}` and `…/invitations` below
/// `/api/v1/sites/{site}`. The bearer token is looked up before the body is read, and is in no answer and no line of the log.
struct MemberHandlers: Sendable {
    let members: any MemberAPI
    /// Where members' pages and invitations are.
    let publicURL: WebOrigin
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    /// How long an invitation counts unless the caller says otherwise, and how many are made at once at most.
    static let invitationLife = Duration.days(14)
    static let mostInvitations = 500

    func add(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let caller = caller(request, context)
        try await asked(request, context) { () throws(MemberRefusal) in try await members.check(caller) }
        try request.headers.checkJSON()
        let key = try request.headers.readIdempotencyKey()
        let posted = try await read(request, context) { body throws(JSONFault) in try MemberJSON(body) }
        try Self.refuse(posted.wrongTypes, and: posted.member, languages)
        let post = MemberPost(posted.member, languages: languages, idempotencyKey: key)
        let view = try await asked(request, context) { () throws(MemberRefusal) in try await members.add(post, caller) }
        var response = responses.json(
            JSONText.object([("handle", .string(view.handle.text)), ("state", .string(view.state.rawValue))]).text,
            status: .accepted)
        response.headers[.location] = "/api/v1/sites/\(PercentCoding.encoded(caller.site))/recipients/\(view.handle)"
        return response
    }

    func find(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let caller = caller(request, context)
        return answer(
            try await asked(request, context) { () throws(MemberRefusal) in
                try await members.find(context["handle"], caller)
            }, caller)
    }

    func change(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let caller = caller(request, context)
        try await asked(request, context) { () throws(MemberRefusal) in try await members.check(caller) }
        try request.headers.checkJSON()
        let posted = try await read(request, context) { body throws(JSONFault) in try MemberJSON(body) }
        var wrong = posted.wrongTypes
        if let handle = posted.handle, Handle(spelled: handle) != Handle(spelled: context["handle"]) {
            wrong.append(
                FieldProblem(field: "handle", code: "fixed", message: "A handle stays: links lead to it. Add another recipient."))
        }
        guard wrong.isEmpty else { throw RequestFault(.invalidMember(wrong)) }
        var patch = MemberPatch(languages: languages)
        (patch.name, patch.email, patch.locale) = (posted.name, posted.email, posted.locale)
        patch.isPaused = posted.isPaused
        let change = patch
        return answer(
            try await asked(request, context) { () throws(MemberRefusal) in
                try await members.change(context["handle"], change, caller)
            }, caller)
    }

    func erase(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let caller = caller(request, context)
        try await asked(request, context) { () throws(MemberRefusal) in
            try await members.erase(context["handle"], caller)
        }
        return Response(status: .noContent, headers: responses.headers.api)
    }

    func invite(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let caller = caller(request, context)
        try await asked(request, context) { () throws(MemberRefusal) in try await members.check(caller) }
        try request.headers.checkJSON()
        let posted = try await read(request, context) { body throws(JSONFault) in try InvitationJSON(body) }
        let order = try Self.order(posted)
        let links = try await asked(request, context) { () throws(MemberRefusal) in
            try await members.invite(order, caller)
        }
        let all = links.map { link in
            JSONText.object([("link", .string("\(publicURL)\(link.path)")), ("expires", .string(link.endsAt.rfc3339))])
        }
        return responses.json(JSONText.object([("invitations", .array(all))]).text, status: .created)
    }

    // MARK: -

    private var languages: [Language] { responses.templates.languages }

    private func caller(_ request: Request, _ context: WebContext) -> SiteCaller {
        SiteCaller(site: context["site"], token: request.headers.bearerToken, at: now())
    }

    private func answer(_ view: MemberView, _ caller: SiteCaller) -> Response {
        let page = RecipientPath(site: caller.site, handle: view.handle.text).page
        return responses.json(
            JSONText.object([
                ("handle", .string(view.handle.text)), ("name", .string(view.name.text)),
                ("locale", .string(view.language.description)), ("state", .string(view.state.rawValue)),
                ("address_pending", .boolean(view.isAddressPending)), ("page", .string("\(publicURL)\(page)")),
            ]).text)
    }

    private func read<Posted>(
        _ request: Request, _ context: WebContext, _ reading: ([UInt8]) throws(JSONFault) -> Posted
    ) async throws(RequestFault) -> Posted {
        let body = try await request.wholeBody(context)
        do throws(JSONFault) {
            return try reading(body)
        } catch {
            throw RequestFault(.malformedJSON(error))
        }
    }

    @discardableResult
    private func asked<Answer: Sendable>(
        _ request: Request, _ context: WebContext, _ question: () async throws(MemberRefusal) -> Answer
    ) async throws(RequestFault) -> Answer {
        do throws(MemberRefusal) {
            return try await question()
        } catch {
            throw RequestFault(error, context)
        }
    }

    /// All faults at once: a field of the wrong type cannot be read, and is not also reported as empty.
    private static func refuse(_ wrongTypes: [FieldProblem], and member: RawMember, _ languages: [Language]) throws(RequestFault)
    {
        guard !wrongTypes.isEmpty else { return }
        let known = Set(wrongTypes.map(\.field))
        var faults = wrongTypes
        do throws(MemberFaults) {
            _ = try member.validated(in: languages, standard: .english, isExact: true)
        } catch {
            faults += error.all.map(FieldProblem.init).filter { !known.contains($0.field) }
        }
        throw RequestFault(.invalidMember(faults))
    }

    private static func order(_ posted: InvitationJSON) throws(RequestFault) -> InvitationOrder {
        var faults = posted.wrongTypes
        let count = posted.count ?? 1
        if !(1...mostInvitations).contains(count) {
            faults.append(
                FieldProblem(field: "count", code: "out_of_range", message: "This must be from 1 to \(mostInvitations)."))
        }
        if posted.handle != nil, count > 1 {
            faults.append(
                FieldProblem(field: "count", code: "out_of_range", message: "Only one link can be made for one handle."))
        }
        let lasts = posted.expires.map { Duration(span: $0) } ?? invitationLife
        if lasts == nil {
            faults.append(
                FieldProblem(
                    field: "expires", code: "not_a_span", message: "This must be a number and s, m, h or d, as in 14d."))
        }
        guard faults.isEmpty, let lasts else { throw RequestFault(.invalidMember(faults)) }
        return InvitationOrder(handle: posted.handle, count: count, lasts: lasts)
    }
}

extension Problem {
    static func invalidMember(_ errors: [FieldProblem]) -> Problem {
        Problem(.invalidMember, "Nothing was stored. Correct every field listed in “errors” and send it again.", errors)
    }
}

extension RequestFault {
    fileprivate init(_ refusal: MemberRefusal, _ context: WebContext) {
        if let problem = refusal.problem {
            self.init(problem)
            challenge = refusal.challenge
        } else {
            // The relay has logged why. The incident id connects this answer with the log.
            self = .unavailable(context.incident("a member could not be changed", MembersClosed()))
        }
        switch refusal {
        case .limited(let wait), .unavailable(let wait): retryAfter = wait
        default: break
        }
    }

    private struct MembersClosed: Error {}
}
