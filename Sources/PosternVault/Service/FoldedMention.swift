private import Foundation
package import PosternCore

/// Whether a text has an address in it, in any spelling that people use to write one past a filter: in capitals, with spaces, with
/// `(at)` and `dot`, in full width, with invisible characters, in percent-encoding, as entities of HTML, its domain in Unicode or in
/// ASCII.
///
/// It may find an address that is not there (the end of another one): the page that asks is only a question.
package enum FoldedMention {
    /// More addresses than an answer has. Anyone who sends a list wants to guess.
    private static let mostAddresses = 20

    package enum Finding: Equatable, Sendable { case absent, present, tooMany }

    package static func find(_ address: EmailAddress, in text: String) -> Finding {
        let texts = [text, decoded(text)].map { squeezed(EmailAddress.folded($0)) }
        guard texts.allSatisfy({ text in text.utf8.count { $0 == UInt8(ascii: "@") } <= mostAddresses }) else { return .tooMany }
        let wanted = spellings(of: address).map { Array(squeezed(EmailAddress.folded($0)).utf8) }
        return texts.contains { text in wanted.contains { holds(Array(text.utf8), $0) } } ? .present : .absent
    }

    private static func spellings(of address: EmailAddress) -> [String] {
        let unicode = address.domain.split(separator: ".").map { Punycode.label(String($0)) ?? String($0) }.joined(separator: ".")
        // `pat+club` is delivered to pat as well.
        let locals = [address.local] + (address.local.split(separator: "+").first.map { [String($0)] } ?? [])
        return Set([address.domain, unicode]).flatMap { domain in locals.map { "\($0)@\(domain)" } }
    }

    private static let atSigns: Set<String> = ["at", "ät", "aet", "arobase", "chez", "آت", "أت", "ات", "klammeraffe"]
    private static let dots: Set<String> = ["dot", "punkt", "point", "نقطة", "نقطه"]
    private static let kept: Set<Unicode.Scalar> = [
        "@", ".", "-", "_", "+", "!", "#", "$", "%", "&", "*", "=", "?", "^", "~", "/",
    ]

    /// Letters, digits and the signs of addresses; the words for at and dot as signs; nothing else.
    private static func squeezed(_ text: String) -> String {
        var (result, word) = (String.UnicodeScalarView(), String.UnicodeScalarView())
        func flush() {
            guard !word.isEmpty else { return }
            let text = String(word)
            if atSigns.contains(text) {
                result.append("@")
            } else if dots.contains(text) {
                result.append(".")
            } else {
                result.append(contentsOf: word)
            }
            word.removeAll()
        }
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            if properties.isAlphabetic || properties.numericType != nil || properties.generalCategory == .nonspacingMark {
                word.append(scalar)
            } else {
                flush()
                if kept.contains(scalar) { result.append(scalar) }
            }
        }
        flush()
        return String(result)
    }

    /// Without percent-encoding and without entities, in either order.
    private static func decoded(_ text: String) -> String {
        var text = text
        for _ in 0..<2 {
            text = String(decoding: PercentCoding.decoded(Array(text.utf8), plusIsSpace: false), as: UTF8.self)
            text = withoutEntities(text)
        }
        return text
    }

    private static let entities: [String: Unicode.Scalar] = [
        "commat": "@", "period": ".", "lowbar": "_", "hyphen": "-", "dash": "-", "plus": "+", "amp": "&", "shy": "\u{AD}",
        "nbsp": " ", "zwnj": "\u{200C}", "zwj": "\u{200D}", "lpar": "(", "rpar": ")", "lsqb": "[", "rsqb": "]", "percnt": "%",
    ]

    private static func withoutEntities(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        return text.replacing(#/&(?:#[xX]([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([A-Za-z]{2,8}));?/#) { match -> String in
            let (whole, hex, decimal, name) = match.output
            let number = hex.flatMap { UInt32($0, radix: 16) } ?? decimal.flatMap { UInt32($0) }
            let scalar = number.flatMap(Unicode.Scalar.init) ?? name.flatMap { entities[$0.lowercased()] }
            return scalar.map { String(Character($0)) } ?? String(whole)
        }
    }

    private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first, text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { start in
            text[start] == first && text[start..<(start + part.count)].elementsEqual(part)
        }
    }
}
