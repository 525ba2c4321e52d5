private import Crypto
package import PosternCore

// Everything follows from secrets of 128 random bits by SHA-256 over a name of its use: none leads back to the secret, or to a
// neighbour.

extension LinkSecret {
    /// The link for one purpose.
    /// - Parameter moment: when the letter or reply was accepted.
    package func token(for purpose: LinkPurpose, at moment: Timestamp) -> LinkToken {
        LinkToken(madeAt: LinkToken.second(of: moment), of: derived("postern link \(purpose.rawValue)"))
    }

    /// The key of the conversation's summary. The secret of the first letter's links makes it; `LinkToken.masking` hands it on.
    package var summaryKey: SummaryKey { SummaryKey(bytes: derived("postern summary key")) }

    /// The root of one side's thread: an identifier for mail headers, the same in all mails to this side. The secret of the first
    /// letter's links makes it. Neither side's leads to the other's.
    package func threadRoot(of side: Party) -> [UInt8] { derived("postern thread \(side.rawValue)") }

    private func derived(_ use: String) -> [UInt8] { half(use, bytes) }
}

extension LinkToken {
    /// What the store knows it by: sixteen bytes.
    package var digest: [UInt8] { half("postern link digest", bytes) }

    /// Hides the summary's key from everyone without the token, and gives it back to who has it: applied twice, it is undone.
    package func masking(_ key: SummaryKey) -> SummaryKey {
        SummaryKey(bytes: zip(key.bytes, half("postern link mask", bytes)).map { $0 ^ $1 })
    }
}

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

/// The first half of a SHA-256: as many bits as what it is made from.
private func half(_ use: String, _ secret: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: Array(use.utf8) + secret).prefix(LinkSecret.length))
}
