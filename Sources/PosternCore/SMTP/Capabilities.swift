/// What a server offered in its answer to EHLO, as far as a transfer depends on it.
///
/// Keywords are compared the way libcurl 7.88 does it, by case (RFC 5321 §2.4 would not care): believing in an extension
/// that libcurl overlooks would send a UTF-8 address without the SMTPUTF8 that announces it.
package struct Capabilities: Equatable, Sendable {
    package let smtpUTF8: Bool
    package let startTLS: Bool
    /// The mechanisms behind AUTH, in the server's order.
    package let mechanisms: [String]

    /// Nothing: what a server has that knows only HELO.
    package static let none = Capabilities(smtpUTF8: false, startTLS: false, mechanisms: [])

    init(smtpUTF8: Bool, startTLS: Bool, mechanisms: [String]) {
        (self.smtpUTF8, self.startTLS, self.mechanisms) = (smtpUTF8, startTLS, mechanisms)
    }

    package init(ehlo reply: SMTPReply) {
        let words = reply.lines.map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init) }
        smtpUTF8 = words.contains { $0.first == "SMTPUTF8" }
        startTLS = words.contains { $0.first == "STARTTLS" }
        mechanisms = words.filter { $0.first == "AUTH" }.flatMap { $0.dropFirst() }
    }

    /// PLAIN or LOGIN, the two that every submission server has and that nothing but TLS needs to protect.
    package var offersLogin: Bool { mechanisms.contains("PLAIN") || mechanisms.contains("LOGIN") }
}
