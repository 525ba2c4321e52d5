package import Crypto
package import PosternCore

/// The tags of a client on one day. The relay makes those of today with the key that the vault has announced (`Pseudonyms`, which keeps
/// the key's first step), the vault those of any day whose key it holds: both must give the same.
package enum ClientTags {
    /// Narrowest first.
    package static func tags(of client: ClientAddress, under key: SymmetricKey) -> [Tag] {
        client.prefixes.map { prefix in
            let code = HMAC<SHA256>.authenticationCode(
                for: Array("postern tag".utf8) + [prefix.length] + prefix.bytes, using: key)
            return Tag(value: code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}
