package import PosternCore

/// A letter as the bytes that are sealed, and back. Version 1: name, reply address, subject, message, about, and whether the
/// visitor lets the recipient see the address.
package enum LetterCoding {
    private static let version: UInt8 = 1

    package static func bytes(of letter: Letter) -> [UInt8] {
        var writer = ByteWriter(capacity: letter.text.text.utf8.count + 256)
        writer.write(version)
        writer.write(letter.name.text)
        writer.write(letter.replyAddress.text)
        writer.write(letter.subject?.text)
        writer.write(letter.text.text)
        writer.write(letter.about?.text)
        writer.write(letter.sharesAddress)
        return writer.bytes
    }

    /// Every field goes through its type again: a relay that was taken over may have sealed anything.
    /// - Throws: `SealFault.badContent`.
    package static func letter(from bytes: [UInt8]) throws(SealFault) -> Letter {
        do {
            var reader = ByteReader(bytes, limit: Seal.longest)
            guard try reader.number(UInt8.self) == version else { throw ByteFault.badValue }
            let name = try HeaderText(reader.text(), limit: Letter.Limit.name)
            let replyAddress = try EmailAddress(reader.text())
            let subject = try reader.optionalText().map { try HeaderText($0, limit: Letter.Limit.subject) }
            let text = try LetterText(reader.text(), limit: Letter.Limit.message)
            let about = try reader.optionalText().map { try HeaderText($0, limit: Letter.Limit.about) }
            let sharesAddress = try reader.flag()
            try reader.end()
            return Letter(
                name: name, replyAddress: replyAddress, subject: subject, text: text, about: about,
                sharesAddress: sharesAddress)
        } catch {
            throw .badContent
        }
    }
}
