package import PosternCore

/// Writes header fields one after the other (RFC 5322 §2.2), folded, each ended by CRLF.
///
/// Lines have at most 76 octets: RFC 5322 §2.1.1 recommends 78, and RFC 2047 §2 requires 76 for a line with an encoded-word.
/// A longer address or Message-ID still stays whole, on a line of its own (998 are allowed): folding inside an address is
/// legal, but many programs misread it.
package struct HeaderWriter {
    /// The fields so far.
    package private(set) var text = ""
    private static let width = 76

    package init() {}

    /// Free text, such as a subject.
    /// - Throws: `.controlCharacter`, like the two functions below.
    package mutating func write(_ name: String, text: String) throws(ComposeFault) {
        // Checked before encoding: an encoded line break would pass the check of the pieces, and a reader would decode it.
        try Self.check(text, header: name)
        guard Self.canStandAsItIs(text) else { return try write(name, pieces: EncodedWord.words(for: text)) }
        try write(name, pieces: text.utf8.split(separator: 0x20).map { String(Substring($0)) })
    }

    /// A name and its address: `"Name" <local@domain>`. The address alone where there is no name.
    package mutating func write(_ name: String, phrase: String, address: EmailAddress) throws(ComposeFault) {
        try Self.check(phrase, header: name)
        let words = phrase.isEmpty ? [] : Self.phrase(phrase, room: Self.width - name.utf8.count - 2)
        try write(name, pieces: words + ["<\(address.text)>"])
    }

    /// Finished tokens. The line may be folded between them.
    package mutating func write(_ name: String, pieces: [String]) throws(ComposeFault) {
        var column = name.utf8.count + 1
        var field = name + ":"
        for piece in pieces {
            try Self.check(piece, header: name)
            // Never right after the name: some programs take a line with a name alone for an empty field. A first token that is too
            // long for the line is an address, a URL or a Message-ID.
            let isFirst = column == name.utf8.count + 1
            let isFolded = column + 1 + piece.utf8.count > Self.width && !(isFirst && piece.utf8.first == UInt8(ascii: "<"))
            field += isFolded ? "\r\n " : " "
            field += piece
            column = (isFolded ? 1 : column + 1) + piece.utf8.count
        }
        text += field
        text += "\r\n"
    }

    /// Whether free text needs no encoding: printable ASCII, single spaces, no token too long for the first line, and nothing
    /// that looks like an encoded-word.
    private static func canStandAsItIs(_ text: String) -> Bool {
        isPlain(text)
            && text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).allSatisfy {
                (1...EncodedWord.longest).contains($0.count)
            }
    }

    /// A quoted-string (RFC 5322 §3.2.4) for ASCII that fits on one line, otherwise encoded-words (RFC 2047 §5 (3)).
    private static func phrase(_ text: String, room: Int) -> [String] {
        guard isPlain(text) else { return EncodedWord.words(for: text) }
        var quoted: [UInt8] = [0x22]
        for octet in text.utf8 {
            if octet == 0x22 || octet == 0x5C { quoted.append(0x5C) }
            quoted.append(octet)
        }
        quoted.append(0x22)
        return quoted.count <= room ? [String(decoding: quoted, as: UTF8.self)] : EncodedWord.words(for: text)
    }

    /// Printable ASCII without `=?`, which begins an encoded-word.
    private static func isPlain(_ text: String) -> Bool {
        var previous: UInt8 = 0
        return text.utf8.allSatisfy { octet in
            defer { previous = octet }
            return (0x20...0x7E).contains(octet) && !(previous == 0x3D && octet == 0x3F)
        }
    }

    /// The last check against header injection. `HeaderText` and `EmailAddress` already exclude it; this does not rely on them.
    private static func check(_ piece: String, header: String) throws(ComposeFault) {
        guard piece.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .controlCharacter(header: header) }
    }
}
