private import Glibc
internal import PosternCore

/// Secret bytes in memory of their own: locked against swapping where the system allows it, and wiped when the last owner
/// releases them. Never printed, never encoded.
package final class SecretBytes: Sendable {
    // Safe although the compiler cannot see it: the bytes are written in init, before anyone else has this object, and in deinit,
    // when nobody refers to it any more. Between the two they are only read: the pointer is private, and `withBytes` lends a
    // read-only one.
    private nonisolated(unsafe) let buffer: UnsafeMutableRawBufferPointer

    package init(_ bytes: some Collection<UInt8>) {
        buffer = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
        buffer.copyBytes(from: bytes)
        count = bytes.count
        _ = mlock(buffer.baseAddress, buffer.count)
    }

    /// Random bytes from the system's generator (getrandom(2)). It is not a parameter, as elsewhere: keys are made from it, and no
    /// caller may choose a weaker one.
    package static func random(count: Int) -> SecretBytes {
        var generator = SystemRandomNumberGenerator()
        return SecretBytes((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    deinit {
        // explicit_bzero: the optimiser may leave out a plain store to memory that is freed next.
        if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
        _ = munlock(buffer.baseAddress, buffer.count)
        buffer.deallocate()
    }

    package let count: Int

    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer).prefix(count)))
    }
}

extension SecretBytes: Unprintable {}
