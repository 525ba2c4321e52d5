private import Foundation

/// A fully qualified host name with at least two labels, in ASCII (RFC 1035 §2.3.1, RFC 5890 §2.3.2.1).
package struct DomainName: Hashable, Sendable {
    package let ascii: String

    /// Nil for a single label (`localhost`), a literal (`[192.0.2.1]`), an empty or overlong label, and for characters that IDNA
    /// does not map to a label.
    package init?(_ raw: String) {
        guard raw.utf8.count <= 1_000 else { return nil }
        let lowered = raw.lowercased()
        guard let ascii = lowered.isASCII ? lowered : Self.encoded(lowered),
            ascii.utf8.count <= 253
        else { return nil }
        let labels = ascii.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(Self.isLabel), let top = labels.last,
            !top.allSatisfy(\.isASCIIDigit)
        else { return nil }
        self.ascii = ascii
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...63).contains(label.count), label.first != 0x2D, label.last != 0x2D else { return false }
        return label.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == 0x2D }
    }

    /// Punycode by UTS #46, the way Foundation encodes the host of a URL.
    private static func encoded(_ name: String) -> String? {
        // A delimiter would end the host inside URLComponents, which would silently drop the rest of the name.
        let delimiters = Set(":/?#[]@\\%<> \"'`{}|^,;!$&()*+=~_")
        guard !name.contains(where: { delimiters.contains($0) || $0.isNewline || $0.isWhitespace }) else { return nil }
        var components = URLComponents()
        components.scheme = "https"
        components.host = name
        guard let host = components.encodedHost, host.isASCII, !host.contains("%") else { return nil }
        return host.lowercased()
    }
}
