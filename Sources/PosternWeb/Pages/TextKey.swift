package import PosternCore

/// The texts that Swift asks for by name, as `section.name`; the rest are asked for by templates.
///
/// A test holds the two together against the catalogue: none missing, none unused.
package enum TextKey: String, Sendable, CaseIterable {
    case contactTitle = "contact.title"
    case contactIntro = "contact.intro"
    case contactName = "contact.name"
    case contactEmail = "contact.email"
    case contactSubject = "contact.subject"
    case contactMessage = "contact.message"
    case contactAbout = "contact.about"
    case contactShowAddress = "contact.show_address"
    case contactPrivacyAddress = "contact.privacy_address"
    case contactPrivacyClient = "contact.privacy_client"

    case noticeFaultsTitle = "notice.faults_title"
    case noticeFaultsDetail = "notice.faults_detail"
    case noticeRepeatTitle = "notice.repeat_title"
    case noticeRepeatDetail = "notice.repeat_detail"
    case noticeUnavailableTitle = "notice.unavailable_title"
    case noticeUnavailableDetail = "notice.unavailable_detail"

    case faultNameRequired = "fault.name_required"
    case faultEmailRequired = "fault.email_required"
    case faultMessageRequired = "fault.message_required"
    case faultTooLong = "fault.too_long"
    case faultLineBreak = "fault.line_break"
    case faultControlCharacter = "fault.control_character"
    case faultAddressTooLong = "fault.address_too_long"
    case faultAddressNoAt = "fault.address_no_at"
    case faultAddressLocalPart = "fault.address_local_part"
    case faultAddressDomain = "fault.address_domain"

    case sentTitle = "sent.title"
    case noLettersTitle = "no_letters.title"
    case noLettersDetail = "no_letters.detail"

    case confirmationTitle = "confirmation.title"
    case confirmationDetail = "confirmation.detail"
    case confirmationDoneTitle = "confirmation.done_title"
    case confirmationDoneDetail = "confirmation.done_detail"
    case confirmationNotValidTitle = "confirmation.not_valid_title"
    case confirmationNotValidDetail = "confirmation.not_valid_detail"

    case errorNotFoundTitle = "error.not_found_title"
    case errorNotFoundDetail = "error.not_found_detail"
    case errorMethodTitle = "error.method_title"
    case errorMethodDetail = "error.method_detail"
    case errorBadRequestTitle = "error.bad_request_title"
    case errorBadRequestDetail = "error.bad_request_detail"
    case errorTooLargeTitle = "error.too_large_title"
    case errorTooLargeDetail = "error.too_large_detail"
    case errorTooSlowTitle = "error.too_slow_title"
    case errorTooSlowDetail = "error.too_slow_detail"
    case errorMediaTypeTitle = "error.media_type_title"
    case errorMediaTypeDetail = "error.media_type_detail"
    case errorUnavailableTitle = "error.unavailable_title"
    case errorUnavailableDetail = "error.unavailable_detail"
    case errorMisdirectedTitle = "error.misdirected_title"
    case errorMisdirectedDetail = "error.misdirected_detail"
    case errorIncident = "error.incident"

    case staffTitle = "staff.title"
    case stateReady = "state.ready"
    case stateLeased = "state.leased"
    case stateHeld = "state.held"
    case stateDelivered = "state.delivered"
    case stateFailed = "state.failed"
    case stateExpired = "state.expired"
    case stateDropped = "state.dropped"

    case mailboxTitle = "mailbox.title"
    case mailboxKept = "mailbox.kept"
    case mailboxNoSubject = "mailbox.no_subject"

    package var path: (section: String, name: String) {
        let parts = rawValue.split(separator: ".", maxSplits: 1)
        return (String(parts[0]), String(parts[1]))
    }

    /// The label of a field.
    package init(_ field: LetterField) {
        self =
            switch field {
            case .name: .contactName
            case .email: .contactEmail
            case .subject: .contactSubject
            case .message: .contactMessage
            case .about: .contactAbout
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
