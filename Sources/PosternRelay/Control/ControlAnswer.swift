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

    init(_ site: Site) {
        id = site.id.text
        name = site.name.text
        origins = site.origins.map(\.description)
        accent = site.look.accent?.description
        logo = site.look.logo?.kind.rawValue
        introductions = Dictionary(uniqueKeysWithValues: site.look.introductions.map { ($0.key.description, $0.value.text) })
        languages = site.look.languages.map(\.description)
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

/// Whose handle it is: what a new seal for them must name.
package struct FoundRecipient: Codable, Sendable {
    package let handle: String
    package let id: RecipientID
    /// Nil for an erased recipient, who gets no new address.
    package let version: Int32?

    init(_ recipient: Recipient) {
        handle = recipient.handle.text
        id = recipient.id
        version = recipient.record?.version
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

    init(_ block: Block, at now: Timestamp) {
        id = block.id
        kind = block.mark.kind
        mark = block.mark.text
        effect = block.effect.rawValue
        reason = block.reason
        added = block.added
        expires = block.expires
        active = block.isActive(at: now)
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

package struct BackupView: Codable, Sendable {
    package let path: String
    package let bytes: Int

    package init(path: String, bytes: Int) {
        self.path = path
        self.bytes = bytes
    }
}
