/// Who may write to a recipient.
package enum Writers: String, Sendable, CaseIterable {
    case anyone
    /// Only visitors who have proved that the address is theirs. Others are asked to, and their letters wait for it.
    case proven
}

/// How people become members of a site by themselves.
package enum Joining: String, Sendable, CaseIterable {
    case off
    case open
    /// With a link that the operator or the site has given to one person.
    case invitation
}

/// What a member has decided about letters to them.
package struct MemberSettings: Hashable, Sendable {
    /// Nil: as the site has it.
    package var writers: Writers?
    /// How many letters go out to them within a day (UTC); those above it wait. Nil for all.
    package var dailyLetters: Int?
    /// Mails without an HTML part.
    package var isTextOnly: Bool
    /// When letters come again by themselves; nil while they are not paused, or until the member says so.
    package var pausedUntil: Timestamp?

    package init(writers: Writers? = nil, dailyLetters: Int? = nil, isTextOnly: Bool = false, pausedUntil: Timestamp? = nil) {
        self.writers = writers
        self.dailyLetters = dailyLetters
        self.isTextOnly = isTextOnly
        self.pausedUntil = pausedUntil
    }

    /// What everybody has who has decided nothing.
    package static let standard = MemberSettings()
    /// What `dailyLetters` may be.
    package static let dailyRange = 1...1_000
}
