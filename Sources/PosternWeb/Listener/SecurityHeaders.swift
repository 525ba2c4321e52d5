package import HTTPTypes

/// The header fields of each kind of answer. Made once, at start.
///
/// Our pages load nothing from elsewhere, run no script but ours, and cannot be framed or read by another site.
package struct SecurityHeaders: Sendable {
    /// For pages: our own style sheets, our own script, our own images, our own forms.
    package let page: HTTPFields
    /// For the empty form. On the way back, browsers load a page under `no-store` again, and without what was typed on it: the
    /// way back from a refusal would lose the letter.
    package let form: HTTPFields
    /// For an empty form whose script asks us something while it is filled in.
    package let askingForm: HTTPFields
    /// The same form when it comes back.
    package let askingPage: HTTPFields
    /// For pages that links in mails lead to. Anyone who has such a link may act by it, so nothing on its page runs, not even our script.
    package let link: HTTPFields
    /// For everything that is not a page. It allows nothing, since none of it is rendered.
    package let api: HTTPFields
    /// For files that never change at their URL.
    package let asset: HTTPFields
    /// For a file that comes from a site. It can run nothing and load nothing.
    package let foreignAsset: HTTPFields
    /// For pages that show another document of this listener in a frame.
    package let framing: HTTPFields
    /// For a document that somebody else wrote: no script, nothing loaded, no link that leaves its frame.
    package let framed: HTTPFields

    /// - Parameter isSecure: visitors come over HTTPS, and their browsers may insist on it from now on.
    package init(isSecure: Bool) {
        func policy(scripts: String) -> String {
            "default-src 'none'; style-src 'self'; script-src \(scripts); img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        }
        let pagePolicy = policy(scripts: "'self'")
        page = Self.fields(policy: pagePolicy, caching: "no-store", isSecure: isSecure, isIndexed: false)
        form = Self.fields(policy: pagePolicy, caching: "private, no-cache", isSecure: isSecure, isIndexed: false)
        let askingPolicy = pagePolicy + "; connect-src 'self'"
        askingForm = Self.fields(policy: askingPolicy, caching: "private, no-cache", isSecure: isSecure, isIndexed: false)
        askingPage = Self.fields(policy: askingPolicy, caching: "no-store", isSecure: isSecure, isIndexed: false)
        link = Self.fields(policy: policy(scripts: "'none'"), caching: "no-store", isSecure: isSecure, isIndexed: false)
        api = Self.fields(
            policy: "default-src 'none'; frame-ancestors 'none'", caching: "no-store", isSecure: isSecure, isIndexed: false)
        asset = Self.fields(
            policy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'", caching: nil, isSecure: isSecure)
        foreignAsset = Self.fields(
            policy: "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'", caching: nil,
            isSecure: isSecure)
        framing = Self.fields(policy: pagePolicy + "; frame-src 'self'", caching: "no-store", isSecure: isSecure)
        framed = Self.fields(
            policy:
                "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
            caching: "no-store", isSecure: isSecure)
    }

    private static func fields(policy: String, caching: String?, isSecure: Bool, isIndexed: Bool = true) -> HTTPFields {
        var fields: HTTPFields = [
            .contentSecurityPolicy: policy,
            .xContentTypeOptions: "nosniff",
            .referrerPolicy: "no-referrer",
            .crossOriginOpenerPolicy: "same-origin",
            .crossOriginEmbedderPolicy: "require-corp",
            .crossOriginResourcePolicy: "same-origin",
            .permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=()",
        ]
        if let caching { fields[.cacheControl] = caching }
        // Pages say it in a `meta` element as well; what is no page can say it here alone.
        if !isIndexed { fields[.xRobotsTag] = "noindex" }
        // Two years. Not for subdomains, which are not ours.
        if isSecure { fields[.strictTransportSecurity] = "max-age=63072000" }
        return fields
    }
}

extension HTTPField.Name {
    private static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("“\(text)” is a literal of ours and must be a field name")
        }
        return name
    }

    package static let referrerPolicy = known("Referrer-Policy")
    package static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
    package static let crossOriginEmbedderPolicy = known("Cross-Origin-Embedder-Policy")
    package static let permissionsPolicy = known("Permissions-Policy")
    package static let xRobotsTag = known("X-Robots-Tag")
    package static let forwardedFor = known("X-Forwarded-For")
    package static let rateLimit = known("RateLimit")
    package static let rateLimitPolicy = known("RateLimit-Policy")
    package static let forwarded = known("Forwarded")
    package static let secFetchSite = known("Sec-Fetch-Site")
    package static let idempotencyKey = known("Idempotency-Key")
}
