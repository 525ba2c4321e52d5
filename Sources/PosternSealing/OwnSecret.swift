package import Crypto
internal import PosternCore

/// 32 random bytes of one person, without which no seal of their address opens, whatever else somebody has. The vault alone knows
/// them, keeps them in its home, and destroys them when the person is erased: then no backup of the store gives the address back.
package struct OwnSecret: Sendable, Equatable, Unprintable {
    package static let length = 32

    package let key: SymmetricKey

    /// A new one, from the system's generator.
    package init() {
        key = SymmetricKey(size: .bits256)
    }

    /// Nil unless there are 32 bytes.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.length else { return nil }
        key = SymmetricKey(data: bytes)
    }
}
