private import Glibc
internal import PosternCore
package import PosternLink
internal import PosternMail
package import PosternVault

/// How far a conversation with the smarthost got: greeting, EHLO, TLS, login, QUIT. It contains nothing of a letter.
package enum SmarthostCheck: Sendable {
    /// All went well.
    case answered(server: String, isEncrypted: Bool, login: Login)
    case ended(server: String, SmarthostProbe.Ending)
    /// The mailbox inside the program.
    case demo
    case unknown(reason: String, Remedy)

    package enum Login: Sendable {
        case accepted
        /// None is configured.
        case none
        /// This user may not read the password. Why.
        case untried(String)
    }

    package var findings: [Finding] {
        switch self {
        case .answered(let server, let isEncrypted, let login):
            let way = isEncrypted ? "TLS with a valid certificate" : "in the clear, on this machine"
            switch login {
            case .accepted: return [.ok(.smarthost, "\(server) greets; \(way); the login is accepted")]
            case .none: return [.ok(.smarthost, "\(server) greets; \(way); no login is configured")]
            case .untried(let reason):
                return [.warn(.smarthost, "\(server) greets; \(way). Login not checked: \(reason)", .asRoot)]
            }
        case .ended(let server, let ending): return [.fail(.smarthost, ending.finding(of: server), ending.remedy)]
        case .demo:
            return [
                .warn(
                    .smarthost, "nothing is sent: letters go to the demo mailbox inside the program",
                    "For a real installation set POSTERN_SMTP_URL to smtps://HOST:465 or smtp://HOST:587.")
            ]
        case .unknown(let reason, let remedy): return [.skipped(.smarthost, because: reason, remedy)]
        }
    }
}

extension SmarthostCheck {
    /// What the conversation's process tells the doctor.
    package struct Reading: Codable, Sendable {
        let findings: [Finding]
        /// It had no connection for us.
        let isRefused: Bool

        /// - Parameter lanes: what the running vault's lanes know; nil where no vault runs.
        package func findings(lanes: VaultCondition.Lanes?) -> [Finding] {
            guard isRefused, let lanes, lanes.open > 0 else { return findings }
            // While letters go out, one connection more is all that was refused.
            return findings.map { finding in
                .skipped(
                    .smarthost,
                    because: "while letters go out over \(lanes.open) of its connections, it has none for this check "
                        + "(\(finding.text))", "Run postern doctor again when no letter has gone out for a minute.")
            }
        }
    }

    package var reading: Reading {
        if case .ended(_, let ending) = self, ending.certificate == nil, [.connect, .greeting, .ehlo].contains(ending.stage) {
            return Reading(findings: findings, isRefused: true)
        }
        return Reading(findings: findings, isRefused: false)
    }

    /// Talks to the configured smarthost as the vault would, up to the login.
    static func reading(_ mail: Configuration.Mail) async -> SmarthostCheck {
        guard mail.demoMailbox == nil else { return .demo }
        guard let ehloName = DomainName(mail.from.domain) else {
            return .unknown(
                reason: "the domain of POSTERN_MAIL_FROM cannot be used as a host name", "Write an address of a domain of yours.")
        }
        var login: Smarthost.Login?
        var untried: String?
        if let user = mail.user, let path = mail.passwordFile {
            do throws(KeyFault) {
                login = Smarthost.Login(user: user, password: try SecretBytes(passwordFile: path))
            } catch {
                guard case .unreadable(let code) = error.reason, code == EACCES else {
                    // Mode and owner have a finding of their own; without the password the login cannot be checked.
                    return .unknown(reason: "the password's file cannot be used", "Correct POSTERN_SMTP_PASSWORD_FILE first.")
                }
                untried = "this user may not read the password's file"
            }
        }
        let smarthost = Smarthost(url: mail.smarthost, ehloName: ehloName, login: login, caFile: mail.caFile)
        let server = smarthost.url.authority
        if let ending = await SmarthostProbe(smarthost).run() { return .ended(server: server, ending) }
        let state: Login = if let untried { .untried(untried) } else if login == nil { .none } else { .accepted }
        return .answered(server: server, isEncrypted: smarthost.url.tls == .required, login: state)
    }
}

extension SmarthostProbe.Ending {
    fileprivate func finding(of server: String) -> String {
        let said = code.map { "\($0) \(text)" } ?? text
        return switch stage {
        case .prepare, .budget, .mute, .muteByConnection, .connect: "\(server): no connection: \(said)"
        case .greeting: "\(server) does not greet us: \(said)"
        case .ehlo: "\(server) does not take our EHLO: \(said)"
        case .startTLS: "\(server), STARTTLS: \(said)"
        case .login: "\(server) refuses the login: \(said)"
        case .mailFrom, .recipient, .data, .finalDot: "\(server): \(said)"
        }
    }

    fileprivate var remedy: Remedy {
        if let certificate { return certificate.remedy }
        return switch stage {
        case .prepare, .budget, .mute, .muteByConnection: "Check POSTERN_SMTP_CA_FILE and the TLS settings of this machine."
        case .connect:
            Remedy(
                "Check that the server runs, that host, port and scheme of POSTERN_SMTP_URL are right (smtps:// for 465, smtp:// for "
                    + "587), and that no firewall stops this machine.")
        case .greeting where (code ?? 0) < 500:
            "It may be busy, or delay connections from here for a while: try again later, or ask its operator."
        case .greeting: "It takes no mail from this machine: ask its operator, or name another server in POSTERN_SMTP_URL."
        case .ehlo: "Check that POSTERN_SMTP_URL names a mail server for submission, and ask its operator."
        case .startTLS:
            "Use smtps://HOST:465 if it offers that, or ask its operator for STARTTLS. Without TLS nothing is sent to it."
        case .login:
            Remedy(
                "Compare POSTERN_SMTP_USER and the content of POSTERN_SMTP_PASSWORD_FILE with what its operator gave you; restart "
                    + "the service afterwards.")
        case .mailFrom, .recipient, .data, .finalDot: "Ask its operator."
        }
    }
}

extension CertificateFault {
    fileprivate var remedy: Remedy {
        switch self {
        case .expired: "Its operator must renew the certificate. Check this machine's clock as well."
        case .notYetValid: "Check this machine's clock first; otherwise its operator must replace the certificate."
        case .unknownAuthority:
            "If it is an authority of your own, name its certificate in POSTERN_SMTP_CA_FILE; otherwise install ca-certificates."
        case .wrongName: "Write the name in POSTERN_SMTP_URL that the certificate is for."
        case .revoked, .other: "Its operator must replace the certificate. Until then nothing is sent to it."
        }
    }
}
