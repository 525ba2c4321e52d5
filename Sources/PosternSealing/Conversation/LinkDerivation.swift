private import Crypto
package import PosternCore

// Everything follows from secrets of 128 random bits by SHA-256 over a name of its use: none leads back to the secret, or to a
// neighbour.

extension LinkSecret {
    /// The link for one purpose.
    /// - Parameter moment: when the letter or reply was accepted.
    package func token(for purpose: LinkPurpose, at moment: Timestamp) -> LinkToken {
        LinkToken(madeAt: LinkToken.milliseconds(of: moment), of: derived("postern link \(purpose.rawValue)"))
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

/// The first half of a SHA-256: as many bits as what it is made from.
private func half(_ use: String, _ secret: [UInt8]) -> [UInt8] {
    var (hash, use) = (SHA256(), use)
    use.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    secret.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().withUnsafeBytes { Array($0.prefix(LinkSecret.length)) }
}
