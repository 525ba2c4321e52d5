package import PosternCore

/// The one server that takes our letters, with everything a lane needs to talk to it. Fixed for the life of the lanes: libcurl has
/// had faults in telling connections of different TLS settings apart (CVE-2026-4873, CVE-2026-8286), which cannot matter where
/// there is one setting.
package struct Smarthost: Sendable {
    package let url: SmarthostURL
    /// How we introduce ourselves (RFC 5321 §4.1.1.1): the domain the mail is from.
    package let ehloName: DomainName
    package let login: Login?
    /// Path of the certificates to trust instead of the system's; nil for the system's.
    package let caFile: String?

    package init(url: SmarthostURL, ehloName: DomainName, login: Login? = nil, caFile: String? = nil) {
        self.url = url
        self.ehloName = ehloName
        self.login = login
        self.caFile = caFile
    }

    /// What AUTH sends.
    package struct Login: Sendable, Unprintable {
        package let user: String
        package let password: SecretBytes

        package init(user: String, password: SecretBytes) {
            self.user = user
            self.password = password
        }
    }
}

extension Smarthost.Login: CustomStringConvertible {
    package var description: String { "‹login›" }
}

/// How long a lane waits at each stage. The standard values are those of RFC 5321 §4.5.3.2. Too short a wait after the final dot
/// makes duplicates.
///
/// libcurl's progress callback checks them. It runs once a second while nothing happens, so a timeout may come a second late.
/// libcurl's own limits do not fit: its connect timeout covers greeting, EHLO, TLS and login together, and its response timeout
/// is the same for all stages.
package struct SMTPTimeouts: Sendable {
    /// Resolving, connecting, and TLS where that comes first.
    package let connect: Duration
    /// Each answer up to the one to DATA; also STARTTLS's handshake.
    package let answer: Duration
    /// The longest pause while the text is being sent.
    package let text: Duration
    /// The answer to the final dot.
    package let finalDot: Duration
    /// How long an idle connection is kept. libcurl itself does not reuse one after 118 s.
    package let idle: Duration

    package init(
        connect: Duration = .seconds(30), answer: Duration = .seconds(300), text: Duration = .seconds(180),
        finalDot: Duration = .seconds(600), idle: Duration = .seconds(60)
    ) {
        self.connect = connect
        self.answer = answer
        self.text = text
        self.finalDot = finalDot
        self.idle = idle
    }
}
