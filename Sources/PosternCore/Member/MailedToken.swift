/// What only the vault can have written into a mail to a recipient: the id of what it was mailed for, and a MAC. So it shows that its
/// holder read that mail. Written as 52 characters of Crockford's base 32 in lower case.
package struct MailedToken: Hashable, Sendable, Unprintable {
    package enum Purpose: String, Sendable, CaseIterable {
        /// The link of a `manage` mail. Its id is the mail's delivery.
        case manage
        /// The link of an `address-notice`. Its id is the change of address.
        case undo
        /// The link of a mail with a code, to the page where the code is typed. Its id is the mail's delivery. It confirms nothing: who has
        /// it has tries of their own.
        case code
    }

    package enum IDKind {}

    package static let codeLength = 16
    private static let textLength = 52

    package let id: Identifier<IDKind>
    /// Sixteen bytes.
    package let code: [UInt8]

    /// - Returns: nil unless the code has sixteen bytes.
    package init?<Kind>(_ id: Identifier<Kind>, code: [UInt8]) {
        guard code.count == Self.codeLength else { return nil }
        self.id = Identifier(high: id.high, low: id.low)
        self.code = code
    }

    /// Of a manage link: the mail that it stood in.
    package var delivery: LetterID { LetterID(high: id.high, low: id.low) }
    /// Of an undo link: the change that it undoes.
    package var change: AddressChangeID { AddressChangeID(high: id.high, low: id.low) }

    /// For a link's path. Not `description`, which prints nothing.
    package var text: String { id.description + (Identifier<IDKind>(bytes: code)?.description ?? "") }

    /// Reads what a person or a mail program made of a link's path: in capitals, or with the full stop or bracket that followed it.
    package init?(text: String) {
        let kept = text.utf8.prefix(Self.textLength + 8).reversed().drop { !$0.isASCIILetterOrDigit }.reversed()
        guard kept.count == Self.textLength else { return nil }
        let lowered = String(decoding: Array(kept), as: UTF8.self).lowercased()
        guard let id = Identifier<IDKind>(String(lowered.prefix(26))),
            let code = Identifier<IDKind>(String(lowered.dropFirst(26)))
        else { return nil }
        self.init(id, code: code.bytes)
    }
}

extension MailedToken {
    /// How long a manage link signs in, from when it was asked for.
    package static let signInLifetime = Duration.minutes(60)
    /// For how much longer it shows that its holder wants a change: as long as a session that began with its last minute, and more.
    package static let proofLifetime = signInLifetime + .minutes(90)
    /// How long a change of address can be undone.
    package static let undoLifetime = Duration.hours(72)
}
