private import HTTPTypes
internal import Hummingbird
internal import PosternCore

/// The cookie of the staff's pages. Another name than the members' has, since the two listeners may share a host.
struct StaffCookie: Sendable {
    private let name: String
    private let isSecure: Bool

    /// - Parameter url: of the staff's pages: https, or `http://localhost`, from which browsers take a secure cookie too.
    init(url: WebOrigin) {
        isSecure = url.isSecure || url.host == "localhost"
        name = isSecure ? "__Host-postern-staff" : "postern-staff"
    }

    func secret(in request: Request) -> SessionSecret? { request.cookie(name).flatMap { SessionSecret(text: $0) } }

    func set(_ secret: SessionSecret, in response: Response) -> Response {
        with(secret.text, lasting: Int(StaffSessionTimes.absolute.components.seconds), in: response)
    }

    func removed(in response: Response) -> Response { with("", lasting: 0, in: response) }

    private func with(_ value: String, lasting seconds: Int, in response: Response) -> Response {
        var response = response
        response.headers[.setCookie] =
            "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
        return response
    }
}
