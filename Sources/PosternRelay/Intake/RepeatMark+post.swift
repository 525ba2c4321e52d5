private import Crypto
internal import PosternCore
internal import PosternStore

extension RepeatMark {
    /// A key counts for one recipient: two visitors who choose the same one do not meet.
    /// - Parameter letter: as `LetterCoding` writes it.
    init(key: String, of letter: [UInt8], to recipient: RecipientID) {
        var scoped = ByteWriter(capacity: key.utf8.count + 64)
        scoped.write("postern repeat key")
        scoped.write(recipient)
        scoped.write(key)
        self.init(key: Array(SHA256.hash(data: scoped.bytes)), body: Array(SHA256.hash(data: letter)))
    }
}
