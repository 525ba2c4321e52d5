package import Crypto
private import FoundationEssentials
package import PosternCore
package import PosternSealing

/// A key that the vault holds. Not copyable: it has one owner, the ring, and is wiped when the ring drops it.
package struct VaultKey: ~Copyable, Sendable {
    package let kind: KeyKind
    package let id: KeyID
    /// The day it serves; nil for keys that are not per epoch.
    package let epoch: Epoch?
    /// When it was made; nil for keys of days, and for those of earlier versions of the program.
    package let made: Timestamp?
    /// Nil for symmetric keys.
    package let sealing: SealingKey?
    private let material: Material
    /// The secret in the key file.
    package let secret: SecretBytes

    private enum Material: Sendable {
        case xWing(XWingMLKEM768X25519.PrivateKey)
        case x25519(Curve25519.KeyAgreement.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case symmetric(SymmetricKey)
    }

    /// A new key from the system's randomness.
    /// - Parameter suite: for opening keys only.
    package init(generating kind: KeyKind, suite: Suite, epoch: Epoch?, made: Timestamp? = nil) throws {
        try self.init(kind, suite: suite, epoch: epoch, made: made, secret: .random(count: 32))
    }

    /// - Parameter secret: the 32-byte seed of an X-Wing key, the X25519 scalar, the Ed25519 seed, or the HMAC key.
    /// - Throws: `SealFault.badKey` when the secret is none of these.
    package init(_ kind: KeyKind, suite: Suite, epoch: Epoch?, made: Timestamp? = nil, secret: SecretBytes) throws {
        self.kind = kind
        self.epoch = epoch
        self.made = made
        self.secret = secret
        guard secret.count == 32, (epoch != nil) == kind.isPerEpoch else { throw SealFault.badKey }
        switch kind {
        case .opening(let purpose):
            let publicHalf: [UInt8]
            do {
                switch suite {
                case .xWing:
                    let key = try secret.withBytes { seed in
                        try XWingMLKEM768X25519.PrivateKey(seedRepresentation: seed, publicKey: nil)
                    }
                    publicHalf = Array(key.publicKey.rawRepresentation)
                    material = .xWing(key)
                case .x25519:
                    let key = try secret.withBytes { try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0) }
                    publicHalf = Array(key.publicKey.rawRepresentation)
                    material = .x25519(key)
                }
            } catch {
                throw SealFault.badKey
            }
            let sealing = SealingKey(purpose: purpose, suite: suite, epoch: epoch, publicHalf: publicHalf)
            self.sealing = sealing
            id = sealing.id
        case .journal:
            do {
                let key = try secret.withBytes { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
                (material, sealing) = (.ed25519(key), nil)
                id = KeyID(of: Array(key.publicKey.rawRepresentation), purpose: kind.name)
            } catch {
                throw SealFault.badKey
            }
        case .tag, .authorisation:
            material = .symmetric(secret.withBytes { SymmetricKey(data: $0) })
            sealing = nil
            // Made from a hash, so that the name reveals nothing about the secret.
            id = KeyID(of: secret.withBytes { SHA256.hash(data: $0) }, purpose: kind.name)
        }
    }

    /// Begins to open what was sealed to this key.
    /// - Throws: `SealFault.notAuthentic` when the encapsulated key is not valid; `.wrongPurpose` for a key that opens nothing.
    package func recipient(encapsulated: [UInt8], info: [UInt8]) throws -> HPKE.Recipient {
        do {
            switch material {
            case .xWing(let key):
                return try HPKE.Recipient(
                    privateKey: key, ciphersuite: Suite.xWing.ciphersuite, info: Data(info), encapsulatedKey: Data(encapsulated))
            case .x25519(let key):
                return try HPKE.Recipient(
                    privateKey: key, ciphersuite: Suite.x25519.ciphersuite, info: Data(info), encapsulatedKey: Data(encapsulated))
            case .symmetric, .ed25519:
                throw SealFault.wrongPurpose
            }
        } catch let fault as SealFault {
            throw fault
        } catch {
            throw SealFault.notAuthentic
        }
    }

    /// What the journal's checkpoints are signed with; nil for the other kinds.
    package var journalSigner: JournalSigner? {
        guard case .ed25519(let key) = material else { return nil }
        return JournalSigner(publicKey: Array(key.publicKey.rawRepresentation)) { Array(try key.signature(for: $0)) }
    }

    /// The HMAC key of a symmetric kind; nil for the others.
    package var symmetric: SymmetricKey? {
        guard case .symmetric(let key) = material else { return nil }
        return key
    }
}
