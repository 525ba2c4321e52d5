/// Why a text is not an address that we would pass to an SMTP server.
package enum AddressFault: Error, Equatable, Sendable {
    case empty
    case tooLong(octets: Int)
    case noAtSign
    case localPart
    case domain
}

/// An e-mail address in the form an SMTP server takes: `local@domain`, at most 254 octets (RFC 5321 §4.5.3.1.3, erratum 1690),
/// with the domain in ASCII.
///
/// The local part is a dot-atom (RFC 5322 §3.2.3), and UTF-8 is allowed as in RFC 6531 §3.3. Quoted local parts and address
/// literals are refused: no provider gives them to people, and both can smuggle commands. libcurl would send CR, LF and `>` as
/// they are, so this type alone protects the SMTP dialogue from a form.
package struct EmailAddress: Hashable, Sendable {
    package let local: String
    /// In lower case, with international labels in punycode.
    package let domain: String

    package init(_ raw: String) throws(AddressFault) {
        // Generous bounds first, so that nothing below works on a quarter of a megabyte, spaces included.
        guard raw.utf8.count <= 4_096 else { throw .tooLong(octets: raw.utf8.count) }
        let text = Self.unwrapped(raw)
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= 1_024 else { throw .tooLong(octets: text.utf8.count) }
        // By Character outside ASCII: an @ with a combining mark is not an @.
        guard let at = text.isASCII ? text.utf8.lastIndex(of: 0x40) : text.lastIndex(of: "@") else { throw .noAtSign }
        let local = String(text[..<at])
        guard Self.isDotAtom(local) else { throw .localPart }
        guard let domain = DomainName(String(text[text.index(after: at)...])) else { throw .domain }
        let octets = local.utf8.count + 1 + domain.ascii.utf8.count
        guard octets <= 254 else { throw .tooLong(octets: octets) }
        self.local = local
        self.domain = domain.ascii
    }

    /// `local@domain`, as it goes between `<` and `>` in RCPT TO.
    package var text: String { "\(local)@\(domain)" }

    /// Whether the server must offer SMTPUTF8 to take it (RFC 6531).
    package var needsSMTPUTF8: Bool { !local.isASCII }

    private static func isDotAtom(_ local: String) -> Bool {
        guard (1...64).contains(local.utf8.count) else { return false }
        if local.isASCII { return isASCIIDotAtom(local.utf8) }
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        return atoms.allSatisfy { atom in !atom.isEmpty && atom.unicodeScalars.allSatisfy(isAtomText) }
    }

    private static func isASCIIDotAtom(_ local: String.UTF8View) -> Bool {
        var previous = UInt8(ascii: ".")
        for octet in local {
            guard octet == 0x2E ? previous != 0x2E : isAtomText(octet) else { return false }
            previous = octet
        }
        return previous != 0x2E
    }

    private static func isAtomText(_ octet: UInt8) -> Bool {
        octet.isASCIILetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(octet)
    }

    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isAtomText(UInt8(scalar.value)) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator:
            return false
        default:
            return true
        }
    }
}

/// An address is personal: code that prints it by accident prints this.
extension EmailAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹address›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
