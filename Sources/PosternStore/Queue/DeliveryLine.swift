package import PosternCore

/// A delivery as staff see it. Nothing in it is sealed, and nothing tells an address.
package struct DeliveryLine: Equatable, Sendable {
    package let id: LetterID
    package let recipient: RecipientID
    package let site: SiteID
    package let handle: Handle
    package let kind: DeliveryKind
    package let state: DeliveryState
    package let attempts: Int
    package let uncertain: Int
    package let accepted: Timestamp
    /// When it is tried next, for `ready`; when it was due, for `leased`.
    package let due: Timestamp?
    package let leaseUntil: Timestamp?
    package let finished: Timestamp?
    /// Why it is held, dropped or expired.
    package let reason: String?
    /// The attempt that was made last, or is being made.
    package let last: Last?

    package struct Last: Equatable, Sendable {
        package let end: AttemptEnd?
        package let stage: DeliveryStage?
        package let code: Int?
        package let enhanced: String?
        package let text: String?
    }
}

extension DeliveryLine {
    init(_ row: SQLRow) throws {
        let attempts: Int = try row["attempts"]
        self.init(
            id: try row["id"], recipient: try row["recipient"], site: try row["site"], handle: try row["handle"],
            kind: try row["kind"], state: try row["state"], attempts: attempts, uncertain: try row["uncertain"],
            accepted: try row["accepted_at"], due: try row.optional("due_at"), leaseUntil: try row.optional("lease_until"),
            finished: try row.optional("finished_at"), reason: try row.optional("reason"),
            last: attempts == 0 ? nil : try Last(row))
    }
}

extension DeliveryLine.Last {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            end: try row.optional("outcome"), stage: try row.optional("stage"), code: try row.optional("code"),
            enhanced: try row.optional("enhanced"), text: try row.optional("text"))
    }
}

/// One attempt of a delivery.
package struct AttemptLine: Equatable, Sendable {
    package let number: Int
    package let began: Timestamp
    package let ended: Timestamp?
    /// Nil while it is under way.
    package let end: AttemptEnd?
    package let stage: DeliveryStage?
    package let code: Int?
    package let enhanced: String?
    /// The last reply line, redacted, or a sentence of ours.
    package let text: String?
}

extension AttemptLine {
    init(_ row: SQLRow) throws {
        self.init(
            number: try row["number"], began: try row["started_at"], ended: try row.optional("ended_at"),
            end: try row.optional("outcome"), stage: try row.optional("stage"), code: try row.optional("code"),
            enhanced: try row.optional("enhanced"), text: try row.optional("text"))
    }
}

/// How an attempt ended.
package enum AttemptEnd: Hashable, Sendable {
    case settled(Outcome.Kind)
    /// Nobody said: the lease ran out, or the relay that held it is gone.
    case interrupted
}

extension AttemptEnd: StoredAs {
    package init?(form: String) {
        if form == Self.interrupted.form {
            self = .interrupted
        } else {
            guard let kind = Outcome.Kind(rawValue: form) else { return nil }
            self = .settled(kind)
        }
    }

    package var form: String {
        switch self {
        case .settled(let kind): kind.rawValue
        case .interrupted: "interrupted"
        }
    }
}
