package import PosternCore

/// A letter as the bytes that are sealed, and back: name, reply address, subject, text, about, and whether the visitor lets the
/// recipient see the address; from version 3 on the secret of its links and the visitor's language, from 4 on the recipient's; then
/// zeros up to the next step of length, which version 1 lacked.
package enum LetterCoding {
    private static let version: UInt8 = 4
    private static let versionOfOneLanguage: UInt8 = 3
    /// Without links: what a repeated post is recognised by, since the links of each are its own.
    private static let versionWithoutLinks: UInt8 = 2

    package static func bytes(of letter: Letter) -> [UInt8] {
        padded(fields(of: letter, version: versionWithoutLinks).bytes)
    }

    package static func bytes(of letter: LinkedLetter) -> [UInt8] {
        var writer = fields(of: letter.letter, version: version)
        writer.writeRaw(letter.links.bytes)
        writer.write(letter.language?.description)
        writer.write(letter.recipientLanguage?.description)
        return padded(writer.bytes)
    }

    private static func fields(of letter: Letter, version: UInt8) -> ByteWriter {
        var writer = ByteWriter(capacity: letter.text.text.utf8.count + 512)
        writer.write(version)
        writer.write(letter.name.text)
        writer.write(letter.replyAddress.text)
        writer.write(letter.subject?.text)
        writer.write(letter.text.text)
        writer.write(letter.about?.text)
        writer.write(letter.sharesAddress)
        return writer
    }

    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: paddedLength(bytes.count) - bytes.count)
    }

    /// Reads to the end what `padded` has added.
    /// - Parameter all: what the reader was made with.
    static func readPadding(_ reader: inout ByteReader, of all: [UInt8]) throws(ByteFault) {
        let length = all.count - reader.remaining
        guard all.count == paddedLength(length), try reader.raw(reader.remaining).allSatisfy({ $0 == 0 }) else {
            throw .badValue
        }
    }

    /// The length to which a letter is padded before it is sealed: nobody who reads the store may recognise a
    /// letter by its length. Up to 4 KiB, as most letters have, a multiple of 256; above that, a multiple of 4 KiB.
    package static func paddedLength(_ length: Int) -> Int {
        let step = length <= 4_096 ? 256 : 4_096
        return (length + step - 1) / step * step
    }

    /// Every field goes through its type again: a relay that was taken over may have sealed anything.
    /// - Throws: `SealFault.badContent`.
    package static func letter(from bytes: [UInt8]) throws(SealFault) -> Letter { try content(of: bytes).letter }

    /// - Returns: the letter with its links; they are nil in a letter from a version without links.
    /// - Throws: `SealFault.badContent`.
    package static func content(of bytes: [UInt8]) throws(SealFault) -> (letter: Letter, linked: LinkedLetter?) {
        do {
            var reader = ByteReader(bytes, limit: Seal.longest)
            let version = try reader.number(UInt8.self)
            guard (1...Self.version).contains(version) else { throw ByteFault.badValue }
            let name = try visible(reader.text()) { text throws(TextFault) in try HeaderText(text, limit: Letter.Limit.name) }
            let replyAddress = try EmailAddress(reader.text())
            let subject = try optional(reader.optionalText(), limit: Letter.Limit.subject)
            let text = try visible(reader.text()) { text throws(TextFault) in
                try LetterText(text, limit: Letter.Limit.message)
            }
            let about = try optional(reader.optionalText(), limit: Letter.Limit.about)
            let letter = Letter(
                name: name, replyAddress: replyAddress, subject: subject, text: text, about: about,
                sharesAddress: try reader.flag())
            var linked: LinkedLetter?
            if version > versionWithoutLinks {
                guard let links = LinkSecret(bytes: Array(try reader.raw(LinkSecret.length))) else { throw ByteFault.badValue }
                linked = LinkedLetter(
                    letter, links: links, language: try optionalLanguage(&reader),
                    recipientLanguage: version > versionOfOneLanguage ? try optionalLanguage(&reader) : nil)
            }
            if version > 1 { try readPadding(&reader, of: bytes) }
            try reader.end()
            return (letter, linked)
        } catch {
            throw .badContent
        }
    }

    private static func optionalLanguage(_ reader: inout ByteReader) throws(ByteFault) -> Language? {
        guard let text = try reader.optionalText() else { return nil }
        guard let language = Language(text) else { throw .badValue }
        return language
    }

    /// An earlier version took some characters for visible that are not (a Hangul filler, a stray selector). A letter that has
    /// nothing else in a field is opened all the same, with a sign that something stood there.
    private static func visible<Value>(
        _ text: String, _ parse: (String) throws(TextFault) -> Value
    ) throws(TextFault) -> Value {
        do throws(TextFault) {
            return try parse(text)
        } catch {
            guard error == .empty, !text.isEmpty else { throw error }
            return try parse("\u{FFFD}")
        }
    }

    private static func optional(_ text: String?, limit: Int) throws(TextFault) -> HeaderText? {
        guard let text else { return nil }
        do throws(TextFault) {
            return try HeaderText(text, limit: limit)
        } catch {
            guard error == .empty, !text.isEmpty else { throw error }
            return nil
        }
    }
}
