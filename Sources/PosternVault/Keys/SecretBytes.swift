private import Glibc
internal import PosternCore

/// Secret bytes on pages of their own: locked against swapping where the system allows it, left out of a core dump, and wiped when
/// the last owner releases them. Never printed, never encoded.
///
/// Pages are locked and unlocked whole, and locks do not add up (mlock(2)): if two secrets shared a page, the end of one would unlock
/// the other.
package final class SecretBytes: Sendable {
    // Safe although the compiler cannot see it: the bytes are written in init, before anyone else has this object, and in deinit,
    // when nobody refers to it any more. Between the two they are only read: the pointer is private, and `withBytes` lends a
    // read-only one.
    private nonisolated(unsafe) let buffer: UnsafeMutableRawBufferPointer
    package let count: Int

    /// - Parameter fill: writes the bytes where they will stay, and returns how many there are.
    package init<Fault>(
        capacity: Int, filling fill: (UnsafeMutableRawBufferPointer) throws(Fault) -> Int
    ) throws(Fault) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let pages = max((capacity + page - 1) / page, 1)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pages * page, alignment: page)
        _ = mlock(buffer.baseAddress, buffer.count)
        _ = madvise(buffer.baseAddress, buffer.count, MADV_DONTDUMP)
        do throws(Fault) {
            count = try fill(UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(capacity)))
        } catch {
            Self.wipe(buffer)
            throw error
        }
        self.buffer = buffer
    }

    package convenience init(_ bytes: some Collection<UInt8>) {
        self.init(capacity: bytes.count) { buffer in
            buffer.copyBytes(from: bytes)
            return bytes.count
        }
    }

    /// Random bytes from the system's generator (getrandom(2)). It is not a parameter, as elsewhere: keys, challenges, recovery codes and
    /// salts are made from it, and no caller may choose a weaker one.
    package static func random(count: Int) -> SecretBytes {
        SecretBytes(capacity: count) { buffer in
            var generator = SystemRandomNumberGenerator()
            for index in buffer.indices { buffer[index] = .random(in: .min ... .max, using: &generator) }
            return count
        }
    }

    deinit {
        Self.wipe(buffer)
    }

    private static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        // explicit_bzero: the optimiser may leave out a plain store to memory that is freed next.
        if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
        _ = madvise(buffer.baseAddress, buffer.count, MADV_DODUMP)
        _ = munlock(buffer.baseAddress, buffer.count)
        buffer.deallocate()
    }

    package func withBytes<Result, Fault>(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Result) throws(Fault) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer).prefix(count)))
    }
}

extension SecretBytes: Unprintable {}

extension SecretBytes {
    /// Reads a password from a file that only this process's user may read: mode 0400. Its first line is the password.
    /// - Parameter credentials: the folder of systemd's credentials for this service, if it has any.
    /// - Throws: `KeyFault`, which names the file.
    package convenience init(
        passwordFile path: String, credentials: String? = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    ) throws(KeyFault) {
        let isCredential = credentials.map { path.hasPrefix($0 + "/") } ?? false
        let file: SecretBytes
        do {
            file = isCredential ? try File.credential(at: path) : try File.privateBytes(at: path)
        } catch { throw KeyFault(path: path, reason: error) }
        let length = file.withBytes { $0.prefix { $0 != 0x0A && $0 != 0x0D }.count }
        guard length > 0 else { throw KeyFault(path: path, reason: .emptyPassword) }
        self.init(capacity: length) { line in
            file.withBytes { line.copyBytes(from: $0.prefix(length)) }
            return length
        }
    }
}

/// Base64 (RFC 4648 §4), since Foundation's leaves copies in memory that nobody wipes.
extension SecretBytes {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// How many digits `encode` writes.
    var encodedCount: Int { (count + 2) / 3 * 4 }

    func encode(into text: UnsafeMutableRawBufferPointer) {
        withBytes { bytes in
            for (group, start) in stride(from: 0, to: count, by: 3).enumerated() {
                func octet(_ place: Int) -> UInt32 { start + place < count ? UInt32(bytes[start + place]) : 0 }
                let bits = octet(0) << 16 | octet(1) << 8 | octet(2)
                for place in 0..<4 {
                    let digit = start + place <= count ? Self.digits[Int(bits >> (18 - 6 * place) & 63)] : Self.padding
                    text[group * 4 + place] = digit
                }
            }
        }
    }

    /// Nil unless the text is whole groups of four digits, the last one padded.
    convenience init?(base64 text: some RandomAccessCollection<UInt8>) {
        let digits = text.prefix { $0 != Self.padding }
        let padding = text.dropFirst(digits.count)
        guard text.count.isMultiple(of: 4), padding.count <= 2, padding.allSatisfy({ $0 == Self.padding }),
            digits.allSatisfy(Self.digits.contains)
        else { return nil }
        self.init(capacity: digits.count * 6 / 8) { bytes in
            var (bits, held, end) = (UInt32(0), 0, 0)
            for digit in digits {
                bits = bits << 6 | UInt32(Self.digits.firstIndex(of: digit) ?? 0)
                held += 6
                guard held >= 8 else { continue }
                held -= 8
                bytes[end] = UInt8(truncatingIfNeeded: bits >> held)
                end += 1
            }
            return end
        }
    }
}
