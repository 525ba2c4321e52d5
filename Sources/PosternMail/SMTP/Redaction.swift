private import Foundation
private import PosternCore

/// Removes everything that could name a person from a server's reply, before the reply is stored, logged or shown.
///
/// Works on words: a word that holds an address, a part of a known one, or an IP address, plain or in a simple encoding, is
/// replaced as a whole. If in doubt it removes too much: the evidence keeps code and enhanced status anyway.
package struct Redaction: Sendable {
    /// The most Unicode scalars that a cleaned reply has.
    package static let limit = 200
    package static let addressPlaceholder = "‹address›"
    package static let clientPlaceholder = "‹ip›"

    private let known: KnownAddresses

    /// - Parameter hiding: addresses whose parts are removed even if they do not look like an address: the recipient's, the
    ///   smarthost's user name.
    package init(hiding addresses: [String] = []) {
        // As they are, and in the plain form of `plain(_:)`, which leaves ASCII unchanged. A reply may write them in lower case.
        let plain = addresses.filter { !$0.isASCII }.flatMap { address in
            let composed = address.precomposedStringWithCompatibilityMapping
            return [
                composed, Self.withoutLooseMarks(composed),
                Self.withoutLooseMarks(address.lowercased().precomposedStringWithCompatibilityMapping),
            ]
        }
        known = KnownAddresses(addresses + plain)
    }

    /// At most `limit` scalars, one line, no address.
    package func clean(_ reply: String) -> String {
        let text = Self.withoutPhrases(Self.plain(reply))
        let marked = text.unicodeScalars.split(separator: " ").map { String($0) }.map { mark(for: $0) ?? $0 }
        let cleaned = marked.enumerated()
            // Several marks in a row say no more than one.
            .filter { index, word in index == 0 || marked[index - 1] != word || word.first != "‹" }
            .map(\.element).joined(separator: " ")
        guard !known.appear(inSqueezed: cleaned) else { return Self.addressPlaceholder }
        // By scalars, since one Character may have a kilobyte of combining marks.
        let scalars = cleaned.unicodeScalars
        return scalars.count <= Self.limit ? cleaned : String(scalars.prefix(Self.limit - 1)) + "…"
    }

    private func mark(for word: String) -> String? {
        // Only a mark that is a whole word is ours: anything attached to it is the server's.
        guard word != Self.addressPlaceholder else { return nil }
        // Most words of a reply to an accepted letter are literal.
        if WordDecoding.isLiteral(word) { return known.appear(literally: word) ? Self.addressPlaceholder : nil }
        if AddressTrace.isIn(word) || known.appear(in: word) { return Self.addressPlaceholder }
        return ClientTrace.isIn(word) ? Self.clientPlaceholder : nil
    }

    /// One line of ordinary characters. Control and invisible characters are removed, since they could split a name. Full-width and
    /// other compatibility forms are normalised, since they could disguise an at sign.
    private static func plain(_ reply: String) -> String {
        let most = 2_000
        if reply.utf8.count <= most, reply.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return reply }
        var scalars = String.UnicodeScalarView()
        for scalar in reply.unicodeScalars.prefix(most) {
            // Unicode's tables are slow, and most replies need none of them.
            guard !(0x20..<0x7F).contains(scalar.value) else {
                scalars.append(scalar)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control where scalar.properties.isWhitespace: scalars.append(" ")
            case .lineSeparator, .paragraphSeparator, .spaceSeparator: scalars.append(" ")
            case .control, .format, .surrogate, .privateUse, .unassigned: break
            // Our own marks can be trusted only if nobody else can write them.
            case _ where scalar == "‹" || scalar == "›": scalars.append("'")
            default: scalars.append(scalar)
            }
        }
        let seen = String(scalars)
        let text = seen.isASCII ? seen : withoutLooseMarks(seen.precomposedStringWithCompatibilityMapping)
        // One scalar may have become eighteen.
        guard reply.unicodeScalars.count > most || text.unicodeScalars.count > most else { return text }
        // The cut may have gone through an address.
        let kept = text.unicodeScalars.prefix(most)
        return kept.lastIndex(of: " ").map { String(kept[..<$0]) } ?? ""
    }

    /// Drops combining marks that are left after an ASCII character. With such a mark, an at sign, a dot or a space is a different
    /// Character, which no search here would find.
    private static func withoutLooseMarks(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var followsASCII = true
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .spacingMark:
                if !followsASCII { kept.append(scalar) }
            default:
                kept.append(scalar)
                followsASCII = scalar.isASCII
            }
        }
        return String(kept)
    }

    /// Replaces what may have spaces inside and so is not one word: `<…>`, a quoted local part, `john @ example.org`.
    ///
    /// By scalars, since some join with the sign after them into one Character. Each function reads the text only once, since the
    /// server decides how many signs there are.
    private static func withoutPhrases(_ text: String) -> String {
        // Each of the three has one of these signs, and hardly any reply to an accepted letter does.
        guard text.utf8.contains(where: { $0 == 0x3C || $0 == 0x40 || $0 == 0x22 }) else { return text }
        let scalars = withoutQuotations(withoutGaps(withoutBrackets(Array(text.unicodeScalars))))
        return String(String.UnicodeScalarView(scalars))
    }

    private static let mark = Array(" \(addressPlaceholder) ".unicodeScalars)

    private static func withoutBrackets(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var kept: [Unicode.Scalar] = []
        var (start, mayClose) = (0, true)
        while let open = text[start...].firstIndex(of: "<") {
            kept += text[start..<open] + mark
            let close = mayClose ? text[open...].firstIndex(of: ">") : nil
            mayClose = close != nil
            start = close.map { $0 + 1 } ?? text[open...].firstIndex(of: " ") ?? text.endIndex
        }
        return kept + text[start...]
    }

    private static func withoutGaps(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var kept: [Unicode.Scalar] = []
        for scalar in text where scalar != " " || kept.last != "@" {
            if scalar == "@" { while kept.last == " " { kept.removeLast() } }
            kept.append(scalar)
        }
        return kept
    }

    /// From the first quotation mark on, since the local part may contain an escaped one.
    private static func withoutQuotations(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var kept: [Unicode.Scalar] = []
        var start = 0
        while let quote = text[start...].firstIndex(of: "\""),
            let at = text.indices.dropFirst(quote + 1).first(where: { text[$0] == "@" && text[$0 - 1] == "\"" })
        {
            kept += text[start..<quote] + mark
            start = text[at...].firstIndex(of: " ") ?? text.endIndex
        }
        return kept + text[start...]
    }
}
