private import PosternCore

/// What a server offered in its reply to EHLO, as far as a transfer depends on it.
package struct Capabilities: Equatable, Sendable {
    package let smtpUTF8: Bool
    package let startTLS: Bool
    /// The mechanisms after AUTH in upper case, in the server's order.
    package let mechanisms: [String]

    /// No extensions: a server that knows only HELO.
    package static let none = Capabilities(lines: [])

    package init(ehlo reply: SMTPReply) {
        self.init(lines: reply.lines)
    }

    private init(lines: [String]) {
        let words = lines.map { line in
            Self.standard(Array(line.utf8)).split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        smtpUTF8 = words.contains { $0.first == "SMTPUTF8" }
        startTLS = words.contains { $0.first == "STARTTLS" }
        mechanisms = words.filter { $0.first == "AUTH" }.flatMap { $0.dropFirst() }
    }

    /// Whether there is PLAIN or LOGIN. Every submission server has one of them, and TLS protects them.
    package var offersLogin: Bool { mechanisms.contains("PLAIN") || mechanisms.contains("LOGIN") }

    /// What libcurl 7.88 looks for, as it looks for it.
    private static let keywords = ["AUTH", "SIZE", "STARTTLS", "SMTPUTF8"].map { Array($0.utf8) }

    /// The text of a line of the reply as libcurl can read it, in as many octets. Keywords are in any case (RFC 5321 §2.4), and so are
    /// mechanisms; libcurl takes capitals alone. Some servers still have `AUTH=` from before RFC 2554, and libcurl does not.
    private static func standard(_ line: [UInt8]) -> [UInt8] {
        let keyword = line.prefix { $0 != 0x20 && $0 != 0x09 && $0 != 0x3D && $0 != 0x0D && $0 != 0x0A }
        let capitals = keyword.map(\.asciiCapital)
        guard keywords.contains(capitals) else { return line }
        let rest = line[keyword.endIndex...]
        guard capitals == keywords[0], let joint = rest.first, joint != 0x0D, joint != 0x0A else { return capitals + rest }
        return capitals + [0x20] + rest.dropFirst().map { $0 == 0x3D ? 0x20 : $0.asciiCapital }
    }

    /// The same for a whole line, from code to line end; nil when it can stay as it is.
    package static func standardLine(_ line: [UInt8]) -> [UInt8]? {
        guard line.count > 4 else { return nil }
        let standard = Array(line.prefix(4)) + standard(Array(line.dropFirst(4)))
        return standard == line ? nil : standard
    }
}

extension UInt8 {
    fileprivate var asciiCapital: UInt8 { (0x61...0x7A).contains(self) ? self & 0xDF : self }
}
