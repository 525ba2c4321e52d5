package import Crypto

/// How a seal is made: a key encapsulation with its key derivation and cipher (RFC 9180 §7).
package enum Suite: UInt8, Sendable, CaseIterable {
    /// X-Wing (ML-KEM-768 with X25519), AES-256-GCM. Safe as long as one of the two is unbroken.
    case xWing = 1
    /// DHKEM(X25519, HKDF-SHA256), ChaCha20-Poly1305.
    case x25519 = 2

    /// Length of the encapsulated key, in bytes.
    package var encapsulatedLength: Int {
        switch self {
        case .xWing: 1_120
        case .x25519: 32
        }
    }

    package var ciphersuite: HPKE.Ciphersuite {
        switch self {
        case .xWing: .XWingMLKEM768X25519_SHA256_AES_GCM_256
        case .x25519: .Curve25519_SHA256_ChachaPoly
        }
    }

    /// The name in key files and in `keys status`.
    package var name: String {
        switch self {
        case .xWing: "x-wing"
        case .x25519: "x25519"
        }
    }

    /// As the registry of HPKE algorithms and its drafts call it. For the privacy statement.
    package var publicName: String {
        switch self {
        case .xWing: "X-Wing (ML-KEM-768, X25519), AES-256-GCM"
        case .x25519: "X25519, ChaCha20-Poly1305"
        }
    }

    /// The suite of address keys: addresses are kept for years, and what is recorded today must not open then.
    package static let ofAddresses = Suite.xWing
    package static let ofEpochs = Suite.x25519

    package init?(name: String) {
        guard let suite = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = suite
    }
}
