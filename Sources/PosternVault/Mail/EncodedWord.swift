private import Foundation

/// Text of any script in a header: RFC 2047 encoded-words in UTF-8.
enum EncodedWord {
    /// Longest word we write. RFC 2047 §2 allows 75; ten less let the first one stand on the line of the longest header
    /// name that carries text (`Reply-To: `), whose limit is 76 (§2).
    static let longest = 66

    /// The text as words to be set apart by a space or a fold, which a reader drops between neighbours (§6.2).
    ///
    /// A word ends behind a space where there is one near, since some readers wrongly put a space between two words (Python's
    /// before 3.12.9, gh-128110); else between graphemes, so that a reader that draws word by word never tears one; a pile of
    /// marks too high for one word is split between code points, never inside one (§5). Base64 or Q is taken for the whole
    /// text, whichever is shorter.
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

    /// The Q encoding in its strictest form, the one for a phrase (§5 (3)), which is legal everywhere.
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
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "!*+-/".utf8.contains(byte)
    }
}

/// Upper-case hexadecimal, as RFC 2045 §6.7 and RFC 2047 §4.2 want it.
enum HexDigits {
    static let all = Array("0123456789ABCDEF".utf8)

    static func pair(_ byte: UInt8) -> String {
        String(decoding: [all[Int(byte >> 4)], all[Int(byte & 15)]], as: UTF8.self)
    }
}
