package import Crypto
internal import PosternCore

/// 96 bits of HMAC-SHA-256 over a name: neither memory nor a file tells the name, and nobody without the key can make two that
/// collide.
package struct KeyedDigest: Hashable, Sendable {
    package let head: UInt64
    package let tail: UInt32

    package init(head: UInt64, tail: UInt32) {
        self.head = head
        self.tail = tail
    }

    package init(of bytes: [UInt8], under key: SymmetricKey) {
        self.init(of: bytes, under: HMAC(key: key))
    }

    /// - Parameter hmac: has taken in the key and nothing else, which costs as much as the digest of a name.
    package init(of bytes: [UInt8], under hmac: HMAC<SHA256>) {
        var hmac = hmac
        hmac.update(data: bytes)
        let code = hmac.finalize()
        let (head, tail) = code.withUnsafeBytes { code in
            (code.loadUnaligned(as: UInt64.self), code.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        }
        // No digest is more likely than another, but a name whose digest was one of the two marks would be lost.
        let isMark = (head == 0 && tail == 0) || (head == .max && tail == .max)
        self.init(head: UInt64(bigEndian: head), tail: isMark ? 1 : UInt32(bigEndian: tail))
    }

    /// One of several accounts under one name.
    func place(_ number: Int) -> Self { Self(head: head, tail: tail &+ UInt32(truncatingIfNeeded: number)) }

    /// In place of a name it says that nothing is here.
    static let free = Self(head: 0, tail: 0)
    /// In place of a name it marks the end of a batch in the file.
    static let seal = Self(head: .max, tail: .max)
}

extension KeyedDigest {
    init(of name: AuthorisedName, under hmac: HMAC<SHA256>) {
        var writer = ByteWriter(capacity: 128)
        switch name {
        case .recipient(let handle, let site):
            writer.write("recipient")
            writer.write(site.text)
            writer.write(handle.text)
        case .site(let site):
            writer.write("site")
            writer.write(site.text)
        case .undo(let change, let isUndone):
            writer.write("undo")
            writer.write(change)
            writer.write(isUndone)
        case .asked(let handle, let site):
            writer.write("asked")
            writer.write(site.text)
            writer.write(handle.text)
        case .siteToken(let id):
            writer.write("site token")
            writer.write(id)
        case .staff(let name):
            writer.write("staff")
            writer.write(name.text)
        case .staffStep(let name):
            writer.write("staff step")
            writer.write(name.text)
        case .staffCode(let name, let version, let place):
            writer.write("staff code")
            writer.write(name.text)
            writer.write(version)
            writer.write(UInt16(clamping: place))
        case .staffSignatures(let name, let version):
            writer.write("staff signatures")
            writer.write(name.text)
            writer.write(version)
        case .staffReveals(let name):
            writer.write("staff reveals")
            writer.write(name.text)
        case .staffChanges(let name):
            writer.write("staff changes")
            writer.write(name.text)
        }
        self.init(of: writer.bytes, under: hmac)
    }
}
