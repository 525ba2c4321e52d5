private import Crypto
package import PosternCore

/// The key under which a conversation's summary is sealed: sixteen bytes. Or the same masked by a link's token, as the store has it.
package struct SummaryKey: Hashable, Sendable, Unprintable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter conversation: bound to it, so that no row shows another's summary.
    /// - Throws: when the key does not have sixteen bytes.
    package func seal(_ summary: LetterSummary, of conversation: LetterID) throws -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        writer.write(summary.visitorName.text)
        writer.write(summary.subject?.text)
        writer.write(summary.about?.text)
        writer.write(summary.sharesAddress)
        // Nobody is to recognise a subject by its length.
        let padding = (128 - (writer.bytes.count % 128)) % 128
        let box = try AES.GCM.seal(
            writer.bytes + [UInt8](repeating: 0, count: padding), using: SymmetricKey(data: bytes), nonce: Self.nonce,
            authenticating: conversation.bytes)
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// - Returns: nil when it was not sealed under this key for this conversation.
    package func open(_ sealed: [UInt8], of conversation: LetterID) -> LetterSummary? {
        guard bytes.count == LinkSecret.length, sealed.count > 16, let nonce = try? Self.nonce,
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: sealed.dropLast(16), tag: sealed.suffix(16)),
            let plain = try? AES.GCM.open(box, using: SymmetricKey(data: bytes), authenticating: conversation.bytes)
        else { return nil }
        var reader = ByteReader(Array(plain), limit: 1_024)
        guard let name = try? HeaderText(reader.text(), limit: Letter.Limit.name) else { return nil }
        do {
            let subject = try reader.optionalText().flatMap { try? HeaderText($0, limit: Letter.Limit.subject) }
            let about = try reader.optionalText().flatMap { try? HeaderText($0, limit: Letter.Limit.about) }
            return LetterSummary(visitorName: name, subject: subject, about: about, sharesAddress: try reader.flag())
        } catch {
            return nil
        }
    }

    /// All zeros: a summary's key seals once.
    private static var nonce: AES.GCM.Nonce {
        get throws { try AES.GCM.Nonce(data: Array(repeating: 0 as UInt8, count: 12)) }
    }
}
