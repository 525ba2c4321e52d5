package import Crypto
internal import PosternCore
internal import PosternLink

/// Who had a link made. The link's code says it, so that the relay cannot pass one off as another.
enum StaffLinkMaker: CaseIterable, Sendable {
    /// By the command line.
    case `operator`
    /// On a page of the staff's.
    case administrator
}

/// The keys for staff, derived from the authorisation key. With them the vault seals records that only it can open, and makes
/// links.
package struct StaffKeys: Sendable, Unprintable {
    private struct Keys: Sendable {
        let seal, link, secret, code: SymmetricKey

        init(_ key: SymmetricKey) {
            func derived(_ use: String) -> SymmetricKey {
                HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("postern staff, \(use)".utf8), outputByteCount: 32)
            }
            (seal, link, secret, code) = (derived("seal"), derived("link"), derived("secret"), derived("code"))
        }
    }

    private let current: Keys
    private let all: [Keys]

    /// - Parameter former: earlier keys; what was made with them is still accepted.
    package init(key: SymmetricKey, former: [SymmetricKey] = []) {
        current = Keys(key)
        all = [current] + former.map(Keys.init)
    }

    // MARK: - Links

    /// - Parameter version: the newest version for that name. A link is accepted only while its version is the newest.
    func link(
        _ request: StaffLinkRequest, by maker: StaffLinkMaker, version: Int32, id: Identifier<MailedToken.IDKind>
    ) -> StaffLink? {
        MailedToken(id, code: Self.code(request.name, request.role, maker, version, id, under: current.link)).map {
            StaffLink(name: request.name, role: request.role, token: $0)
        }
    }

    /// - Returns: who had the link made; nil if it is not ours, or not of that version.
    func maker(of link: StaffLink, version: Int32) -> StaffLinkMaker? {
        StaffLinkMaker.allCases.first { maker in
            all.contains {
                ConstantTime.isEqual(
                    Self.code(link.name, link.role, maker, version, link.token.id, under: $0.link), link.token.code)
            }
        }
    }

    private static func code(
        _ name: StaffName, _ role: StaffRole, _ maker: StaffLinkMaker, _ version: Int32, _ id: Identifier<MailedToken.IDKind>,
        under key: SymmetricKey
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(name.text)
        writer.write(role.rawValue)
        writer.write(version)
        writer.write(id)
        if maker == .administrator { writer.write("page") }
        return Array(HMAC<SHA256>.authenticationCode(for: writer.bytes, using: key).prefix(16))
    }

    /// The secret of the one-time codes for the person with this link. It is derived from the link, and not stored before they
    /// have typed a code of it.
    func secret(for link: StaffLink) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(for: link.token.id.bytes + link.token.code, using: current.secret)
                .prefix(OneTimeCode.secretLength))
    }

    // MARK: - Records

    /// Seals with AES-256-GCM and a random nonce. The seal is bound to name, role and version, so that no row can give one
    /// person's credential to another.
    func seal(_ credential: SealedCredential, _ name: StaffName, _ role: StaffRole, version: Int32) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            credential.bytes, using: current.seal, authenticating: Self.context(name, role, version))
        guard let bytes = box.combined else { throw LinkRefusal(.unavailable, "nothing was sealed") }
        return Array(bytes)
    }

    /// - Returns: nil if this vault did not seal the record for that name and role.
    func open(_ record: StaffRecord, _ name: StaffName, _ role: StaffRole) -> SealedCredential? {
        guard let box = try? AES.GCM.SealedBox(combined: record.seal) else { return nil }
        for keys in all {
            let context = Self.context(name, role, record.version)
            if let bytes = try? AES.GCM.open(box, using: keys.seal, authenticating: context) {
                return try? SealedCredential(bytes: Array(bytes))
            }
        }
        return nil
    }

    private static func context(_ name: StaffName, _ role: StaffRole, _ version: Int32) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write("postern staff record v1")
        writer.write(name.text)
        writer.write(role.rawValue)
        writer.write(version)
        return writer.bytes
    }

    // MARK: - Recovery codes

    func digest(ofRecoveryCode plain: [UInt8], _ name: StaffName) -> [UInt8] { digests(ofRecoveryCode: plain, name)[0] }

    /// The digests of a recovery code, one under each key.
    func digests(ofRecoveryCode plain: [UInt8], _ name: StaffName) -> [[UInt8]] {
        var writer = ByteWriter(capacity: 128)
        writer.write(name.text)
        writer.write(plain)
        return all.map { Array(HMAC<SHA256>.authenticationCode(for: writer.bytes, using: $0.code).prefix(16)) }
    }
}
