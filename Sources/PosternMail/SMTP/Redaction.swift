private import Foundation
private import PosternCore

/// Takes out of a server's reply whatever could name a person, before the reply is stored, logged or shown.
///
/// Works on words: a word that holds an address, a part of a known one, or an IP address goes as a whole, and so does one that
/// stands for it in a plain encoding. It rather takes too much: the evidence keeps code and enhanced status anyway.
package struct Redaction: Sendable {
    /// The most Unicode scalars that a cleaned reply has.
    package static let limit = 200
    package static let addressMark = "‹address›"
    package static let clientMark = "‹ip›"

    private let known: KnownAddresses

    /// - Parameter hiding: addresses whose parts go even where nothing marks them as an address: the recipient's, the smarthost's
    ///   user name.
    package init(hiding addresses: [String] = []) {
        // As they are, and in the plain form that a reply is brought into, which changes nothing in ASCII. A reply may write them
        // in small letters.
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
            // Ten addresses in a row say no more than one.
            .filter { index, word in index == 0 || marked[index - 1] != word || word.first != "‹" }
            .map(\.element).joined(separator: " ")
        guard !known.appear(inSqueezed: cleaned) else { return Self.addressMark }
        // By scalars, since one Character may be a pile of marks a kilobyte high.
        let scalars = cleaned.unicodeScalars
        return scalars.count <= Self.limit ? cleaned : String(scalars.prefix(Self.limit - 1)) + "…"
    }

    private func mark(for word: String) -> String? {
        // Only a mark that stands alone is ours: whatever follows it without a space is the server's.
        guard word != Self.addressMark else { return nil }
        // As most words of a reply to an accepted letter are.
        if WordDecoding.isLiteral(word) { return known.appear(literally: word) ? Self.addressMark : nil }
        if AddressTrace.isIn(word) || known.appear(in: word) { return Self.addressMark }
        return ClientTrace.isIn(word) ? Self.clientMark : nil
    }

    /// One line of ordinary characters. Controls and invisible ones are gone, since they could split a name. Full-width and other
    /// compatibility forms are made plain, since they could disguise an at sign.
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

    /// Drops combining marks after ASCII, where composition left them. On an at sign, a dot or a space such a mark makes another
    /// Character, which no search below would find.
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

    /// Marks what may have spaces inside, so that it is not one word: `<…>`, a quoted local part, `john @ example.org`.
    ///
    /// By scalars, since some join with the sign after them into one Character. Each function reads the text once, since the other
    /// side decides how many signs there are.
    private static func withoutPhrases(_ text: String) -> String {
        // Each of the three begins with one of these signs, and hardly any reply to an accepted letter has one.
        guard text.utf8.contains(where: { $0 == 0x3C || $0 == 0x40 || $0 == 0x22 }) else { return text }
        let scalars = withoutQuotations(withoutGaps(withoutBrackets(Array(text.unicodeScalars))))
        return String(String.UnicodeScalarView(scalars))
    }

    private static let mark = Array(" \(addressMark) ".unicodeScalars)

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

    /// From the first quotation mark on, since an escaped one may stand inside the local part.
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
