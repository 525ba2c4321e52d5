/// The commands of a mail transfer: all that is ever noted of what we send.
package enum SMTPVerb: String, Sendable, CaseIterable {
    case ehlo = "EHLO"
    case helo = "HELO"
    case startTLS = "STARTTLS"
    case auth = "AUTH"
    case mail = "MAIL"
    case rcpt = "RCPT"
    case data = "DATA"
    case rset = "RSET"
    case noop = "NOOP"
    case quit = "QUIT"

    /// The verb of a command line; nil for anything else, such as the lines of an AUTH dialogue.
    package init?(line: [UInt8]) {
        let word = line.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
        guard (4...8).contains(word.count) else { return nil }
        self.init(rawValue: String(decoding: word, as: UTF8.self).uppercased())
    }

    /// Where an attempt stands once this has been sent; nil when it does not move it.
    var stage: DeliveryStage? {
        switch self {
        case .ehlo, .helo: .ehlo
        case .startTLS: .startTLS
        case .auth: .login
        case .mail: .mailFrom
        case .rcpt: .recipient
        case .data: .data
        case .rset, .noop, .quit: nil
        }
    }
}
