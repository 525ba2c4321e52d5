package import PosternSealing

/// The keys that the vault holds, by purpose.
package enum KeyKind: Hashable, Sendable {
    /// Opens what was sealed for this purpose.
    case opening(SealPurpose)
    /// HMAC key of the tags of one epoch.
    case tag
    /// HMAC key of the vault's authorisations of records.
    case authorisation
    /// Ed25519 key of the signed checkpoints of the audit journal.
    case journal

    /// As in file names and in `keys status`.
    package var name: String {
        switch self {
        case .opening(let purpose): purpose.name
        case .tag: "tag"
        case .authorisation: "authorisation"
        case .journal: "journal"
        }
    }

    package init?(name: String) {
        switch name {
        case "tag": self = .tag
        case "authorisation": self = .authorisation
        case "journal": self = .journal
        default:
            guard let purpose = SealPurpose(name: name) else { return nil }
            self = .opening(purpose)
        }
    }

    /// Whether each epoch has one of its own.
    package var isPerEpoch: Bool {
        switch self {
        case .opening(.letter), .opening(.evidence), .opening(.report), .tag: true
        case .opening(.address), .authorisation, .journal: false
        }
    }
}
