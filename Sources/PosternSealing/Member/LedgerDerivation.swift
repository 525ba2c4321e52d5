package import Crypto
package import PosternCore

/// The secret of one day from which the keys of all recipients follow with which they see what came for them. The vault announces it to
/// the relay, for the letters of that day; it goes with the key of the day's letters.
package struct LedgerDay: Sendable, Unprintable {
    package static let length = 32

    package let epoch: Epoch
    private let secret: SymmetricKey

    package init(epoch: Epoch, secret: [UInt8]) {
        self.epoch = epoch
        self.secret = SymmetricKey(data: secret)
    }

    /// - Parameter letterKey: the private half of the key of the day's letters, which only the vault has.
    package static func secret(under letterKey: SymmetricKey) -> [UInt8] {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: letterKey, info: Array("postern ledger".utf8), outputByteCount: length)
            .withUnsafeBytes { Array($0) }
    }

    package func key(of recipient: RecipientID) -> LedgerKey? {
        LedgerKey(
            epoch: epoch,
            bytes: Array(HMAC<SHA256>.authenticationCode(for: recipient.bytes, using: secret).prefix(LedgerKey.length)))
    }
}

extension LedgerKey {
    /// Hides a conversation's key from everyone but its recipient, and gives it back to them: applied twice, it is undone. What the
    /// store has in `conversation.ledger_key`.
    package func masking(_ key: SummaryKey, of conversation: LetterID) -> SummaryKey {
        let mask = HMAC<SHA256>.authenticationCode(for: conversation.bytes, using: SymmetricKey(data: bytes))
        return SummaryKey(bytes: zip(key.bytes, mask).map { $0 ^ $1 })
    }

    /// - Parameters:
    ///   - sealed: the conversation's summary.
    ///   - masked: its key, as the store has it.
    /// - Returns: nil when it is not of this day and recipient.
    package func summary(_ sealed: [UInt8], under masked: [UInt8], of conversation: LetterID) -> LetterSummary? {
        guard masked.count == Self.length else { return nil }
        return masking(SummaryKey(bytes: masked), of: conversation).open(sealed, of: conversation)
    }
}

extension [LedgerKey] {
    /// Opens with the key of the day on which the conversation began.
    /// - Returns: nil when that key is not among these, or does not open it.
    package func summary(
        _ sealed: [UInt8], under masked: [UInt8], of conversation: LetterID, begun moment: Timestamp
    ) -> LetterSummary? {
        let day = Epoch(containing: moment)
        return lazy.filter { $0.epoch == day }.compactMap { $0.summary(sealed, under: masked, of: conversation) }.first
    }
}

extension SiteToken {
    /// What the store knows it by: sixteen bytes.
    package var digest: [UInt8] {
        Array(SHA256.hash(data: Array("postern site token digest".utf8) + id.bytes + code).prefix(SiteToken.codeLength))
    }
}
