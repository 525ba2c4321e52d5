private import PosternCore
internal import PosternRelay
internal import PosternText

/// A letter as the member's pages list it.
package struct LedgerLine: Sendable {
    package let who: String
    package let subject, about: String?
    /// For programs, and for people.
    package let moment, time: String
    package let fate: String

    init(_ entry: LedgerEntry, _ texts: Catalogue) {
        let unnamed: MemberText =
            entry.standing == .mutedByConnection
            ? .ledgerUnknownByConnection
            : entry.summary != nil ? .ledgerUnnamed : entry.isReply ? .ledgerUnknownReply : .ledgerUnknown
        who = entry.visitorName ?? texts(unnamed)
        subject = entry.summary?.subject?.text
        about = entry.summary?.about?.text
        (moment, time) = (entry.at.rfc3339, texts.date(entry.at))
        var parts = [texts(entry.standing.word)]
        if case .waiting(let until) = entry.standing { parts = [texts(.fateWaitingUntil, [.date: texts.day(until)])] }
        if entry.isReported { parts.append(texts(.fateReported)) }
        if entry.seenByStaff != nil { parts.append(texts(.fateSeenByStaff)) }
        fate = parts.joined(separator: " · ")
    }
}

extension LedgerEntry.Standing {
    var word: MemberText {
        switch self {
        case .onItsWay: .fateOnItsWay
        case .waiting: .fateWaiting
        case .held: .fateChecked
        case .awaitsProof: .fateUnproven
        case .delivered: .fateDelivered
        case .notDelivered: .fateNotDelivered
        case .muted: .fateMuted
        case .mutedByConnection: .fateMutedByConnection
        }
    }

    var meaning: MemberText {
        switch self {
        case .onItsWay: .fateMeaningOnItsWay
        case .waiting: .fateMeaningWaiting
        case .held: .fateMeaningChecked
        case .awaitsProof: .fateMeaningUnproven
        case .delivered: .fateMeaningDelivered
        case .notDelivered: .fateMeaningNotDelivered
        case .muted: .fateMeaningMuted
        case .mutedByConnection: .fateMeaningMutedByConnection
        }
    }

    /// For programs.
    var code: String {
        switch self {
        case .onItsWay: "on-its-way"
        case .waiting: "waiting"
        case .held: "held"
        case .awaitsProof: "awaits-proof"
        case .delivered: "delivered"
        case .notDelivered: "not-delivered"
        case .muted: "muted"
        case .mutedByConnection: "muted-by-connection"
        }
    }
}
