/// What can be asked on one socket. A closed set for each socket: a verb of one cannot be asked on another, because the types of
/// client, server and frame carry the set.
package protocol LinkVerb: RawRepresentable<UInt8>, CaseIterable, Hashable, Sendable {
    /// How long an answer may take, unless the caller says otherwise.
    var deadline: Duration { get }
}

/// What the relay asks the vault. None of these means "open this": a reveal takes a person's second factor.
package enum VaultVerb: UInt8, LinkVerb, CustomStringConvertible {
    /// Public keys, the tag keys of today and tomorrow, the number of lanes. No payload; answered with an `Announcement`.
    case announce = 1
    /// Send this letter. A `DeliveryJob`; answered with its `Outcome`.
    case deliver = 2
    /// Check a confirmation token. A `ConfirmationRequest`; answered with the authorised `SealedRecord`.
    case authorise = 3
    /// Take over what an earlier version of the program authorised. An `AdoptionRequest`; answered with `Adoption`.
    case adopt = 4
    /// Name the visitor who wrote this letter, for the recipient who mutes them. A `MuteRequest`; answered with a `MuteName`.
    case nameVisitor = 5
    /// Whether a text has the recipient's own address in it, in any spelling. A `MentionRequest`; answered with a `Mention`. Counted.
    case mention = 6
    /// Seal the address of somebody who wants to receive letters, and ask by mail whether it is theirs. A `MemberRequest`; answered
    /// with a `MemberAnswer`.
    case enrol = 7
    /// Check the link to a recipient's own page. A `SignInRequest`; answered with a `SignIn`.
    case signIn = 8
    /// Change a recipient's record, with what shows that they or their site want it. A `MemberChange`; answered with a `MemberAnswer`.
    case change = 9
    /// Seal a letter once more, for those who look at reports. A `ResealRequest`; answered with a `ReportSeal`.
    case reseal = 10
    /// Check the code with which a visitor proves the address. A `ProofRequest`; answered with a `CodeAnswer`. Counted.
    case prove = 11
    /// What a client is called on each day whose keys are kept. A `RelateRequest`; answered with `RelatedTags`.
    case relate = 12
    /// A record that this vault confirmed is in the store: no older one counts any more. A `RecordInUse`; answered with nothing.
    case inUse = 13
    /// Something new for a passkey to sign. No payload; answered with its bytes.
    case staffChallenge = 40
    /// What the page of a member of staff's link shows. A `StaffLink`; answered with a `StaffOffer`.
    case staffBegin = 41
    /// Keep how a member of staff signs in. A `StaffEnrolment`; answered with `StaffEnrolled`.
    case staffEnrol = 42
    /// Whether somebody is the member of staff they say they are. A `StaffAttempt`; answered with a `StaffAnswer`.
    case staffCheck = 43
    /// What a member of staff may still see today. A `RevealInquiry`; answered with a `RevealStanding`.
    case revealStanding = 46
    /// Something to sign or confirm, made from what somebody wants to see and why. A `RevealRequest`; answered with a
    /// `RevealBeginning`.
    case beginReveal = 47
    /// Show it to who proves to be there. A `RevealAttempt`; answered with a `RevealAnswer`. Counted, and in the journal first.
    case reveal = 48
    /// A page of the journal. A `JournalExcerptRequest`; answered with a `JournalExcerpt`.
    case journal = 49
    /// Write into the journal what somebody has done in the relay. A `RelayDeed`; answered with nothing. Counted.
    case record = 50

    package var deadline: Duration {
        switch self {
        // Readiness is judged by this one, and a silent vault must be noticed within five seconds.
        case .announce: .seconds(3)
        // Longer than any attempt lasts, and than the lease it is made under: a letter that is still being sent must not be
        // given up.
        case .deliver: .seconds(3_600)
        // A person waits for the page.
        case .authorise, .nameVisitor, .mention, .enrol, .signIn, .change, .reseal, .prove, .relate, .inUse: .seconds(10)
        case .adopt: .seconds(30)
        case .staffChallenge, .staffBegin, .revealStanding, .beginReveal, .record: .seconds(10)
        // The journal and the memory of codes are on disk before it answers.
        case .reveal: .seconds(30)
        // All of it is read and verified once a minute.
        case .journal: .seconds(30)
        // A password takes half a second and 128 MiB to look at, and others may be before it.
        case .staffEnrol, .staffCheck: .seconds(60)
        }
    }

    // Written out: the name Swift derives by itself costs reflection, a microsecond for each letter.
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
        case .staffChallenge: "staffChallenge"
        case .staffBegin: "staffBegin"
        case .staffEnrol: "staffEnrol"
        case .staffCheck: "staffCheck"
        case .revealStanding: "revealStanding"
        case .beginReveal: "beginReveal"
        case .reveal: "reveal"
        case .journal: "journal"
        case .record: "record"
        }
    }
}

/// What the operator's commands ask the vault.
package enum OperatorVerb: UInt8, LinkVerb {
    /// Seal these addresses. An `EnrolRequest`; answered with `Enrolled`.
    case enrol = 16
    /// Authorise a site's name and origins. A `SiteRequest`; answered with the `Site`.
    case authoriseSite = 19
    /// Remember what is in use now, or erased. `RecordNotes`; answered with nothing.
    case note = 20
    /// Which keys there are. No payload; answered with a `KeyReport`.
    case keys = 17
    /// Which keys there are, and whether each pair fits. No payload; answered with a `KeyReport`.
    case examine = 18
    /// What the vault lets out and whether it believes the clock. No payload; answered with a `VaultCondition`.
    case condition = 24
    /// The clock is right: keys may be destroyed by it. No payload; answered with a `VaultCondition`.
    case trustClock = 25
    /// Make a site's credential for the API. A `SiteTokenRequest`; answered with the `SiteToken`.
    case siteToken = 26
    /// Write into the journal what a command has done without the vault. An `OperatorDeed`; answered with nothing.
    case record = 27
    /// Which of these were sealed for an address. An `AddressSearch`; answered with `AddressMatches`.
    case search = 28

    /// Make a link with which a member of staff chooses how to sign in; what they chose before counts no more. A `StaffLinkRequest`;
    /// answered with a `StaffLink`.
    case staffLink = 44
    /// What a member of staff signed in with counts no more. A `StaffLinkRequest`; answered with nothing.
    case staffEnd = 45

    package var deadline: Duration {
        switch self {
        case .keys, .condition, .trustClock, .siteToken, .record, .staffLink, .staffEnd: .seconds(10)
        // Hundreds of seals on a busy machine.
        case .enrol, .examine, .authoriseSite, .note, .search: .seconds(30)
        }
    }
}

/// What the operator's commands ask the relay.
package enum ControlVerb: UInt8, LinkVerb {
    /// One request of a command, and its answer, as JSON.
    case control = 32

    /// A move of every letter in a long queue, on a slow disk.
    package var deadline: Duration { .seconds(120) }
}
