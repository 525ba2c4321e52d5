private import Foundation
package import PosternCore
internal import PosternStore

/// The relay's answer to a command.
package enum ControlAnswer<Value: Codable & Sendable>: Codable, Sendable {
    case value(Value)
    /// Nothing was done: why not, and what to do.
    case refused(String)
}

// What `--json` prints, and what goes over the control socket: one form for each thing.

package struct SiteView: Codable, Sendable {
    package let id: String
    package let name: String
    package let origins: [String]
    package let accent: String?
    package let logo: String?
    package let introductions: [String: String]
    package let languages: [String]
    /// Nil from a relay of an earlier version.
    package let join, writers: String?

    init(_ site: Site) {
        id = site.id.text
        name = site.name.text
        origins = site.origins.map(\.description)
        accent = site.look.accent?.description
        logo = site.look.logo?.kind.rawValue
        introductions = Dictionary(uniqueKeysWithValues: site.look.introductions.map { ($0.key.description, $0.value.text) })
        languages = site.look.languages.map(\.description)
        join = site.joining.rawValue
        writers = site.writers.rawValue
    }
}

/// Without the address, which is sealed: the relay could not print it.
package struct RecipientView: Codable, Sendable {
    package let site: String
    package let handle: String
    package let name: String
    package let language: String
    package let state: String
    package let addressVersion: Int32?
    package let page: String?

    init(_ recipient: Recipient, below publicURL: WebOrigin) {
        site = recipient.site.text
        handle = recipient.handle.text
        name = recipient.name.text
        language = recipient.language.description
        state = recipient.state.rawValue
        addressVersion = recipient.record?.version
        page = recipient.state == .erased ? nil : "\(publicURL)/c/\(recipient.site)/\(recipient.handle)"
    }
}

/// A link with which one person may join. It is shown once.
package struct InvitationView: Codable, Sendable {
    package let link: String
    package let expires: Timestamp

    init(_ invitation: InvitationLink, below publicURL: WebOrigin) {
        link = "\(publicURL)\(invitation.path)"
        expires = invitation.endsAt
    }
}

/// A site's credential, without what is secret.
package struct TokenView: Codable, Sendable {
    package let id, site, scope: String
    package let made: Timestamp
    /// To the hour.
    package let used: Timestamp?
    package let revoked: Timestamp?

    init(_ line: SiteTokenLine) {
        (id, site, scope) = ("\(line.id)", line.site.text, line.scope.rawValue)
        (made, used, revoked) = (line.made, line.used, line.revoked)
    }
}

/// A member of staff, without what is secret.
package struct StaffView: Codable, Sendable {
    package let name, role: String
    package let made: Timestamp
    /// When they chose how to sign in; nil while their link waits.
    package let enrolled: Timestamp?

    init(_ account: StaffAccount) {
        (name, role) = (account.name.text, account.role.rawValue)
        (made, enrolled) = (account.made, account.enrolled)
    }
}

/// Another name of a recipient.
package struct AliasView: Codable, Sendable {
    package let alias: String
    package let handle: String
    /// What links are compared with; the list is in its order.
    package let key: String

    init(_ line: Aliases.Line) {
        alias = line.alias
        handle = line.handle.text
        key = line.key
    }
}

/// Whose handle it is, as the store has it: what the vault checks before it seals another address for them.
package struct FoundRecipient: Codable, Sendable {
    package let handle: String
    package let id: RecipientID
    package let name: String
    package let language: String
    package let state: String
    /// Nil for an erased recipient, who gets no new address. Seal and authorisation are in base64.
    package let version: Int32?
    package let seal: String?
    package let authorisation: String?

    init(_ recipient: Recipient) {
        handle = recipient.handle.text
        id = recipient.id
        name = recipient.name.text
        language = recipient.language.description
        state = recipient.state.rawValue
        version = recipient.record?.version
        seal = (recipient.record?.seal).map { Data($0).base64EncodedString() }
        authorisation = (recipient.record?.authorisation).map { Data($0).base64EncodedString() }
    }

    /// Nil when it is not what a store of this version holds.
    package func recipient(at site: SiteID) -> Recipient? {
        guard let handle = try? Handle(handle), let name = HeaderText(stored: name, limit: Letter.Limit.name),
            let language = Language(language), let state = Recipient.State(rawValue: state)
        else { return nil }
        var record: SealedRecord?
        if let version, let seal = seal.flatMap({ Data(base64Encoded: $0) }),
            let authorisation = authorisation.flatMap({ Data(base64Encoded: $0) })
        {
            record = SealedRecord(version: version, seal: Array(seal), authorisation: Array(authorisation))
        }
        return Recipient(id: id, site: site, handle: handle, name: name, language: language, state: state, record: record)
    }
}

/// A letter with its seal in base64.
package struct SealedLetterView: Codable, Sendable {
    package let id: LetterID
    package let site: String
    package let recipient: RecipientID
    package let handle: String
    package let state: String
    package let seal: String

    init(_ row: SealedLetterRow) {
        (id, site, recipient) = (row.id, row.site.text, row.recipient)
        (handle, state, seal) = (row.handle.text, row.state.rawValue, Data(row.seal).base64EncodedString())
    }
}

/// A site's name and origins with their authorisation.
package struct FoundSite: Codable, Sendable {
    package let name: String
    package let origins: [String]
    package let authorisation: ControlRequest.NewSiteAuthorisation?

    init(_ site: Site) {
        name = site.name.text
        origins = site.origins.map(\.description)
        authorisation = site.newAuthorisation
    }

    /// Nil when it is not what a store of this version holds.
    package func site(_ id: SiteID) -> Site? {
        try? RequestText.site(id.text, name: name, origins: origins, authorisation)
    }
}

extension Site {
    /// Its authorisation, as a request holds it.
    package var newAuthorisation: ControlRequest.NewSiteAuthorisation? {
        authorisation.map {
            ControlRequest.NewSiteAuthorisation(version: $0.version, code: Data($0.code).base64EncodedString())
        }
    }
}

package struct QueueCountsView: Codable, Sendable {
    package let states: [String: Int]
    /// Letters ever accepted and not yet past their retention. It is the sum of all states, or something is very wrong.
    package let accepted: Int

    init(_ counts: QueueCounts) {
        states = Dictionary(uniqueKeysWithValues: counts.states.map { ($0.key.rawValue, $0.value) })
        accepted = counts.accepted
    }
}

package struct DeliveryView: Codable, Sendable {
    package let id: LetterID
    package let site: String
    package let handle: String
    package let kind: String
    package let state: String
    package let attempts: Int
    package let accepted: Timestamp
    package let due: Timestamp?
    package let uncertain: Int
    package let reason: String?
    package let stage: String?
    package let code: Int?
    package let text: String?

    init(_ line: DeliveryLine) {
        id = line.id
        site = line.site.text
        handle = line.handle.text
        kind = line.kind.rawValue
        state = line.state.rawValue
        attempts = line.attempts
        accepted = line.accepted
        due = line.state == .ready ? line.due : nil
        uncertain = line.uncertain
        reason = line.reason
        stage = line.last?.stage?.rawValue
        code = line.last?.code
        text = line.last?.text
    }

    /// Whether it may go to either side of a conversation: the recipient is the conversation's.
    package var isOfBoth: Bool { kind == DeliveryKind.reply.rawValue || kind == DeliveryKind.copy.rawValue }
}

package struct AttemptView: Codable, Sendable {
    package let number: Int
    package let began: Timestamp
    package let ended: Timestamp?
    package let outcome: String?
    package let stage: String?
    package let code: Int?
    package let enhanced: String?
    package let text: String?

    init(_ line: AttemptLine) {
        number = line.number
        began = line.began
        ended = line.ended
        outcome =
            switch line.end {
            case .settled(let kind): kind.rawValue
            case .interrupted: "interrupted"
            case nil: nil
            }
        stage = line.stage?.rawValue
        code = line.code
        enhanced = line.enhanced
        text = line.text
    }
}

/// A delivery with all its attempts.
package struct DeliveryHistory: Codable, Sendable {
    package let delivery: DeliveryView
    package let attempts: [AttemptView]
}

package struct BlockView: Codable, Sendable {
    package let id: Int64
    package let kind: String
    package let mark: String
    package let effect: String
    package let reason: String
    package let added: Timestamp
    package let expires: Timestamp?
    package let active: Bool
    /// By a tag of an earlier day: it matches nobody until the vault says what the client is called today.
    package let outdated: Bool
    /// Of one that was just added.
    package let weight: Weight?

    /// What it would have met in the last week.
    package struct Weight: Codable, Sendable {
        /// Accepted letters; nil where nobody can count them.
        package let met: Int?
        package let accepted: Int
        /// More than a twentieth of all, or nobody knows.
        package let mayBeMany: Bool
    }

    /// - Parameter current: the same by what its client is called today; nil where that is the block itself.
    init(_ block: Block, as current: Block? = nil, _ weight: BlockWeight? = nil, at now: Timestamp) {
        id = block.id
        kind = block.mark.kind
        mark = block.mark.text
        effect = block.effect.rawValue
        reason = block.reason
        added = block.added
        expires = block.expires
        active = (current ?? block).isActive(at: now)
        outdated = (current ?? block).isOutdated(at: now)
        self.weight = weight.map { Weight(met: $0.met, accepted: $0.accepted, mayBeMany: $0.asksTwice) }
    }
}

/// One change that somebody made.
package struct OperationView: Codable, Sendable {
    package let id: OperationID
    package let at: Timestamp
    package let actor: String
    package let verb: String
    package let subject: String
    package let reason: String?

    init(_ record: OperationRecord) {
        id = record.id
        at = record.at
        actor = record.actor.description
        verb = record.verb.rawValue
        subject = record.subject
        reason = record.reason
    }
}

/// A report of a recipient's: no text, and no name of the visitor's.
package struct ReportLineView: Codable, Sendable {
    package let id: ReportID
    package let at: Timestamp
    package let site: String
    package let handle: String
    package let letter: LetterID
    package let reason: String
    /// Nil until it has been decided.
    package let decision: String?
    package let decided: Timestamp?

    init(_ line: ReportLine) {
        id = line.id
        at = line.made
        site = line.site.text
        handle = line.handle.text
        letter = line.letter
        reason = line.reason.rawValue
        decision = line.decision?.rawValue
        decided = line.decidedAt
    }
}

package struct BackupView: Codable, Sendable {
    package let path: String
    package let bytes: Int

    package init(path: String, bytes: Int) {
        self.path = path
        self.bytes = bytes
    }
}
