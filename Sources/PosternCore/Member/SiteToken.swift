/// A site's credential for the API: an id, and a MAC over site, scope and id that only the vault can make. The operator's command prints
/// it once; the store keeps its digest.
package struct SiteToken: Hashable, Sendable, Unprintable {
    /// What its holder may do. The raw value is what the command takes and the store says.
    package enum Scope: String, Sendable, CaseIterable {
        /// Enrol, read, change and erase the site's recipients.
        case recipients
    }

    package static let codeLength = 16
    /// So that a scanner for secrets recognises one in a place where it does not belong.
    private static let head = "postern_"

    package let id: SiteTokenID
    /// Sixteen bytes.
    package let code: [UInt8]

    /// - Returns: nil unless the code has sixteen bytes.
    package init?(_ id: SiteTokenID, code: [UInt8]) {
        guard code.count == Self.codeLength else { return nil }
        (self.id, self.code) = (id, code)
    }

    /// `postern_` and 52 characters. Not `description`, which prints nothing.
    package var text: String { Self.head + id.description + (SiteTokenID(bytes: code)?.description ?? "") }

    /// Only as we write it.
    package init?(text: String) {
        guard text.utf8.count == Self.head.utf8.count + 52, text.hasPrefix(Self.head) else { return nil }
        let rest = text.dropFirst(Self.head.count)
        guard let id = SiteTokenID(String(rest.prefix(26))), let code = SiteTokenID(String(rest.dropFirst(26))) else {
            return nil
        }
        self.init(id, code: code.bytes)
    }
}
