internal import HTTPTypes
internal import Hummingbird
internal import PosternCore
internal import PosternRelay

/// The one cookie of this service: it carries a member's session, and is set when a mailed link is traded for one.
struct SessionCookie: Sendable {
    private let name: String
    private let isSecure: Bool

    /// - Parameter publicURL: browsers take a secure cookie over HTTPS, and from a loopback name, which nobody else can answer for.
    ///   Elsewhere it can neither be secure nor have a name that says so (RFC 6265bis §4.1.3.2).
    init(publicURL: WebOrigin) {
        isSecure = publicURL.description.hasPrefix("https://") || publicURL.isLoopback
        name = isSecure ? "__Host-postern" : "postern"
    }

    func secret(in request: Request) -> SessionSecret? { request.cookie(name).flatMap { SessionSecret(text: $0) } }

    func set(_ secret: SessionSecret, in response: Response) -> Response {
        with(secret.text, lasting: Int(SessionSecret.lifetime.components.seconds), in: response)
    }

    func removed(in response: Response) -> Response { with("", lasting: 0, in: response) }

    private func with(_ value: String, lasting seconds: Int, in response: Response) -> Response {
        var response = response
        response.headers[.setCookie] =
            "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
        return response
    }
}

extension Request {
    /// The first cookie of that name.
    func cookie(_ name: String) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, halves[0] == name else { continue }
                return String(halves[1].prefix { $0 != " " })
            }
        }
        return nil
    }
}

extension WebOrigin {
    /// Whether browsers take its host for this machine without asking anybody (W3C Secure Contexts §3.1).
    fileprivate var isLoopback: Bool {
        let authority = description.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        if authority.hasPrefix("[::1]") { return true }
        let host = authority.prefix { $0 != ":" }
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        return host.hasPrefix("127.") && ClientAddress(text: host) != nil
    }
}
