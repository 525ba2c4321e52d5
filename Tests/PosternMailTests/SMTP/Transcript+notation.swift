import PosternCore
import PosternMail

extension Transcript {
    /// A transfer as a log shows it, steps separated by " | ": `+` a socket was opened, `=` it is connected,
    /// `> LINE` sent, `< LINE` received, `text` the text was begun.
    init(_ steps: String, then abort: AbortReason? = nil, certificate: CertificateFault? = nil) {
        self.init()
        for step in steps.components(separatedBy: " | ") {
            switch step.first {
            case "+": noteDialled()
            case "=": noteConnected()
            case ">": note(sent: Array("\(step.dropFirst(2))\r\n".utf8))
            case "<": _ = note(received: Array("\(step.dropFirst(2))\r\n".utf8))
            default: if step == "text" { noteText() }
            }
        }
        if let abort { note(abort) }
        if let certificate { note(certificate) }
    }

    /// A transfer in order, up to and with the named answer.
    enum Way {
        static let connected = "+ | ="
        static let greeted = "\(connected) | < 220 mx.example ESMTP"
        static let ehlo = "\(greeted) | > EHLO relay.example.org"
        static let introduced = "\(ehlo) | < 250-mx.example | < 250-STARTTLS | < 250 SMTPUTF8"
        static let startTLS = "\(introduced) | > STARTTLS"
        static let auth = "\(introduced) | > AUTH PLAIN | < 334 "
        static let mail = "\(introduced) | > MAIL FROM:<a@relay.example.org>"
        static let rcpt = "\(mail) | < 250 2.1.0 ok | > RCPT TO:<b@example.org>"
        static let data = "\(rcpt) | < 250 2.1.5 ok | > DATA"
        static let text = "\(data) | < 354 go ahead | text"
        /// On a connection kept from an earlier letter: nothing was dialled.
        static let reused = "> MAIL FROM:<a@relay.example.org>"
    }
}

extension String {
    fileprivate func components(separatedBy mark: String) -> [Substring] {
        split(separator: mark)
    }
}
