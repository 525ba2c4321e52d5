package import PosternCore

/// A reply as the bytes that are sealed, and back: its author, its text, the secret of its mail's links, then zeros up to the next step
/// of length (`LetterCoding.paddedLength`).
package enum ReplyCoding {
    private static let version: UInt8 = 1

    package static func bytes(of linked: LinkedReply) -> [UInt8] {
        var writer = ByteWriter(capacity: linked.reply.text.text.utf8.count + 512)
        writer.write(version)
        writer.write(linked.reply.author.rawValue)
        writer.write(linked.reply.text.text)
        writer.writeRaw(linked.links.bytes)
        return LetterCoding.padded(writer.bytes)
    }

    /// - Throws: `SealFault.badContent`.
    package static func reply(from bytes: [UInt8]) throws(SealFault) -> LinkedReply {
        do {
            var reader = ByteReader(bytes, limit: Seal.longest)
            guard try reader.number(UInt8.self) == version, let author = Party(rawValue: try reader.text()) else {
                throw ByteFault.badValue
            }
            let text = try LetterText(reader.text(), limit: Letter.Limit.message)
            guard let links = LinkSecret(bytes: Array(try reader.raw(LinkSecret.length))) else { throw ByteFault.badValue }
            try LetterCoding.readPadding(&reader, of: bytes)
            try reader.end()
            return LinkedReply(Reply(author: author, text: text), links: links)
        } catch {
            throw .badContent
        }
    }
}
