private import Foundation

/// Takes out of a server's reply whatever could name a person, before the reply is stored, logged or shown (P4, K1).
///
/// Works on words: a word that holds, or in a plain encoding stands for, an address, a part of a known one, or an IP
/// address goes as a whole. It would rather take too much: the evidence keeps code and enhanced status anyway.
package struct Redaction: Sendable {
    /// Characters that a cleaned reply has at most.
    package static let limit = 200
    package static let addressMark = "‹address›"
    package static let clientMark = "‹ip›"

    private let known: KnownAddresses

    /// - Parameter hiding: addresses whose parts are to go even where nothing marks them as an address: the recipient's,
    ///   the smarthost's user name.
    package init(hiding addresses: [String] = []) {
        known = KnownAddresses(addresses)
    }

    /// At most `limit` characters, one line, no address.
    package func clean(_ reply: String) -> String {
        let text = Self.withoutPhrases(Self.plain(reply))
        let marked = text.split(separator: " ").map { mark(for: $0) ?? String($0) }
        let cleaned = marked.enumerated()
            // Ten addresses in a row tell no more than one.
            .filter { index, word in index == 0 || marked[index - 1] != word || word.first != "‹" }
            .map(\.element).joined(separator: " ")
        guard !known.appear(inSqueezed: cleaned) else { return Self.addressMark }
        return cleaned.count <= Self.limit ? cleaned : cleaned.prefix(Self.limit - 1) + "…"
    }

    private func mark(for word: Substring) -> String? {
        guard !word.hasPrefix("‹") else { return nil }
        if AddressTrace.isIn(word) || known.appear(in: word) { return Self.addressMark }
        return ClientTrace.isIn(word) ? Self.clientMark : nil
    }

    /// One line of ordinary characters: controls and invisible ones gone (they could split a name), full-width and other
    /// compatibility forms made plain (they could disguise an at sign).
    private static func plain(_ reply: String) -> String {
        let most = 2_000
        var scalars = String.UnicodeScalarView()
        for scalar in reply.unicodeScalars.prefix(most) {
            switch scalar.properties.generalCategory {
            case .control where scalar.properties.isWhitespace: scalars.append(" ")
            case .lineSeparator, .paragraphSeparator, .spaceSeparator: scalars.append(" ")
            case .control, .format, .surrogate, .privateUse, .unassigned: break
            // Our own marks mean what they say only if nobody else can write them.
            case _ where scalar == "‹" || scalar == "›": scalars.append("'")
            default: scalars.append(scalar)
            }
        }
        let text = String(scalars).precomposedStringWithCompatibilityMapping
        guard reply.unicodeScalars.count > most else { return text }
        // The cut may have gone through an address.
        return text.lastIndex(of: " ").map { String(text[..<$0]) } ?? ""
    }

    /// Marks what may have spaces inside, so that it is not one word: `<…>`, a quoted local part, `john @ example.org`.
    private static func withoutPhrases(_ text: String) -> String {
        var text = text
        while let open = text.firstIndex(of: "<") {
            let close = text[open...].firstIndex { $0 == ">" } ?? text[open...].firstIndex(of: " ")
            let end = close.map { text[$0] == ">" ? text.index(after: $0) : $0 } ?? text.endIndex
            text.replaceSubrange(open..<end, with: " \(addressMark) ")
        }
        for gap in [" @", "@ "] {
            while let found = text.firstRange(of: gap) { text.replaceSubrange(found, with: "@") }
        }
        // From the first quotation mark on, since an escaped one may stand inside the local part.
        while let at = text.firstRange(of: "\"@"), let quote = text.firstIndex(of: "\"") {
            let end = text[at.upperBound...].firstIndex(of: " ") ?? text.endIndex
            text.replaceSubrange(quote..<end, with: " \(addressMark) ")
        }
        return text
    }
}
