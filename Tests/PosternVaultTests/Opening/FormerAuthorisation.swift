import Crypto
import PosternCore
import PosternVault
import Testing

/// The authorisation that an earlier version of the program gave: a MAC without a format, which covers neither name nor language.
enum FormerAuthorisation {
    static func code(
        _ standing: String, _ site: SiteID, _ handle: Handle, _ recipient: RecipientID, _ version: Int32, _ seal: [UInt8],
        _ ring: KeyRing
    ) throws -> [UInt8] {
        let keys = ring.all.filter { $0.key.kind == .authorisation }.compactMap { $0.key.symmetric }
        let key = try #require(keys.first)
        var writer = ByteWriter()
        writer.write("postern word v1")
        writer.write(standing)
        writer.write(site.text)
        writer.write(handle.text)
        writer.write(recipient)
        writer.write(version)
        writer.write(seal)
        return Array(HMAC<SHA256>.authenticationCode(for: writer.bytes, using: key))
    }
}
