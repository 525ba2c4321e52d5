private import Crypto
internal import PosternCore
internal import PosternStore

extension IdempotencyRecord {
    /// A key counts for one recipient, so that two visitors who choose the same one do not collide.
    ///
    /// The letter's digest is keyed with the visitor's key, which is not kept: anyone who has the store, or an old backup of it,
    /// cannot test a guess of what a letter said.
    /// - Parameter letter: as `LetterCoding` writes it.
    init(key: String, of letter: [UInt8], to recipient: RecipientID) {
        var scoped = ByteWriter(capacity: key.utf8.count + 64)
        scoped.write("postern repeat key")
        scoped.write(recipient)
        scoped.write(key)
        let secret = SymmetricKey(data: SHA256.hash(data: Array("postern repeat body".utf8) + scoped.bytes))
        self.init(
            key: Array(SHA256.hash(data: scoped.bytes)),
            body: Array(HMAC<SHA256>.authenticationCode(for: letter, using: secret)))
    }
}
