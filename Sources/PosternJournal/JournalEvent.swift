package import PosternCore

/// What the journal says was done. A closed set: each case has its name in `JournalEntry.Fields`, and what else an entry says of it.
package enum JournalEvent: Hashable, Sendable {
    /// The first entry. Names the last checkpoint of the journal that was here before, if any.
    case began(after: String?)
    /// A vault started, of this version of the program.
    case started(version: String)
    /// An hour has passed, whether or not anything happened: so silence shows, and so does a journal that was cut short.
    /// - Parameter uncounted: what the relay asked for since the last hour that has no entry of its own, because there was too much of
    ///   its kind.
    case hour(uncounted: Int)
    case keysMade([String])
    case keysDestroyed([String])
    /// The keys that last were saved in a folder.
    case keysExported([String])
    /// Saved keys were put back, and the memory that was saved with them.
    case keysImported(added: Int, hasMemory: Bool)
    /// An operator said that the clock is right.
    case clockTrusted
    /// An operator gave a site its name or its origins.
    case siteAuthorised(SiteID)
    /// An operator vouched for an address (`--confirmed`): nobody asked there.
    case recipientAuthorised(SiteID)
    case recipientErased(SiteID)
    /// An operator asked which addresses and letters are those of one person.
    case addressSought
    /// What an earlier version of the program had stored was taken over.
    case adopted(sites: Int, recipients: Int)
    case tokenMade(SiteID, SiteTokenID)
    case tokenRevoked(SiteTokenID)
    /// A letter was sealed for those who look at reports.
    case reportSealed(SiteID)
    /// What the client of a submission is called on later days was said.
    case clientFollowed(SiteID, LetterID)
    /// By what the sender of a letter can be blocked was said.
    case senderNamed(SiteID, LetterID)
    /// From now on letters like those that it names are held or refused; its number is the relay's.
    case blockAdded(Int64)
    case blockRemoved(Int64)
    /// An operator made a link by which a member of staff chooses how to sign in. What they chose before counts no more.
    case staffLink(StaffRole)
    case staffEnrolled(StaffRole, StaffMeans)
    case staffSignedIn(StaffMeans)
    /// What they signed in with counts no more.
    case staffLockedOut
    /// Several letters as one, by a member of staff.
    case decided(StaffDecisionID, ReviewAct, count: Int)
    case decisionUndone(StaffDecisionID)
    /// Everything of a wave that had not gone out was dropped, or goes out.
    case waveDecided(LetterID, WaveStep)
    /// A member of staff wanted to see something. Each of these has several entries, which follow each other.
    case reveal(RevealStep, RevealEntry)
    /// An administrator changed something with a second factor. Each of these has several entries, which follow each other.
    case change(ChangeStep, ChangeEntry)
    /// Written by a later version of the program.
    case other(String)
}

/// What somebody signs in with.
package enum StaffMeans: String, Hashable, Sendable, CaseIterable {
    case passkey
    /// And a one-time code.
    case password
    /// And a password: the one-time codes were lost.
    case recoveryCode = "recovery-code"

    package var words: String {
        switch self {
        case .passkey: "a passkey"
        case .password: "a password and a code"
        case .recoveryCode: "a password and a recovery code"
        }
    }
}

package enum WaveStep: String, Hashable, Sendable, CaseIterable {
    case released, withdrawn, undone
}

/// What an entry says of a reveal.
package enum RevealStep: String, Hashable, Sendable, CaseIterable {
    /// It was shown to whom the entry is about.
    case shown = "revealed"
    /// Somebody asks for it, whom the entry is about, and a second person must confirm it.
    case asked = "reveal-asked"
    /// Whom the entry is about is the other one of the two.
    case confirmed = "reveal-confirmed"
    /// The entry is about the reason that was given.
    case because = "reveal-reason"
}

/// What was to be seen.
package struct RevealEntry: Hashable, Sendable {
    package enum What: String, Hashable, Sendable, CaseIterable {
        /// Held, as the relay says.
        case heldLetter = "held-letter"
        case reportedLetter = "reported-letter"
        case clientAddress = "client-address"
    }

    package let site: SiteID
    package let what: What
    /// Of a reported letter, that which began its conversation.
    package let letter: LetterID
    package let report: ReportID?

    package init(site: SiteID, what: What, letter: LetterID, report: ReportID? = nil) {
        self.site = site
        self.what = what
        self.letter = letter
        self.report = report
    }

    /// For a person who reads the journal.
    fileprivate var words: String {
        switch what {
        case .heldLetter: "the held letter \(letter) of \(site)"
        case .reportedLetter: "the letter \(letter) of \(site), reported" + (report.map { " as \($0)" } ?? "")
        case .clientAddress: "the client address of \(letter) of \(site)"
        }
    }
}

/// What an entry says of an administrator's change.
package enum ChangeStep: String, Hashable, Sendable, CaseIterable {
    /// The entry is about the administrator.
    case made = "changed"
    /// The entry is about whose account it is.
    case concerns = "change-of"
    /// The entry is about the reason that was given.
    case because = "change-reason"
}

/// What an administrator changed.
package enum ChangeEntry: Hashable, Sendable {
    case account(AccountChange)
    case site(SiteID)

    fileprivate var words: String {
        switch self {
        case .account(.add(let role)): "the new account of somebody who is \(role.rawValue), with a link"
        case .account(.reset(let role)): "a new link for somebody who is \(role.rawValue)"
        case .account(.move(let role)): "the role of somebody who is \(role.rawValue) from now on, with a new link"
        case .account(.remove): "the removal of somebody’s account"
        case .site(let site): "the name or the origins of site \(site)"
        }
    }
}

/// Who did it.
package enum JournalActor: String, Codable, Hashable, Sendable, CaseIterable {
    case `operator`, member, site, staff
    /// The vault, by itself.
    case vault
    /// The relay, which says that a recipient or an operator wants it.
    case relay
}

extension JournalEvent {
    /// For a person who reads the journal.
    package var words: String {
        switch self {
        case .began(let former): former.map { "the journal begins, after the one that ended with \($0)" } ?? "the journal begins"
        case .started(let version): "the vault started (\(version))"
        case .hour(let uncounted):
            uncounted == 0 ? "an hour passed" : "an hour passed, with \(uncounted) more that have no entries of their own"
        case .keysMade(let keys): "made \(keys.joined(separator: ", "))"
        case .keysDestroyed(let keys): "destroyed \(keys.joined(separator: ", "))"
        case .keysExported(let keys): "saved \(keys.joined(separator: ", ")) elsewhere"
        case .keysImported(let added, let hasMemory):
            "put \(added) saved \(added == 1 ? "key" : "keys") back" + (hasMemory ? ", and the memory saved with them" : "")
        case .clockTrusted: "said that the clock is right"
        case .siteAuthorised(let site): "gave site \(site) its name or its origins"
        case .recipientAuthorised(let site): "vouched for the address of a recipient of \(site)"
        case .recipientErased(let site): "erased a recipient of \(site)"
        case .addressSought: "looked for what is kept of one address"
        case .adopted(let sites, let recipients):
            "took over what an earlier version stored: \(sites) sites, \(recipients) recipients"
        case .tokenMade(let site, let id): "made token \(id) of \(site)"
        case .tokenRevoked(let id): "revoked token \(id)"
        case .reportSealed(let site): "sealed a reported letter of \(site)"
        case .clientFollowed(let site, let id): "followed the client of \(id) of \(site) to later days"
        case .senderNamed(let site, let id): "named the sender of \(id) of \(site) for a block, without the address"
        case .blockAdded(let id): "added block \(id)"
        case .blockRemoved(let id): "removed block \(id)"
        case .staffLink(let role): "made a link by which somebody chooses how to sign in as \(role.rawValue)"
        case .staffEnrolled(let role, let means): "chose \(means.words) to sign in with as \(role.rawValue)"
        case .staffSignedIn(let means): "signed in with \(means.words)"
        case .staffLockedOut: "locked somebody out, who needs a new link to sign in"
        case .decided(let id, let act, let count): "decided about \(count) letters as one: \(act.rawValue) (\(id))"
        case .decisionUndone(let id): "undid decision \(id)"
        case .waveDecided(let id, .undone): "undid what was decided about wave \(id)"
        case .waveDecided(let id, let step): "decided about wave \(id): \(step.rawValue)"
        case .reveal(.shown, let entry): "was shown \(entry.words)"
        case .reveal(.asked, let entry): "asked to be shown \(entry.words)"
        case .reveal(.confirmed, let entry): "confirmed that somebody is shown \(entry.words)"
        case .reveal(.because, let entry): "gave the reason to be shown \(entry.words)"
        case .change(.made, let entry): "confirmed, as an administrator, \(entry.words)"
        case .change(.concerns, let entry): "is whom this is about: \(entry.words)"
        case .change(.because, let entry): "gave the reason for \(entry.words)"
        case .other(let name): "\(name) (this version of the program does not know what it means)"
        }
    }
}
