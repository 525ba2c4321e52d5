/// The server that letters are sent to: POSTERN_SMTP_URL together with POSTERN_SMTP_TLS.
package struct SmarthostURL: Hashable, Sendable {
    package enum Scheme: String, Sendable {
        /// TLS from the first octet (RFC 8314 §3.3).
        case smtps
        /// Begins in the clear; STARTTLS follows unless TLS is off.
        case smtp
    }

    /// What POSTERN_SMTP_TLS may say.
    package enum TLS: String, Sendable, CaseIterable {
        case required
        case off
    }

    package let scheme: Scheme
    /// A name in lower case, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    package let port: UInt16
    package let tls: TLS

    /// - Throws: the first fault; the configuration shows it with the key.
    package init(_ raw: String, tls: TLS = .required) throws(SmarthostFault) {
        guard !raw.isEmpty else { throw .empty }
        guard raw.utf8.count <= 512, raw.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .characters }
        guard let mark = raw.firstRange(of: "://"), let scheme = Scheme(rawValue: raw[..<mark.lowerBound].lowercased()) else {
            throw .scheme
        }
        var rest = raw[mark.upperBound...]
        guard !rest.contains("@") else { throw .credentials }
        // A slash at the end is habit, not a path.
        if rest.last == "/" { rest = rest.dropLast() }
        guard !rest.contains(where: { "/?#;".contains($0) }) else { throw .path }
        let (host, port) = try Self.parts(rest)
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == .smtps ? 465 : 587)
        self.tls = tls
        if tls == .off {
            guard scheme == .smtp else { throw .tlsOffOverTLS }
            guard isLoopback else { throw .tlsOffBeyondLoopback }
        }
    }

    /// Whether the connection stays on this machine.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || (IPv4Text.bytes(host).map { $0[0] == 127 } ?? false)
    }

    /// As in a URL: an IPv6 address in brackets.
    package var authority: String {
        "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    private static func parts(_ text: Substring) throws(SmarthostFault) -> (host: String, port: UInt16?) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .host }
            let inner = String(text[text.index(after: text.startIndex)..<end]).lowercased()
            guard IPv6Text.isAddress(inner) else { throw .host }
            return (inner, try port(text[text.index(after: end)...]))
        }
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        let name = text[..<colon].lowercased()
        guard isHost(name) else { throw .host }
        return (name, try port(text[colon...]))
    }

    private static func port(_ text: Substring) throws(SmarthostFault) -> UInt16? {
        guard !text.isEmpty else { return nil }
        let digits = text.dropFirst()
        guard text.first == ":", (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isASCIIDigit),
            let number = UInt16(digits), number > 0
        else { throw .port }
        return number
    }

    /// A single label is allowed: `localhost`, and the service names of containers.
    private static func isHost(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel), let top = labels.last else { return false }
        // A host whose last label is all digits is an IPv4 address or a mistyped one, never a name.
        return top.utf8.allSatisfy(\.isASCIIDigit) ? IPv4Text.bytes(name) != nil : true
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
        return label.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x5F }
    }
}

/// What is wrong with the URL of a smarthost. `description` is for the operator, with the remedy.
package enum SmarthostFault: Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case empty, characters, scheme, credentials, path, host, port, tlsOffOverTLS, tlsOffBeyondLoopback

    package var description: String {
        switch self {
        case .empty: "it is empty; write smtps://host:465 or smtp://host:587"
        case .characters: "it has a space, a control or a non-ASCII character, or is longer than 512; write a plain host name"
        case .scheme: "it begins with neither smtps:// nor smtp://; use smtps:// for port 465, smtp:// for STARTTLS on port 587"
        case .credentials: "it holds credentials; they belong in POSTERN_SMTP_USER and POSTERN_SMTP_PASSWORD_FILE"
        case .path: "something follows the host and port; leave it out"
        case .host: "its host is neither a name nor an address; an IPv6 address stands in brackets"
        case .port: "its port is not a number from 1 to 65535"
        case .tlsOffOverTLS: "smtps:// and POSTERN_SMTP_TLS=off exclude each other; use smtp:// or leave TLS required"
        case .tlsOffBeyondLoopback: "POSTERN_SMTP_TLS=off is for a smarthost on this machine only (localhost, 127.0.0.0/8, ::1)"
        }
    }
}
