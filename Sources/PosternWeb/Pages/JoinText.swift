private import PosternCore
package import PosternRelay
package import PosternText

/// The texts of the pages of enrolment that Swift asks for by name; the rest of `join.json` is asked for by templates.
package enum JoinText: String, TextKey {
    case title = "join.title"
    case pageAddress = "join.page_address"
    case free = "join.free"

    case nameRequired = "join_fault.name_required"
    case nameReserved = "join_fault.name_reserved"
    case handleRequired = "join_fault.handle_required"
    case handleTooLong = "join_fault.handle_too_long"
    case handleSpelling = "join_fault.handle_spelling"
    case handleTaken = "join_fault.handle_taken"
    case handleReserved = "join_fault.handle_reserved"
    case emailRequired = "join_fault.email_required"
    case locale = "join_fault.locale"

    case labelName = "join.name"
    case labelHandle = "join.handle"
    case labelEmail = "join.email"
    case labelLocale = "join.locale"

    case faultsTitle = "join_notice.faults_title"
    case faultsDetail = "join_notice.faults_detail"
    case unreadableTitle = "join_notice.unreadable_title"
    case unreadableDetail = "join_notice.unreadable_detail"
    case againTitle = "join_notice.again_title"
    case againDetail = "join_notice.again_detail"
    case limitedTitle = "join_notice.limited_title"
    case limitedDetail = "join_notice.limited_detail"
    case busyTitle = "join_notice.busy_title"
    case busyDetail = "join_notice.busy_detail"
    case oftenTitle = "join_notice.often_title"
    case oftenDetail = "join_notice.often_detail"
    case unavailableTitle = "join_notice.unavailable_title"
    case unavailableDetail = "join_notice.unavailable_detail"

    case offTitle = "joining.off_title"
    case offDetail = "joining.off_detail"
    case invitationTitle = "joining.invitation_title"
    case invitationDetail = "joining.invitation_detail"
    case visit = "joining.visit"

    case codeTitle = "code.title"
    case codeDetail = "code.detail"
    case codeRequired = "code.required"
    case codeWrong = "code.wrong"
    case codeUnavailable = "code.unavailable"
    case codeSpent = "code.spent"
    case codeMailedAgain = "code.mailed_again"
    case codeAgainLimited = "code.again_limited"
    case noMailAsk = "code.none_ask"

    package static let file = CatalogueFile.join

    package var slots: Set<TextSlot> {
        switch self {
        case .title, .offDetail, .invitationDetail, .visit, .noMailAsk: [.site]
        case .pageAddress: [.page]
        case .free, .handleTaken, .handleReserved: [.handle]
        case .limitedDetail, .busyDetail, .oftenDetail, .unavailableDetail, .codeUnavailable, .codeAgainLimited: [.wait]
        case .codeDetail: [.handle, .site]
        default: []
        }
    }

    /// The label of a field.
    package init(_ field: MemberField) {
        self =
            switch field {
            case .name: .labelName
            case .handle: .labelHandle
            case .email: .labelEmail
            case .locale: .labelLocale
            }
    }
}

extension Catalogue {
    package func callAsFunction(_ key: JoinText, _ values: [TextSlot: String] = [:]) -> String { text(key.rawValue, values) }

    /// What somebody is told about a fault of one field.
    /// - Parameter typed: what stands in the field.
    package func text(of fault: MemberFault, typed: String) -> String {
        switch fault.reason {
        case .text(.empty): self(.nameRequired)
        case .text(let reason): text(of: FieldFault(field: .name, reason: .text(reason)))
        case .address(.empty): self(.emailRequired)
        case .address(let reason): text(of: FieldFault(field: .email, reason: .address(reason)))
        case .handle(.empty): self(.handleRequired)
        case .handle(.tooLong): self(.handleTooLong)
        case .handle(.spelling): self(.handleSpelling)
        case .handle(.taken(let handle)): self(.handleTaken, [.handle: handle.text])
        case .reserved: fault.field == .handle ? self(.handleReserved, [.handle: typed]) : self(.nameReserved)
        case .language: self(.locale)
        }
    }
}
