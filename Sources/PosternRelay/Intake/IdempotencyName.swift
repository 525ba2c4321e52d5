internal import PosternCore
internal import PosternStore

/// The name under which the store knows a visitor's idempotency key for a day: a digest under a secret that the store never has.
///
/// A key may be guessable (`order-17`), or even hold an address, and so may a letter. Anyone who has the store, or an old backup
/// of it, can test no guess of either, and once the secret is destroyed nobody can.
struct IdempotencyName: Sendable {
    let key: [UInt8]
    private let secret: DayPseudonyms.DayHMAC

    /// A key counts for one recipient, so that two visitors who choose the same one do not collide.
    fileprivate init(_ key: String, to recipient: RecipientID, under secret: DayPseudonyms.DayHMAC) {
        var scoped = ByteWriter(capacity: key.utf8.count + 20)
        scoped.write(recipient)
        scoped.write(key)
        self.key = secret.code("postern repeat key", 0, scoped.bytes)
        self.secret = secret
    }

    /// Where the visitor types the code that the letter waits for, for anyone who posts it again: a double click must lead there too, and
    /// the store gives no link away.
    /// - Parameter moment: when the letter was accepted.
    func provingLink(at moment: Timestamp) -> LinkToken {
        let code = secret.code("postern repeat prove", 0, key)
        return LinkToken(madeAt: LinkToken.milliseconds(of: moment), of: Array(code.prefix(LinkToken.secretLength)))
    }

    /// - Parameter letter: as `LetterCoding` writes it.
    func record(of letter: [UInt8]) -> IdempotencyRecord {
        IdempotencyRecord(key: key, body: secret.code("postern repeat body", 0, key + letter))
    }
}

extension DayPseudonyms {
    /// The names of a key: first the one to store, then the one that the same post had if it came yesterday.
    ///
    /// A post is stored under the key of the day after it, which the relay has today and tomorrow, also after a restart. So it is
    /// known for the 24 hours that it counts. Just after midnight, and while the vault is away, that key is not known yet: then
    /// today's is used, and until midnight only.
    func idempotencyNames(of key: String, to recipient: RecipientID) -> [IdempotencyName] {
        [tomorrow, today].compactMap { $0.map { IdempotencyName(key, to: recipient, under: $0) } }
    }
}
