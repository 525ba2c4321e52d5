/// What somebody wants to see.
package enum RevealKind: String, Sendable, CaseIterable {
    /// The text of a letter that is held or was reported.
    case letter
    /// The client address that it came from.
    case client
}

/// Why somebody wants to see something, or to change it, in their own words: one line of 10 to 500 code points.
package struct RevealReason: Hashable, Sendable, CustomStringConvertible {
    package enum Fault: Error, Equatable, Sendable {
        case tooShort
        case tooLong
    }

    package static let shortest = 10
    package static let longest = 500

    package let text: String

    /// As it was typed; lines become one.
    package init(typed: String) throws(Fault) {
        let line = String(String.UnicodeScalarView(typed.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
        let text: HeaderText
        do throws(TextFault) {
            text = try HeaderText(line, limit: Self.longest)
        } catch {
            guard case .tooLong = error else { throw .tooShort }
            throw .tooLong
        }
        guard text.text.unicodeScalars.count >= Self.shortest else { throw .tooShort }
        self.text = text.text
    }

    package var description: String { text }
}

/// What an operator allows: `POSTERN_REVEALS`, `POSTERN_REVEAL_TWO_PERSONS`.
package struct RevealRule: Equatable, Sendable {
    /// For one person on one UTC day.
    package let most: Int
    /// Whether a second person must confirm each of them.
    package let needsTwo: Bool

    /// More would be no limit, and the vault counts no further.
    package static let mostPossible = 9_999
    package static let standard = RevealRule(most: 30, needsTwo: false)
    /// How long one person's half waits for the other's.
    package static let halfLife = Duration.minutes(15)

    package init(most: Int, needsTwo: Bool) {
        (self.most, self.needsTwo) = (most, needsTwo)
    }
}

/// What one person may still see today, and what waits for a second person.
package struct RevealStanding: Equatable, Sendable {
    package let left, most: Int
    /// When there is room for `most` again.
    package let renewed: Timestamp
    package let needsTwo: Bool
    /// The halves that there are about one item.
    package let halves: [Half]

    package struct Half: Equatable, Sendable {
        package let kind: RevealKind
        package let by: StaffName
        package let reason: RevealReason
        package let until: Timestamp

        package init(kind: RevealKind, by: StaffName, reason: RevealReason, until: Timestamp) {
            self.kind = kind
            self.by = by
            self.reason = reason
            self.until = until
        }
    }

    package init(left: Int, most: Int, renewed: Timestamp, needsTwo: Bool, halves: [Half] = []) {
        self.left = left
        self.most = most
        self.renewed = renewed
        self.needsTwo = needsTwo
        self.halves = halves
    }
}

/// What somebody has to show, by how they sign in.
package enum RevealWay: Equatable, Sendable {
    /// A one-time code, or in its place a recovery code.
    case code
    /// - Parameter credential: which of the passkeys in somebody's device.
    case passkey(credential: [UInt8])
}

/// What shows that it is them, and that they are there.
package enum RevealProof: Equatable, Sendable, Unprintable {
    case code(String)
    case passkey(credential: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8])
}

/// Why nothing is shown.
package enum RevealRefusal: Equatable, Sendable {
    /// An auditor looks at what others did, and at no letter.
    case role
    /// How they sign in was reset, or their account is gone.
    case account
    /// Their link was made on a page, less than `ChangeRule.wait` ago.
    case tooNew(until: Timestamp)
    case capReached(until: Timestamp)
    /// The time is over for which the key of that day is kept.
    case keyGone
    /// It is not what was sealed under this name, or its key cannot be read.
    case notOpened
    /// The journal cannot be written.
    case unwritten
    case wrongProof
    /// A code that was right, and was used before.
    case usedBefore
    /// What was to be signed or confirmed is too old, was used, or is about something else.
    case overdue
    case limited(retryAfter: Duration)
}

/// The plain text of a letter, for those who look into abuse.
///
/// Without the visitor's address: nobody needs it to judge a letter, and a page that shows addresses would be the one place outside
/// the vault and the mail itself where one stands.
package struct RevealedLetter: Equatable, Sendable, Unprintable {
    /// Nil for what was written later in a conversation: its author's name is in the first letter.
    package let name: String?
    package let subject, about: String?
    package let text: String
    /// The text is that of an answer.
    package let isReply: Bool
    /// What its recipient says of it, who reported it.
    package let remark: String?

    package init(name: String?, subject: String?, about: String?, text: String, isReply: Bool, remark: String?) {
        self.name = name
        self.subject = subject
        self.about = about
        self.text = text
        self.isReply = isReply
        self.remark = remark
    }
}

package enum Revealed: Equatable, Sendable, Unprintable {
    case letter(RevealedLetter)
    case client(ClientAddress)
}
