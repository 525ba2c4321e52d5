internal import PosternCore
internal import PosternHost
internal import PosternVault

/// Makes the lanes to the configured smarthost.
/// - Throws: `ExitCode` 78 when the password file cannot be used.
func buildLanes(_ mail: Configuration.Mail) throws -> LanePool {
    guard let ehloName = DomainName(mail.from.domain) else {
        throw Exit.configuration.saying("POSTERN_MAIL_FROM: its domain cannot be used as a host name")
    }
    var login: Smarthost.Login?
    if let user = mail.user, let path = mail.passwordFile {
        do {
            login = Smarthost.Login(user: user, password: try SecretBytes(passwordFile: path))
        } catch {
            throw Exit.configuration.saying("POSTERN_SMTP_PASSWORD_FILE: \(error)")
        }
    }
    return LanePool(
        smarthost: Smarthost(url: mail.smarthost, ehloName: ehloName, login: login, caFile: mail.caFile), lanes: mail.lanes)
}
