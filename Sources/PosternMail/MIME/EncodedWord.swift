private import Foundation
private import PosternCore

/// Text of any script in a header field: the encoded-words of RFC 2047, such as `=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=`.
package enum EncodedWord {
    /// The longest word we write. A line has at most 76 octets (RFC 2047 §2), and the longest field name before a word,
    /// `Reply-To: `, takes ten.
    static let longest = 66

    /// The longest word that RFC 2047 §2 allows. A longer one is still read.
    private static let longestAllowed = 75

    // MARK: Writing

    /// The text as encoded-words. The caller puts a space or a fold between them, which a reader drops (§6.2).
    ///
    /// A word ends after a space where one is near, because some readers wrongly put a space between two words (Python before
    /// 3.12.9, gh-128110). Otherwise it ends between graphemes, for readers that display each word by itself. A grapheme too
    /// long for one word is split between code points, never inside one (§5). The whole text uses Base64 or Q, whichever is
    /// shorter.
    static func words(for text: String) -> [String] {
        let octets = text.utf8.reduce(into: (quoted: 0, all: 0)) { count, byte in
            count.quoted += quotedLength(byte)
            count.all += 1
        }
        let usesQ = octets.quoted <= (octets.all + 2) / 3 * 4
        let room = longest - "=?UTF-8?Q?".utf8.count - "?=".utf8.count
        let length: ([UInt8]) -> Int = { bytes in usesQ ? bytes.reduce(0) { $0 + quotedLength($1) } : (bytes.count + 2) / 3 * 4 }

        var words: [String] = []
        var pending: [UInt8] = []
        func write(_ count: Int) {
            let part = Array(pending.prefix(count))
            words.append(usesQ ? "=?UTF-8?Q?\(quoted(part))?=" : "=?UTF-8?B?\(Data(part).base64EncodedString())?=")
            pending.removeFirst(count)
        }
        func add(_ bytes: [UInt8]) {
            while !pending.isEmpty && length(pending + bytes) > room {
                let afterSpace = (pending.lastIndex(of: 0x20) ?? 0) + 1
                write(afterSpace > pending.count / 2 ? afterSpace : pending.count)
            }
            pending += bytes
        }
        for character in text {
            let bytes = Array(character.utf8)
            if length(bytes) <= room {
                add(bytes)
            } else {
                for scalar in character.unicodeScalars { add(Array(scalar.utf8)) }
            }
        }
        if !pending.isEmpty { write(pending.count) }
        return words
    }

    /// The Q encoding in its strictest form, for a phrase (§5 (3)). It is legal everywhere.
    private static func quoted(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case 0x20: text += "_"
            case _ where isPlain(byte): text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "=" + HexDigits.pair(byte)
            }
        }
        return text
    }

    private static func quotedLength(_ byte: UInt8) -> Int { byte == 0x20 || isPlain(byte) ? 1 : 3 }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetterOrDigit || "!*+-/".utf8.contains(byte)
    }

    // MARK: Reading

    /// Decodes every encoded-word of a field's value. Anything else stays as it is, including a word that never ends.
    ///
    /// The result may hold any character, even line breaks; `MailHeader` replaces those.
    package static func decoded(_ value: String, defects: inout Set<MailDefect>) -> String {
        let octets = Array(value.utf8)
        var text = ""
        // The first octet that is not yet in the text.
        var start = 0
        var followsWord = false
        var index = 0
        while index + 1 < octets.count {
            guard octets[index] == 0x3D, octets[index + 1] == 0x3F, let word = Word(octets, at: index) else {
                index += 1
                continue
            }
            let between = octets[start..<index]
            // RFC 2047 §6.2: white space between two encoded-words is not part of the text.
            if !followsWord || !between.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
                text += String(decoding: between, as: UTF8.self)
            }
            if word.end - index > longestAllowed { defects.insert(.longEncodedWord) }
            text += word.decoded(&defects)
            (index, start, followsWord) = (word.end, word.end, true)
        }
        return text + String(decoding: octets[start...], as: UTF8.self)
    }

    /// `=?charset?encoding?text?=`.
    private struct Word {
        let charset: String
        let isBase64: Bool
        let text: ArraySlice<UInt8>
        let end: Int

        init?(_ octets: [UInt8], at start: Int) {
            guard let (charset, encodingStart) = Self.part(octets, from: start + 2), !charset.isEmpty,
                charset.allSatisfy({ (0x21...0x7E).contains($0) }),
                let (encoding, textStart) = Self.part(octets, from: encodingStart),
                let (text, end) = Self.part(octets, from: textStart), end < octets.count, octets[end] == 0x3D
            else { return nil }
            switch encoding.first.map({ $0 | 0x20 }) {
            case UInt8(ascii: "q") where encoding.count == 1: isBase64 = false
            case UInt8(ascii: "b") where encoding.count == 1: isBase64 = true
            default: return nil
            }
            // RFC 2231 §5 lets a language follow the charset: `utf-8*en`.
            self.charset = String(decoding: charset.prefix { $0 != UInt8(ascii: "*") }, as: UTF8.self)
            self.text = text
            self.end = end + 1
        }

        /// The octets up to the next question mark, and the index after it.
        private static func part(_ octets: [UInt8], from start: Int) -> (ArraySlice<UInt8>, next: Int)? {
            octets[start...].firstIndex(of: 0x3F).map { (octets[start..<$0], $0 + 1) }
        }

        func decoded(_ defects: inout Set<MailDefect>) -> String {
            let bytes =
                isBase64
                ? Base64.decoded(text, defects: &defects)
                : QuotedPrintable.decoded(text.map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }[...], defects: &defects)
            return Charset.text(of: bytes, named: charset, defects: &defects)
        }
    }
}
