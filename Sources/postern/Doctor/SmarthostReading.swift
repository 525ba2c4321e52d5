private import Glibc
internal import PosternCore
private import PosternVault

/// Talks to the configured smarthost as the vault would, up to the login.
enum SmarthostReading {
    /// - Parameter vaultUser: whose the password's file may be when root asks.
    static func facts(_ mail: Configuration.Mail, vaultUser: UInt32?) async -> SmarthostFacts {
        guard mail.demoMailbox == nil else { return .demo }
        guard let ehloName = DomainName(mail.from.domain) else {
            return .unknown(
                reason: "the domain of POSTERN_MAIL_FROM cannot be used as a host name", "Write an address of a domain of yours.")
        }
        var login: Smarthost.Login?
        var untried: String?
        if let user = mail.user, let path = mail.passwordFile {
            do throws(KeyFault) {
                login = Smarthost.Login(user: user, password: try SecretBytes(passwordFile: path, owner: vaultUser))
            } catch {
                guard case .unreadable(let code) = error.reason, code == EACCES else {
                    // Mode and owner have their line among the files; without the password there is no telling of the login.
                    return .unknown(reason: "the password's file cannot be used", "See to POSTERN_SMTP_PASSWORD_FILE first.")
                }
                untried = "this user may not read the password's file"
            }
        }
        let smarthost = Smarthost(url: mail.smarthost, ehloName: ehloName, login: login, caFile: mail.caFile)
        return await SmarthostProbe(smarthost).run(untried: untried)
    }
}
