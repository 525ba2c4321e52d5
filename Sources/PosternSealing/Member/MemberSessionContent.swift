private import Crypto
package import PosternCore

/// What a member's session knows: the link that it was traded for, which shows the vault what the member wants, and the keys that open
/// what came for them. The store has it sealed under the cookie, and so cannot use it.
package struct MemberSessionContent: Hashable, Sendable, Unprintable {
    package let token: MailedToken
    package let ledgerKeys: [LedgerKey]

    package init(token: MailedToken, ledgerKeys: [LedgerKey]) {
        (self.token, self.ledgerKeys) = (token, ledgerKeys)
    }
}

extension SessionSecret {
    /// What the store knows the cookie by: sixteen bytes.
    package var digest: [UInt8] { Array(derived("postern session digest").prefix(Self.length)) }

    /// Stands in each form of the session's pages, so that no other site can post one.
    package var formToken: String { Base64URL.text(of: Array(derived("postern session form").prefix(Self.length))) }

    /// - Parameter recipient: bound to it, so that no row gives one member's session to another.
    /// - Throws: what sealing throws.
    package func seal(_ content: MemberSessionContent, of recipient: RecipientID) throws -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + content.ledgerKeys.count * 24)
        writer.write(content.token.id)
        writer.write(content.token.code)
        writer.write(UInt16(clamping: content.ledgerKeys.count))
        for key in content.ledgerKeys.prefix(Int(UInt16.max)) {
            writer.write(key.epoch.day)
            writer.write(key.bytes)
        }
        // A cookie seals once.
        let box = try AES.GCM.seal(writer.bytes, using: key, nonce: Self.nonce, authenticating: recipient.bytes)
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// - Returns: nil when it was not sealed under this cookie for this recipient.
    package func open(_ sealed: [UInt8], of recipient: RecipientID) -> MemberSessionContent? {
        guard sealed.count > 16, let nonce = try? Self.nonce,
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: sealed.dropLast(16), tag: sealed.suffix(16)),
            let plain = try? AES.GCM.open(box, using: key, authenticating: recipient.bytes)
        else { return nil }
        var reader = ByteReader(Array(plain), limit: 128 * 1_024)
        do {
            let id: Identifier<MailedToken.IDKind> = try reader.identifier()
            guard let token = MailedToken(id, code: try reader.part()) else { return nil }
            var keys: [LedgerKey] = []
            for _ in 0..<(try reader.number(UInt16.self)) {
                let epoch = Epoch(day: try reader.number())
                guard let key = LedgerKey(epoch: epoch, bytes: try reader.part()) else { return nil }
                keys.append(key)
            }
            return MemberSessionContent(token: token, ledgerKeys: keys)
        } catch {
            return nil
        }
    }

    private var key: SymmetricKey { SymmetricKey(data: derived("postern session key")) }

    private func derived(_ use: String) -> [UInt8] { Array(SHA256.hash(data: Array(use.utf8) + bytes)) }

    private static var nonce: AES.GCM.Nonce {
        get throws { try AES.GCM.Nonce(data: Array(repeating: 0 as UInt8, count: 12)) }
    }
}
