/// How far a conversation with the smarthost came: greeting, EHLO, TLS, login, QUIT. Nothing of a letter is said in it.
package enum SmarthostFacts: Sendable {
    /// All went well.
    case answered(server: String, isEncrypted: Bool, login: Login)
    case ended(server: String, Ending)
    /// The mailbox inside the program.
    case demo
    case unknown(reason: String, Remedy)

    package enum Login: Sendable {
        case accepted
        /// None is configured.
        case none
        /// The password could not be read by whoever asks; why.
        case untried(String)
    }

    package struct Ending: Sendable {
        package let stage: DeliveryStage
        /// The server's last code, if it gave one at that stage.
        package let code: Int?
        /// The last reply without any address, or a sentence of ours.
        package let text: String
        package let certificate: CertificateFault?

        package init(stage: DeliveryStage, code: Int?, text: String, certificate: CertificateFault?) {
            (self.stage, self.code, self.text, self.certificate) = (stage, code, text, certificate)
        }
    }

    package var findings: [Finding] {
        switch self {
        case .answered(let server, let isEncrypted, let login):
            let way = isEncrypted ? "TLS with a certificate that holds" : "in the clear, on this machine"
            switch login {
            case .accepted: return [.ok(.smarthost, "\(server) greets; \(way); the login is taken")]
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

extension SmarthostFacts.Ending {
    fileprivate func finding(of server: String) -> String {
        let said = code.map { "\($0) \(text)" } ?? text
        return switch stage {
        case .prepare, .connect: "\(server): no connection: \(said)"
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
        case .prepare: "See to POSTERN_SMTP_CA_FILE and the TLS settings of this machine."
        case .connect:
            Remedy(
                "Look whether the server runs and whether host, port and scheme of POSTERN_SMTP_URL are right (smtps:// for 465, "
                    + "smtp:// for 587), and whether a firewall lets this machine out.")
        case .greeting where (code ?? 0) < 500:
            "It may be busy or hold connections from here back for a while: try again later, or ask its keeper."
        case .greeting: "It takes no mail from this machine: ask its keeper, or name another server in POSTERN_SMTP_URL."
        case .ehlo: "Look whether POSTERN_SMTP_URL names a mail server for submission, and ask its keeper."
        case .startTLS:
            "Use smtps://HOST:465 if it offers that, or ask its keeper for STARTTLS. Without TLS nothing is sent to it."
        case .login:
            Remedy(
                "Compare POSTERN_SMTP_USER and the content of POSTERN_SMTP_PASSWORD_FILE with what its keeper gave you; restart "
                    + "the service afterwards.")
        case .mailFrom, .recipient, .data, .finalDot: "Ask its keeper."
        }
    }
}

extension CertificateFault {
    fileprivate var remedy: Remedy {
        switch self {
        case .expired: "Its keeper must renew the certificate. Look at this machine's clock as well."
        case .notYetValid: "Look at this machine's clock first; otherwise its keeper must mend the certificate."
        case .unknownAuthority:
            "If it is an authority of your own, name its certificate in POSTERN_SMTP_CA_FILE; otherwise install ca-certificates."
        case .wrongName: "Write the name in POSTERN_SMTP_URL that the certificate is for."
        case .revoked, .other: "Its keeper must mend the certificate. Until then nothing is sent to it."
        }
    }
}
