package import PosternCore

/// What is sealed for those who look at reports: the letter as it came, or with what the visitor wrote after it in its text's place.
/// With what its recipient says of it, and without the secrets of the links, which would let its reader answer.
package enum ReportCoding {
    private static let version: UInt8 = 1

    package static func bytes(of letter: Letter, reported reply: Reply? = nil, remark: LetterText? = nil) -> [UInt8] {
        let shown = Letter(
            name: letter.name, replyAddress: letter.replyAddress, subject: letter.subject, text: reply?.text ?? letter.text,
            about: letter.about, sharesAddress: letter.sharesAddress)
        var writer = ByteWriter(capacity: shown.text.text.utf8.count + 1_024)
        writer.write(version)
        writer.write(reply != nil)
        writer.write(LetterCoding.bytes(of: shown))
        writer.write(remark?.text)
        return LetterCoding.padded(writer.bytes)
    }

    /// - Returns: also whether its text is that of a later answer.
    /// - Throws: `SealFault.badContent`.
    package static func content(of bytes: [UInt8]) throws(SealFault) -> (letter: Letter, isReply: Bool, remark: String?) {
        do {
            var reader = ByteReader(bytes, limit: Seal.longest)
            guard try reader.number(UInt8.self) == version else { throw ByteFault.badValue }
            let isReply = try reader.flag()
            let letter = try LetterCoding.letter(from: try reader.part())
            let remark = try reader.optionalText()
            try LetterCoding.readPadding(&reader, of: bytes)
            try reader.end()
            return (letter, isReply, remark)
        } catch {
            throw .badContent
        }
    }
}
