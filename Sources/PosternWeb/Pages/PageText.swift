package import PosternCore
package import PosternText

/// The texts of the public pages that Swift asks for by name; the rest of `web.json` is asked for by templates.
package enum PageText: String, TextKey {
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
    case contactCodeHint = "contact.code_hint"
    case contactLanguages = "contact.languages"

    case noticeFaultsTitle = "notice.faults_title"
    case noticeFaultsDetail = "notice.faults_detail"
    case noticeRepeatTitle = "notice.repeat_title"
    case noticeRepeatDetail = "notice.repeat_detail"
    case noticeExpiredTitle = "notice.expired_title"
    case noticeExpiredDetail = "notice.expired_detail"
    case noticeLimitedTitle = "notice.limited_title"
    case noticeLimitedDetail = "notice.limited_detail"
    case noticeUnavailableTitle = "notice.unavailable_title"
    case noticeUnavailableDetail = "notice.unavailable_detail"

    case noticeUnreadableTitle = "notice.unreadable_title"
    case noticeUnreadableDetail = "notice.unreadable_detail"
    case noticeEncodingTitle = "notice.encoding_title"
    case noticeEncodingDetail = "notice.encoding_detail"
    case noticeTooLargeTitle = "notice.too_large_title"
    case noticeTooLargeDetail = "notice.too_large_detail"
    case noticeCutTitle = "notice.cut_title"
    case noticeCutDetail = "notice.cut_detail"
    case noticeMediaTypeTitle = "notice.media_type_title"
    case noticeMediaTypeDetail = "notice.media_type_detail"

    case faultNameRequired = "fault.name_required"
    case faultEmailRequired = "fault.email_required"
    case faultMessageRequired = "fault.message_required"
    case faultTooLong = "fault.too_long"
    case faultLineBreak = "fault.line_break"
    case faultRepeated = "fault.repeated"
    case faultAddressTooLong = "fault.address_too_long"
    case faultAddressNoAt = "fault.address_no_at"
    case faultAddressLocalPart = "fault.address_local_part"
    case faultAddressDomain = "fault.address_domain"

    case sentTitle = "sent.title"
    case sentSeesTitle = "sent.sees_title"
    case sentAnswer = "sent.answer"

    case provePageTitle = "prove.page_title"
    case proveTitle = "prove.title"
    case proveDetail = "prove.detail"
    case proveUntil = "prove.until"
    case proveRequired = "prove.required"
    case proveNotSix = "prove.not_six"
    case proveWrong = "prove.wrong"
    case proveSpentTitle = "prove.spent_title"
    case proveSpentDetail = "prove.spent_detail"
    case proveProvenTitle = "prove.proven_title"
    case proveProvenDetail = "prove.proven_detail"
    case proveDroppedTitle = "prove.dropped_title"
    case proveDroppedDetail = "prove.dropped_detail"
    case proveUnavailableTitle = "prove.unavailable_title"
    case proveUnavailableDetail = "prove.unavailable_detail"

    case noLettersTitle = "no_letters.title"
    case noLettersDetail = "no_letters.detail"
    case blockedTitle = "no_letters.blocked_title"
    case blockedDetail = "no_letters.blocked_detail"

    case confirmationTitle = "confirmation.title"
    case confirmationDetail = "confirmation.detail"
    case confirmationDoneTitle = "confirmation.done_title"
    case confirmationDoneDetail = "confirmation.done_detail"
    case confirmationPausedDetail = "confirmation.paused_detail"
    case confirmationNotValidTitle = "confirmation.not_valid_title"
    case confirmationNotValidDetail = "confirmation.not_valid_detail"

    case conversationTitle = "conversation.title"
    case conversationPageTitle = "conversation.page_title"
    case conversationUnnamed = "conversation.unnamed"
    case conversationBegunByYou = "conversation.begun_by_you"
    case conversationBegunByOther = "conversation.begun_by_other"
    case conversationPending = "conversation.pending"
    case conversationSees = "conversation.sees"
    case conversationSeesAddress = "conversation.sees_address"
    case conversationHides = "conversation.hides"
    case conversationNoAttachments = "conversation.no_attachments"
    case conversationYouWrote = "conversation.you_wrote"
    case conversationOtherWrote = "conversation.other_wrote"
    case conversationUntil = "conversation.until"
    case conversationMuting = "conversation.muting"
    case conversationEndedTitle = "conversation.ended_title"
    case conversationEndedDetail = "conversation.ended_detail"
    case conversationLateTitle = "conversation.late_title"
    case conversationLateDetail = "conversation.late_detail"
    case conversationEnoughTitle = "conversation.enough_title"
    case conversationEnoughDetail = "conversation.enough_detail"

    case stateWithdrawable = "progress.withdrawable"
    case stateAwaitsProof = "progress.awaits_proof"
    case stateOnItsWay = "progress.on_its_way"
    case stateDelivered = "progress.delivered"
    case stateNotDelivered = "progress.not_delivered"
    case stateWithdrawn = "progress.withdrawn"

    case unansweredTitle = "standing.unanswered_title"
    case unansweredDetail = "standing.unanswered_detail"
    case closedByYouTitle = "standing.closed_by_you_title"
    case closedByYouDetail = "standing.closed_by_you_detail"
    case closedByOtherTitle = "standing.closed_by_other_title"
    case closedByOtherDetail = "standing.closed_by_other_detail"
    case otherTakesNoneTitle = "standing.other_takes_none_title"
    case otherTakesNoneDetail = "standing.other_takes_none_detail"
    case youTakeNoneTitle = "standing.you_take_none_title"
    case youTakeNoneDetail = "standing.you_take_none_detail"

    case doubtPageTitle = "doubt.page_title"
    case doubtTitle = "doubt.title"
    case doubtDetail = "doubt.detail"
    case doubtOwnAddress = "doubt.own_address"
    case doubtOwnUnsought = "doubt.own_unsought"
    case doubtUnsoughtTitle = "doubt.unsought_title"
    case doubtUnsoughtDetail = "doubt.unsought_detail"
    case doubtEmail = "doubt.email"
    case doubtPhone = "doubt.phone"
    case doubtStreet = "doubt.street"
    case doubtSignature = "doubt.signature"
    case doubtWeb = "doubt.web"

    case mutePageTitle = "mute.page_title"
    case muteAskTitle = "mute.ask_title"
    case muteAskDetail = "mute.ask_detail"
    case muteButton = "mute.mute"
    case muteDoneTitle = "mute.done_title"
    case muteDoneDetail = "mute.done_detail"
    case unmuteButton = "mute.unmute"
    case muteUndoneTitle = "mute.undone_title"
    case muteUndoneDetail = "mute.undone_detail"
    case connectionTitle = "mute.connection_title"
    case connectionDetail = "mute.connection_detail"
    case connectionMute = "mute.connection_mute"
    case connectionDoneTitle = "mute.connection_done_title"
    case connectionDoneDetail = "mute.connection_done_detail"
    case connectionUnmute = "mute.connection_unmute"
    case mutesFullTitle = "mute.full_title"
    case mutesFullDetail = "mute.full_detail"

    case reportPageTitle = "report.page_title"
    case reportTitle = "report.title"
    case reportAbuse = "report.abuse"
    case reportSexual = "report.sexual"
    case reportFraud = "report.fraud"
    case reportSpam = "report.spam"
    case reportIllegal = "report.illegal"
    case reportOther = "report.other"
    case reportMute = "report.mute"
    case reportHappensStaff = "report.happens_staff"
    case reportHappensKeep = "report.happens_keep"
    case reportHappensSilent = "report.happens_silent"
    case reportHappensBack = "report.happens_back"
    case reportReasonRequired = "report.reason_required"
    case reportNotYetTitle = "report.not_yet_title"
    case reportNotYetDetail = "report.not_yet_detail"
    case reportUnavailableTitle = "report.unavailable_title"
    case reportUnavailableDetail = "report.unavailable_detail"
    case reportDoneTitle = "report.done_title"
    case reportDoneDetail = "report.done_detail"
    case reportDecidedTitle = "report.decided_title"
    case reportUpheldDetail = "report.upheld_detail"
    case reportRejectedDetail = "report.rejected_detail"
    case reportBackTitle = "report.back_title"
    case reportBackDetail = "report.back_detail"

    case pausePageTitle = "pause.page_title"
    case pauseAskTitle = "pause.ask_title"
    case pauseAskDetail = "pause.ask_detail"
    case pauseButton = "pause.pause"
    case pauseDoneTitle = "pause.done_title"
    case pauseDoneDetail = "pause.done_detail"
    case resumeButton = "pause.resume"
    case pauseUndoneTitle = "pause.undone_title"
    case pauseUndoneDetail = "pause.undone_detail"

    case deadLinkTitle = "dead_link.title"
    case deadLinkDetail = "dead_link.detail"
    case deadLinkAgain = "dead_link.again"
    case deadLinkWrite = "dead_link.write"
    case deadLinkAsk = "dead_link.ask"

    case frontTitle = "front.title"

    case privacyTitle = "privacy.title"
    case privacyLetterTitle = "privacy.letter_title"
    case privacyLetterText = "privacy.letter_text"
    case privacyLetterAnswers = "privacy.letter_answers"
    case privacyLetterProof = "privacy.letter_proof"
    case privacyLetterReport = "privacy.letter_report"
    case privacyLetterSuite = "privacy.letter_suite"
    case privacyAddressTitle = "privacy.address_title"
    case privacyAddressVisitor = "privacy.address_visitor"
    case privacyAddressMute = "privacy.address_mute"
    case privacyAddressBlock = "privacy.address_block"
    case privacyAddressRecipient = "privacy.address_recipient"
    case privacyAddressJoining = "privacy.address_joining"
    case privacyAddressSuite = "privacy.address_suite"
    case privacyClientTitle = "privacy.client_title"
    case privacyClientText = "privacy.client_text"
    case privacyRequestsText = "privacy.requests_text"
    case privacyBanText = "privacy.ban_text"
    case privacyLimitText = "privacy.limit_text"
    case privacyCountedConnection = "privacy.counted_connection"
    case privacyCountedAddress = "privacy.counted_address"
    case privacyCountedText = "privacy.counted_text"
    case privacyCountedRecipient = "privacy.counted_recipient"
    case privacyCountedSimilarText = "privacy.counted_similar_text"
    case privacyMemberTitle = "privacy.member_title"
    case privacyMemberSettings = "privacy.member_settings"
    case privacyMemberChange = "privacy.member_change"
    case privacyMemberLinks = "privacy.member_links"
    case privacyMemberCookie = "privacy.member_cookie"
    case privacyMemberErase = "privacy.member_erase"
    case privacyMemberJournal = "privacy.member_journal"
    case privacyLongerTitle = "privacy.longer_title"
    case privacyLongerText = "privacy.longer_text"
    case privacyLongerStaff = "privacy.longer_staff"
    case privacyRepeatText = "privacy.repeat_text"
    case privacyCookiesTitle = "privacy.cookies_title"
    case privacyCookiesText = "privacy.cookies_text"
    case privacyStaffCookie = "privacy.staff_cookie"
    case privacyWhoTitle = "privacy.who_title"
    case privacyWhoRecipient = "privacy.who_recipient"
    case privacyWhoStaff = "privacy.who_staff"
    case privacyWhoStaffTwo = "privacy.who_staff_two"
    case privacyWhoOperator = "privacy.who_operator"
    case privacyMailEncrypted = "privacy.mail_encrypted"
    case privacyMailLocal = "privacy.mail_local"
    case privacyMailDemo = "privacy.mail_demo"
    case privacyPurgeTitle = "privacy.purge_title"
    case privacyPurgeDone = "privacy.purge_done"
    case privacyPurgeNone = "privacy.purge_none"
    case privacyOldestLetter = "privacy.oldest_letter"
    case privacyOldestEntry = "privacy.oldest_entry"
    case privacyAskTitle = "privacy.ask_title"
    case privacyAskText = "privacy.ask_text"

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
    case errorLimitedTitle = "error.limited_title"
    case errorLimitedDetail = "error.limited_detail"
    case errorUnavailableTitle = "error.unavailable_title"
    case errorUnavailableDetail = "error.unavailable_detail"
    case errorMisdirectedTitle = "error.misdirected_title"
    case errorMisdirectedDetail = "error.misdirected_detail"
    case errorIncident = "error.incident"

    package static let file = CatalogueFile.web

    package var slots: Set<TextSlot> {
        switch self {
        case .contactTitle, .contactIntro, .contactShowAddress, .contactPrivacyAddress, .contactPrivacyClient, .sentSeesTitle,
            .sentAnswer, .proveDetail:
            [.recipient]
        case .conversationTitle, .conversationOtherWrote, .conversationMuting, .unansweredTitle, .closedByOtherTitle,
            .otherTakesNoneTitle, .doubtTitle, .muteAskTitle, .muteAskDetail, .muteButton, .muteDoneTitle, .muteDoneDetail,
            .unmuteButton, .muteUndoneTitle, .muteUndoneDetail, .reportMute, .reportHappensSilent:
            [.person]
        case .conversationBegunByYou, .conversationBegunByOther: [.person, .date]
        case .conversationPending: [.wait]
        case .conversationSees: [.name]
        case .conversationUntil, .proveUntil, .reportDoneDetail, .connectionDetail, .connectionDoneDetail: [.date]
        case .reportUpheldDetail, .reportRejectedDetail: [.date, .site]
        case .reportHappensStaff: [.site]
        case .reportHappensKeep, .privacyLetterReport: [.reports]
        case .pauseAskDetail, .pauseDoneDetail, .pauseUndoneDetail: [.site]
        case .noLettersDetail, .blockedDetail, .confirmationNotValidDetail, .privacyAskText: [.site]
        case .confirmationDetail, .confirmationDoneDetail, .confirmationPausedDetail: [.recipient, .site]
        case .noticeLimitedDetail, .noticeUnavailableDetail, .proveUnavailableDetail, .reportUnavailableDetail,
            .privacyLetterProof, .privacyAddressJoining, .privacyMemberChange, .privacyMemberCookie,
            .privacyStaffCookie:
            [.wait]
        case .faultTooLong: [.count, .limit, .excess]
        case .noticeTooLargeDetail: [.limit]
        case .conversationEnoughDetail: [.limit, .wait]
        case .privacyLetterText: [.letters]
        case .privacyLetterSuite, .privacyAddressSuite: [.suite]
        case .privacyClientText: [.evidence]
        case .privacyLimitText: [.counted, .marks]
        case .privacyWhoStaff: [.count]
        case .privacyLongerText: [.outcomes]
        case .privacyRepeatText: [.repeats]
        case .privacyPurgeDone, .privacyOldestLetter, .privacyOldestEntry: [.date]
        case .errorIncident: [.incident]
        default: []
        }
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
}

/// The texts of the public pages that depend on a number.
package enum PagePlural: String, PluralKey {
    case charactersLeft = "characters_left"
    case charactersOver = "characters_over"
    case codeTries = "code_tries"
}

extension Catalogue {
    package func callAsFunction(_ key: PageText, _ values: [TextSlot: String] = [:]) -> String { text(key.rawValue, values) }

    /// What a visitor is told about a fault of one field.
    package func text(of fault: FieldFault) -> String {
        switch fault.reason {
        case .text(.empty), .address(.empty):
            switch fault.field {
            case .name: self(.faultNameRequired)
            case .email: self(.faultEmailRequired)
            case .message, .subject, .about: self(.faultMessageRequired)
            }
        case .text(.tooLong(let limit, let count)):
            self(.faultTooLong, [.limit: number(limit), .count: number(count), .excess: number(count - limit)])
        case .text(.lineBreak): self(.faultLineBreak)
        case .address(.tooLong): self(.faultAddressTooLong)
        case .address(.noAtSign): self(.faultAddressNoAt)
        case .address(.localPart): self(.faultAddressLocalPart)
        case .address(.domain): self(.faultAddressDomain)
        }
    }
}
