internal import Hummingbird
private import NIOCore
internal import PosternCore

/// What clients ask any web server for: the page at its root, the file for robots, the icons, the contact for security.
struct FrontHandlers: Sendable {
    private static let securityPath = "/.well-known/security.txt"
    /// Crawlers may fetch every page. What keeps a page out of an index is the `noindex` in its text and its header fields. A crawler
    /// that must not fetch it never reads that, and can still list the address of a contact page that some site links to.
    private static let robots = "# Each page says by itself that it is in no index (noindex).\nUser-agent: *\nDisallow:\n"

    let configuration: WebConfiguration
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    /// `GET /`.
    func page(_ request: Request, _: WebContext) async throws(RequestFault) -> Response {
        let security = configuration.securityContacts.isEmpty ? nil : Self.securityPath
        return responses.page(FrontPage(security: security, responses.presentation(for: request)))
    }

    /// `GET /robots.txt` (RFC 9309).
    func robots(_: Request, _: WebContext) async throws(RequestFault) -> Response { text(Self.robots) }

    /// `GET /favicon.ico`: for what has no page to name its icon, and for programs that never look for one.
    func icon(_ request: Request, _: WebContext) async throws(RequestFault) -> Response { try file(.oldIcon, request) }

    /// `GET /apple-touch-icon.png`.
    func touchIcon(_ request: Request, _: WebContext) async throws(RequestFault) -> Response { try file(.touchIcon, request) }

    /// `GET /.well-known/security.txt` (RFC 9116). It must say when it ends; it is made for each request, so half a year from
    /// today is always ahead.
    func security(_: Request, _: WebContext) async throws(RequestFault) -> Response {
        guard !configuration.securityContacts.isEmpty else { throw .notFound }
        let contacts = configuration.securityContacts.map { "Contact: \($0)\n" }.joined()
        let expires = (Epoch(containing: now()).start + .days(180)).rfc3339
        return text("\(contacts)Expires: \(expires)\nCanonical: \(configuration.publicURL)\(Self.securityPath)\n")
    }

    private func text(_ content: String) -> Response {
        var fields = responses.headers.asset
        fields[.cacheControl] = "public, max-age=3600"
        return ResponseFactory.response(.ok, fields, "text/plain; charset=utf-8", ByteBuffer(string: content))
    }

    private func file(_ file: Templates.BuiltIn, _ request: Request) throws(RequestFault) -> Response {
        guard let asset = responses.templates.asset(file) else { throw .notFound }
        return responses.file(asset, caching: "public, max-age=86400", for: request)
    }
}
