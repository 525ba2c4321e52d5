/// The requests that one socket takes. Each socket has its own closed set, and a verb of one cannot be sent to another, because
/// client, server and frame are generic over the set.
package protocol LinkVerb: RawRepresentable<UInt8>, CaseIterable, Hashable, Sendable {
    /// How long an answer may take, unless the caller sets another deadline.
    var deadline: Duration { get }
}

/// The requests of the relay to the vault. None of them opens a seal for the relay alone: a reveal takes a person's second
/// factor, and so does what an administrator changes.
package enum VaultVerb: UInt8, LinkVerb, CustomStringConvertible {
    /// Public keys, the tag keys of today and tomorrow, the number of lanes. No payload; answered with an `Announcement`.
    case announce = 1
    /// Send a letter. A `DeliveryJob`; answered with its `Outcome`.
    case deliver = 2
    /// Check a confirmation token. A `ConfirmationRequest`; answered with the authorised `SealedRecord`.
    case authorise = 3
    /// Take over what an earlier version of the program authorised. An `AdoptionRequest`; answered with `Adoption`.
    case adopt = 4
    /// Name the visitor who wrote a letter, for the recipient who mutes them. A `MuteRequest`; answered with a `MuteName`.
    case nameVisitor = 5
    /// Check whether a text contains the recipient's own address, in any spelling. A `MentionRequest`; answered with a `Mention`.
    /// Limited for each recipient.
    case mention = 6
    /// Seal the address of a new recipient, who is then asked by mail to confirm it. A `MemberRequest`; answered with a
    /// `MemberAnswer`.
    case enrol = 7
    /// Check the link to a recipient's own page. A `SignInRequest`; answered with a `SignIn`.
    case signIn = 8
    /// Change a recipient's record, with proof that the recipient or their site wants it. A `MemberChange`; answered with a
    /// `MemberAnswer`.
    case change = 9
    /// Seal a reported letter again, for reviewers. A `ResealRequest`; answered with a `ReportSeal`.
    case reseal = 10
    /// Check the code by which a visitor proves their address. A `ProofRequest`; answered with a `CodeAnswer`. Wrong codes are
    /// limited.
    case prove = 11
    /// Give the tags of a client on each day whose keys still exist. A `RelateRequest`; answered with `RelatedTags`.
    case relate = 12
    /// Note that a record which this vault confirmed is in the store: no older one counts any more. A `RecordInUse`; answered with
    /// nothing.
    case inUse = 13
    /// Give the digests by which the sender of a letter can be blocked. A `SenderRequest`; answered with `SenderNames`. Limited for each
    /// day, and entered in the journal.
    case nameSender = 14
    /// Make a challenge for a passkey to sign. No payload; answered with its bytes.
    case staffChallenge = 40
    /// Check a link by which a member of staff chooses how to sign in. A `StaffLink`; answered with a `StaffOffer`.
    case staffBegin = 41
    /// Seal the credential that a member of staff has chosen. A `StaffEnrolment`; answered with `StaffEnrolled`.
    case staffEnrol = 42
    /// Check the credential of somebody who signs in as a member of staff. A `StaffAttempt`; answered with a `StaffAnswer`.
    case staffCheck = 43
    /// Tell how many reveals a member of staff has left today. A `RevealInquiry`; answered with a `RevealStanding`.
    case revealStanding = 46
    /// Make a challenge that is bound to one item and the reason for seeing it. A `RevealRequest`; answered with a
    /// `RevealBeginning`.
    case beginReveal = 47
    /// Reveal the item to a person who passes the second factor. A `RevealAttempt`; answered with a `RevealAnswer`. Limited for
    /// each person, and entered in the journal first.
    case reveal = 48
    /// Give one page of the journal. A `JournalExcerptRequest`; answered with a `JournalExcerpt`.
    case journal = 49
    /// Enter an operation of the relay in the journal. A `RelayDeed`; answered with nothing. Limited for each hour.
    case record = 50
    /// Seal addresses again, to the newest address key. `RecordsToReseal`; answered with `ResealedRecords`.
    case resealRecords = 51
    /// Make a challenge that is bound to one change and the reason for it. A `ChangeRequest`; answered with a `ChangeBeginning`.
    case beginStaffChange = 52
    /// Change an account of staff or a site for an administrator who passes the second factor. A `ChangeAttempt`; answered with a
    /// `ChangeAnswer`. Limited for each person, and entered in the journal first.
    case staffChange = 53

    package var deadline: Duration {
        switch self {
        // Readiness depends on this one, and a silent vault must be noticed within five seconds.
        case .announce: .seconds(3)
        // Longer than any attempt lasts, and than the lease it is made under: a letter that is still being sent must not be
        // given up.
        case .deliver: .seconds(3_600)
        // Somebody waits for a page.
        case .authorise, .nameVisitor, .mention, .enrol, .signIn, .change, .reseal, .prove, .relate, .inUse, .nameSender:
            .seconds(10)
        case .adopt, .resealRecords: .seconds(30)
        case .staffChallenge, .staffBegin, .revealStanding, .beginReveal, .record, .beginStaffChange: .seconds(10)
        // The journal entry and the used code are on disk before the answer.
        case .reveal, .staffChange: .seconds(30)
        // Once a minute the whole journal is read and verified.
        case .journal: .seconds(30)
        // Checking a password takes half a second and 128 MiB, and other checks may be queued before it.
        case .staffEnrol, .staffCheck: .seconds(60)
        }
    }

    // Written out, since the name that Swift derives takes reflection: a microsecond for each letter.
    package var description: String {
        switch self {
        case .announce: "announce"
        case .deliver: "deliver"
        case .authorise: "authorise"
        case .adopt: "adopt"
        case .nameVisitor: "nameVisitor"
        case .mention: "mention"
        case .enrol: "enrol"
        case .signIn: "signIn"
        case .change: "change"
        case .reseal: "reseal"
        case .prove: "prove"
        case .relate: "relate"
        case .inUse: "inUse"
        case .nameSender: "nameSender"
        case .resealRecords: "resealRecords"
        case .staffChallenge: "staffChallenge"
        case .staffBegin: "staffBegin"
        case .staffEnrol: "staffEnrol"
        case .staffCheck: "staffCheck"
        case .revealStanding: "revealStanding"
        case .beginReveal: "beginReveal"
        case .reveal: "reveal"
        case .journal: "journal"
        case .record: "record"
        case .beginStaffChange: "beginStaffChange"
        case .staffChange: "staffChange"
        }
    }
}

/// The requests of the operator's commands to the vault.
package enum OperatorVerb: UInt8, LinkVerb {
    /// Seal addresses. An `EnrolRequest`; answered with `Enrolled`.
    case enrol = 16
    /// Authorise a site's name and origins. A `SiteRequest`; answered with the `Site`.
    case authoriseSite = 19
    /// Remember which records are in use now, and who was erased. `RecordNotes`; answered with nothing.
    case note = 20
    /// List the keys. No payload; answered with a `KeyReport`.
    case keys = 17
    /// List the keys, and test whether the halves of each pair match. No payload; answered with a `KeyReport`.
    case examine = 18
    /// Make the address key that everything is sealed to from now on. No payload; answered with a `KeyReport`. Entered in the journal.
    case rotateAddressKey = 21
    /// Destroy address keys that nothing is sealed to any more. A `KeyRetirement`; answered with a `KeyReport`. Entered in the journal.
    case retireKeys = 22
    /// Tell the state of the vault. No payload; answered with a `VaultCondition`.
    case condition = 24
    /// Trust the clock: expired keys may be destroyed. No payload; answered with a `VaultCondition`.
    case trustClock = 25
    /// Make a site's API credential. A `SiteTokenRequest`; answered with the `SiteToken`.
    case siteToken = 26
    /// Enter in the journal what a command has done without the vault. An `OperatorDeed`; answered with nothing.
    case record = 27
    /// Find recipients and letters that were sealed for an address. An `AddressSearch`; answered with `AddressMatches`.
    case search = 28
    /// Give the digests by which the sender with an address can be blocked. An `AddressRequest`; answered with `SenderNames`.
    case nameSender = 29

    /// Make a link by which a member of staff chooses how to sign in; their former credential is no longer valid. A
    /// `StaffLinkRequest`; answered with a `StaffLink`.
    case staffLink = 44
    /// Invalidate the credential of a member of staff. A `StaffLinkRequest`; answered with nothing.
    case staffEnd = 45

    package var deadline: Duration {
        switch self {
        case .keys, .condition, .trustClock, .siteToken, .record, .staffLink, .staffEnd, .nameSender: .seconds(10)
        // Hundreds of seals, on a busy machine.
        case .enrol, .examine, .authoriseSite, .note, .search, .rotateAddressKey, .retireKeys: .seconds(30)
        }
    }
}

/// The requests of the operator's commands to the relay.
package enum ControlVerb: UInt8, LinkVerb {
    /// One request of a command and its answer, both as JSON.
    case control = 32

    /// Enough to move every letter of a long queue on a slow disk.
    package var deadline: Duration { .seconds(120) }
}
