private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// Where staff sign in and out, choose how to, and see who is signed in: `/sign-in`, `/enrol/{name}/{link}`, `/sign-out`, `/sessions`.
struct StaffPages: Sendable {
    static let signIn = "/sign-in"
    /// Fields of its address: that somebody has signed out, that a session was over when they asked for a page or posted something, and
    /// the page.
    private static let (ended, over, back) = ("ended", "over", "back")
    /// Longer addresses are not come back to.
    private static let longestWayBack = 500

    let staff: any StaffServing
    /// Of these pages: passkeys are made for it.
    let url: WebOrigin
    let responses: ResponseFactory
    /// Where signing in may lead: nobody else's address is gone to, whatever a link to these pages says.
    var destinations = RouteTable([])

    var cookie: StaffCookie { StaffCookie(url: url) }

    // MARK: - Signing in

    /// Where somebody signs in who asked for something without being signed in.
    /// - Parameter route: what was asked for.
    static func signIn(to request: Request, _ route: Route?, hadSession: Bool) -> String {
        var fields: [String] = []
        if hadSession { fields.append("\(over)=\(request.method == .post ? "post" : "")") }
        let asked = request.uri.path + (request.uri.query.map { "?\($0)" } ?? "")
        if request.method == .get, let route, isPage(route), asked != "/", asked.utf8.count <= longestWayBack {
            fields.append("\(back)=\(PercentCoding.encoded(asked))")
        }
        return signIn + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
    }

    private static func isPage(_ route: Route) -> Bool {
        guard case .staff = route.access else { return false }
        return !route.isBackground && route.handler(for: .get) != nil
    }

    /// - Returns: nil for what is no address of a page of ours.
    private func wayBack(_ text: String?) -> String? {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= Self.longestWayBack,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let route = destinations.match(String(text.prefix { $0 != "?" }))?.route, Self.isPage(route)
        else { return nil }
        return text
    }

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let occasion: SignInPage.Occasion =
            switch request.queryField(Self.over) {
            case "post": .sessionOver(isPost: true)
            case .some: .sessionOver(isPost: false)
            case nil: request.queryField(Self.ended) == nil ? .fresh : .ended
            }
        return try await page(occasion, request, context, back: wayBack(request.queryField(Self.back)))
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(StaffForm.self, context)
        let back = wayBack(form[.back])
        func page(
            _ occasion: SignInPage.Occasion, name: String = "", _ status: HTTPResponse.Status
        ) async throws(RequestFault) -> Response {
            try await self.page(occasion, request, context, name: name, back: back, status: status)
        }
        if let refusal { return refusal.told(in: try await page(.fresh, name: form[.name], refusal.status)) }
        let name: String
        let proof: StaffSignIn
        let isPasskey = !form[.credential].isEmpty
        if isPasskey {
            guard let credential = form.bytes(.credential), let clientData = form.bytes(.clientData),
                let authenticatorData = form.bytes(.authenticatorData), let signature = form.bytes(.signature)
            else { return try await page(.refused(isPasskey: true), .forbidden) }
            // The passkey knows whose it is: nobody types a name, and none is asked about.
            name = form.bytes(.user).map { String(decoding: $0, as: UTF8.self) } ?? ""
            proof = .passkey(
                credential: credential, clientData: clientData, authenticatorData: authenticatorData, signature: signature)
        } else {
            (name, proof) = (form[.name], .password(form[.password], code: form[.code]))
        }
        switch await staff.signIn(name, proof, from: context.client) {
        case .session(let secret): return cookie.set(secret, in: responses.seeOther(back ?? "/"))
        case .refused: return try await page(.refused(isPasskey: isPasskey), name: form[.name], .forbidden)
        case .limited(let wait):
            return try await page(.limited(wait), name: form[.name], .tooManyRequests).retrying(after: wait)
        case .unavailable(let wait):
            return try await page(.unavailable(wait), name: form[.name], .serviceUnavailable).retrying(after: wait)
        }
    }

    private func page(
        _ occasion: SignInPage.Occasion, _ request: Request, _ context: WebContext, name: String = "", back: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws(RequestFault) -> Response {
        let hasAccounts: Bool
        do { hasAccounts = try await staff.hasAccounts() } catch {
            throw .unavailable(context.incident("staff cannot be looked up", error))
        }
        let challenge = hasAccounts ? await staff.challenge() : nil
        return responses.page(
            SignInPage(
                occasion, hasAccounts: hasAccounts, name: name, back: back, challenge: challenge, url: url,
                isAtHome: url.isHome(of: request), responses.presentation(for: request, context)), status: status)
    }

    // MARK: - Choosing how to

    func offer(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await offer(nil, .ok, request, context)
    }

    private func offer(
        _ fault: EnrolPage.Fault?, _ status: HTTPResponse.Status, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        guard let token = MailedToken(text: context["link"]) else { return try await over(request, context) }
        switch await staff.open(context["name"], token) {
        case .offer(let offer):
            return responses.page(
                EnrolPage(
                    offer, fault, at: "/enrol/\(offer.name)/\(token.text)", url: url, isAtHome: url.isHome(of: request),
                    responses.presentation(for: request, context)), status: status)
        case .notValid: return try await over(request, context)
        case .unavailable(let wait):
            return try await page(.unavailable(wait), request, context, status: .serviceUnavailable).retrying(after: wait)
        }
    }

    private func over(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await page(.over, request, context, status: .notFound)
    }

    func choose(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(StaffForm.self, context)
        if let refusal { return refusal.told(in: try await offer(nil, refusal.status, request, context)) }
        guard let token = MailedToken(text: context["link"]) else { return try await over(request, context) }
        let choice: StaffChoice
        if let attestation = form.bytes(.attestation), let clientData = form.bytes(.clientData) {
            choice = .passkey(clientData: clientData, attestation: attestation)
        } else {
            choice = .password(form[.password], code: form[.code])
        }
        switch await staff.choose(context["name"], token, choice, from: context.client) {
        case .session(let secret, let codes):
            let page = EnrolledPage(codes: codes, responses.presentation(for: request, context))
            return cookie.set(secret, in: responses.page(page))
        case .shortPassword: return try await offer(.shortPassword, .unprocessableContent, request, context)
        case .wrongCode: return try await offer(.wrongCode, .unprocessableContent, request, context)
        case .wrongPasskey: return try await offer(.wrongPasskey, .unprocessableContent, request, context)
        case .notValid: return try await over(request, context)
        case .unavailable(let wait):
            return try await offer(.unavailable(wait), .serviceUnavailable, request, context).retrying(after: wait)
        }
    }

    // MARK: - Sessions

    func sessions(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let own = context.staff else { throw .notFound }
        do {
            return responses.page(
                SessionsPage(try await staff.sessions(of: own), of: own, responses.presentation(for: request, context)))
        } catch {
            throw .unavailable(context.incident("sessions cannot be looked up", error))
        }
    }

    func endSession(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (own, form) = try await request.staffPost(StaffForm.self, context)
        do { _ = try await staff.end(form[.session], by: own) } catch {
            throw .unavailable(context.incident("a session cannot be ended", error))
        }
        return responses.seeOther("/sessions")
    }

    func signOut(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        _ = try await request.staffPost(StaffForm.self, context)
        if let secret = cookie.secret(in: request) {
            do { try await staff.signOut(secret) } catch {
                throw .unavailable(context.incident("staff cannot be signed out", error))
            }
        }
        return cookie.removed(in: responses.seeOther("\(Self.signIn)?\(Self.ended)="))
    }
}
