private import Crypto
private import PosternCore

/// Names a key by its content: the first eight bytes of SHA-256 over its purpose and public half. A key that was swapped
/// therefore cannot carry another's name.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    package static let length = 8

    /// Eight bytes.
    package let bytes: [UInt8]

    /// Nil unless there are eight bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
    }

    package init(of publicHalf: some Sequence<UInt8>, purpose: String) {
        var hash = SHA256()
        hash.update(data: Array("postern key \(purpose)\0".utf8))
        hash.update(data: Array(publicHalf))
        bytes = Array(hash.finalize().prefix(Self.length))
    }

    /// Sixteen hexadecimal digits.
    package var description: String { HexDigits.text(bytes) }
}
