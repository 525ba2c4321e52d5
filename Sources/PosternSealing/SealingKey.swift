internal import Crypto
private import FoundationEssentials
package import PosternCore

/// What a seal is for. Part of its associated data, so that a seal made for one purpose does not open for another.
package enum SealPurpose: UInt8, Sendable, CaseIterable {
    /// A recipient's address.
    case address = 1
    /// A visitor's letter.
    case letter = 2
    /// The client address of a submission.
    case evidence = 3
    /// A letter that a recipient reported. The vault seals it; the relay never does.
    case report = 4

    package var name: String {
        switch self {
        case .address: "address"
        case .letter: "letter"
        case .evidence: "evidence"
        case .report: "report"
        }
    }

    package init?(name: String) {
        guard let purpose = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = purpose
    }
}

/// The public half of a key: enough to seal, and no more.
package struct SealingKey: Hashable, Sendable {
    package let id: KeyID
    package let purpose: SealPurpose
    package let suite: Suite
    /// The day it serves; nil for address keys.
    package let epoch: Epoch?
    package let publicHalf: [UInt8]

    package init(purpose: SealPurpose, suite: Suite, epoch: Epoch?, publicHalf: [UInt8]) {
        (self.purpose, self.suite, self.epoch, self.publicHalf) = (purpose, suite, epoch, publicHalf)
        id = KeyID(of: publicHalf, purpose: purpose.name)
    }

    /// Begins an encapsulation to this key.
    /// - Throws: `SealFault.badKey` when the bytes are not a public key of the suite.
    internal func sender(info: [UInt8]) throws -> HPKE.Sender {
        do {
            switch suite {
            case .xWing:
                let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: publicHalf)
                return try HPKE.Sender(recipientKey: key, ciphersuite: suite.ciphersuite, info: Data(info))
            case .x25519:
                let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicHalf)
                return try HPKE.Sender(recipientKey: key, ciphersuite: suite.ciphersuite, info: Data(info))
            }
        } catch {
            throw SealFault.badKey
        }
    }
}
