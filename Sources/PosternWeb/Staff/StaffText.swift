package import PosternCore
package import PosternText

/// The texts of the staff's pages that Swift asks for by name; the rest of `staff.json` is asked for by templates.
package enum StaffText: String, TextKey {
    case staffTitle = "staff.title"
    case staffWell = "staff.well"
    case staffStandsStill = "staff.stands_still"
    case staffFailingSoon = "staff.failing_soon"
    case staffNote = "staff.note"
    case staffOldest = "staff.oldest"
    case staffNothingWaits = "staff.nothing_waits"
    case staffPurge = "staff.purge"
    case staffNoPurge = "staff.no_purge"
    case stateReady = "state.ready"
    case stateLeased = "state.leased"
    case stateHeld = "state.held"
    case stateDelivered = "state.delivered"
    case stateFailed = "state.failed"
    case stateExpired = "state.expired"
    case stateDropped = "state.dropped"

    case mailboxTitle = "mailbox.title"
    case mailboxKept = "mailbox.kept"
    case mailboxMember = "mailbox.member"
    case mailboxMemberHint = "mailbox.member_hint"
    case mailboxVisitor = "mailbox.visitor"
    case mailboxVisitorHint = "mailbox.visitor_hint"
    case mailboxNoSubject = "mailbox.no_subject"

    package static let file = CatalogueFile.staff

    package var slots: Set<TextSlot> {
        switch self {
        case .staffOldest: [.age]
        case .staffPurge: [.date]
        case .mailboxKept: [.limit]
        default: []
        }
    }

    package init(_ state: DeliveryState) {
        self =
            switch state {
            case .ready: .stateReady
            case .leased: .stateLeased
            case .held: .stateHeld
            case .delivered: .stateDelivered
            case .failed: .stateFailed
            case .expired: .stateExpired
            case .dropped: .stateDropped
            }
    }
}

/// The texts of the staff's pages that depend on a number.
package enum StaffPlural: String, PluralKey {
    case openReports = "open_reports"
}

extension Catalogue {
    package func callAsFunction(_ key: StaffText, _ values: [TextSlot: String] = [:]) -> String { text(key.rawValue, values) }
}
