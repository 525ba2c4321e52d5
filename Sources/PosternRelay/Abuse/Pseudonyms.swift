internal import Crypto
package import PosternCore

/// Turns client addresses, senders and texts into keyed digests under the keys of the day, which the relay holds for today
/// and tomorrow and only in memory. Nothing here can be turned back, nor matched with another day's, without the vault.
package struct Pseudonyms: Sendable {
    /// The tag key of a day, if it is known.
    private let key: @Sendable (Epoch) -> [UInt8]?

    package init(key: @escaping @Sendable (Epoch) -> [UInt8]?) {
        self.key = key
    }

    /// The client's tag and those of its networks, narrowest first.
    /// - Returns: none while the key of that day is not known.
    package func tags(of client: ClientAddress, in epoch: Epoch) -> [Tag] {
        guard let keyed = keyed(epoch) else { return [] }
        return client.prefixes.map { prefix in
            Tag(value: Self.digest("postern tag", prefix.length, prefix.bytes, keyed).high)
        }
    }

    /// What the limits are asked about a letter. Just after midnight, or while the vault is away, tomorrow's key is not known:
    /// letters are counted all the same, and only not beyond the end of the day.
    /// - Returns: nil while today's key is not known; nothing can be sealed then either.
    package func question(
        from client: ClientAddress, of letter: Letter, to recipient: RecipientID, in epoch: Epoch, limits: LimitTable
    ) -> LimitQuestion? {
        guard let today = keyed(epoch) else { return nil }
        let tomorrow = keyed(epoch.next)
        func dated(_ scope: LimitScope, _ value: [UInt8]) -> DatedLimitKey? {
            guard !limits[scope].isOff else { return nil }
            func key(_ keyed: HMAC<SHA256>) -> LimitKey {
                let digest = Self.digest("postern limit", scope.rawValue, value, keyed)
                return LimitKey(scope, high: digest.high, low: digest.low)
            }
            return DatedLimitKey(today: key(today), tomorrow: tomorrow.map(key))
        }
        let prefixes = client.prefixes
        let network = prefixes.last?.bytes ?? []
        let text = FoldedText(letter.message.text)
        return LimitQuestion(
            clients: prefixes.compactMap { prefix in prefix.limitScope.flatMap { dated($0, prefix.bytes) } },
            sender: dated(.sender, Array(letter.replyAddress.text.lowercased().utf8)),
            // "Thank you!" is everybody's text.
            text: text.count < Self.shortestText ? nil : dated(.text, Array(text.text.utf8)), recipient: recipient,
            share: dated(.recipientShare, recipient.bytes + network))
    }

    /// A shorter text is not counted as identical with another.
    package static let shortestText = 20

    /// A digest that has taken in the day's key and nothing else: taking it in costs as much as all that follows, and one
    /// serves every digest of a letter.
    private func keyed(_ epoch: Epoch) -> HMAC<SHA256>? {
        key(epoch).map { HMAC(key: SymmetricKey(data: $0)) }
    }

    private static func digest(
        _ use: StaticString, _ kind: UInt8, _ value: [UInt8], _ keyed: HMAC<SHA256>
    ) -> (high: UInt64, low: UInt64) {
        var hmac = keyed
        use.withUTF8Buffer { hmac.update(data: $0) }
        hmac.update(data: [kind])
        hmac.update(data: value)
        return hmac.finalize().withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension ClientPrefix {
    /// A /24 of IPv4 is many subscribers: it is tagged for staff to see, and has no limit of its own.
    fileprivate var limitScope: LimitScope? {
        switch length {
        case 32, 64: .client
        case 56: .clientWide
        case 48: .clientWidest
        default: nil
        }
    }
}
