package import PosternCore

/// The one server that takes our letters on, with everything a lane needs to talk to it. Fixed for the life of the
/// lanes: libcurl has had faults in telling connections of different TLS settings apart (CVE-2026-4873, CVE-2026-8286),
/// which cannot matter where there is one setting.
package struct Smarthost: Sendable {
    package let url: SmarthostURL
    /// How we introduce ourselves (RFC 5321 §4.1.1.1): the domain the mail is from.
    package let ehloName: DomainName
    package let login: Login?
    /// Path of the certificates to trust instead of the system's; nil for the system's.
    package let caFile: String?

    package init(url: SmarthostURL, ehloName: DomainName, login: Login? = nil, caFile: String? = nil) {
        (self.url, self.ehloName, self.login, self.caFile) = (url, ehloName, login, caFile)
    }

    /// What AUTH sends.
    package struct Login: Sendable, Unprintable {
        package let user: String
        package let password: SecretBytes

        package init(user: String, password: SecretBytes) {
            (self.user, self.password) = (user, password)
        }
    }
}

extension Smarthost.Login: CustomStringConvertible {
    package var description: String { "‹login›" }
}
