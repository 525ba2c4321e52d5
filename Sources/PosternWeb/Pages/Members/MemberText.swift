package import PosternText

/// The texts of the members' pages that Swift asks for by name; the rest of `members.json` is asked for by templates.
package enum MemberText: String, TextKey {
    case askTitle = "ask.title"
    case askIntro = "ask.intro"
    case askEndedTitle = "ask.ended_title"
    case askEndedDetail = "ask.ended_detail"
    case askOverTitle = "ask.over_title"
    case askOverDetail = "ask.over_detail"
    case askPageHint = "ask.page_hint"
    case askPageMissing = "ask.page_missing"
    case askPageUnclear = "ask.page_unclear"
    case askLimitedTitle = "ask.limited_title"
    case askLimitedDetail = "ask.limited_detail"
    case askUnavailableTitle = "ask.unavailable_title"
    case askUnavailableDetail = "ask.unavailable_detail"
    case askEndedUnsaved = "ask.ended_unsaved"

    case memberPageTitle = "member.page_title"
    case memberExpiredTitle = "member.expired_title"
    case memberExpiredDetail = "member.expired_detail"
    case memberLimitedTitle = "member.limited_title"
    case memberLimitedDetail = "member.limited_detail"
    case memberChangedTitle = "member.changed_title"
    case memberChangedDetail = "member.changed_detail"
    case memberUnavailableTitle = "member.unavailable_title"
    case memberUnavailableDetail = "member.unavailable_detail"
    case memberFaultsTitle = "member.faults_title"
    case memberFaultsDetail = "member.faults_detail"
    case memberUnreadableTitle = "member.unreadable_title"
    case memberUnreadableDetail = "member.unreadable_detail"

    case homeOpenTitle = "home.open_title"
    case homeOpenDetail = "home.open_detail"
    case homePausedTitle = "home.paused_title"
    case homePausedDetail = "home.paused_detail"
    case homePausedUntil = "home.paused_until"
    case homeChangeAskedTitle = "home.change_asked_title"
    case homeChangeAskedDetail = "home.change_asked_detail"
    case homeChangeRestsTitle = "home.change_rests_title"
    case homeChangeRestsDetail = "home.change_rests_detail"
    case homeChangeDoneTitle = "home.change_done_title"
    case homeChangeDoneDetail = "home.change_done_detail"
    case homeRowSettings = "home.row_settings"
    case homeRowMutes = "home.row_mutes"
    case homeRowAddress = "home.row_address"
    case homeRowAddressValue = "home.row_address_value"
    case homeRowData = "home.row_data"
    case homeRowDataValue = "home.row_data_value"
    case homeRowErase = "home.row_erase"
    case homeRowEraseValue = "home.row_erase_value"
    case homeNoMutes = "home.no_mutes"
    case homeSignedIn = "home.signed_in"

    case ledgerUnnamed = "ledger.unnamed"
    case ledgerUnknown = "ledger.unknown"
    case ledgerWords = "ledger.words"
    case ledgerUnknownReply = "ledger.unknown_reply"
    case ledgerUnknownByConnection = "ledger.unknown_by_connection"

    case fateOnItsWay = "fate.on_its_way"
    case fateWaiting = "fate.waiting"
    case fateChecked = "fate.checked"
    case fateUnproven = "fate.unproven"
    case fateDelivered = "fate.delivered"
    case fateNotDelivered = "fate.not_delivered"
    case fateMuted = "fate.muted"
    case fateMutedByConnection = "fate.muted_by_connection"
    case fateWaitingUntil = "fate.waiting_until"
    case fateReported = "fate.reported"
    case fateSeenByStaff = "fate.seen_by_staff"

    case fateMeaningOnItsWay = "fate_meaning.on_its_way"
    case fateMeaningWaiting = "fate_meaning.waiting"
    case fateMeaningChecked = "fate_meaning.checked"
    case fateMeaningUnproven = "fate_meaning.unproven"
    case fateMeaningDelivered = "fate_meaning.delivered"
    case fateMeaningNotDelivered = "fate_meaning.not_delivered"
    case fateMeaningMuted = "fate_meaning.muted"
    case fateMeaningMutedByConnection = "fate_meaning.muted_by_connection"

    case settingsWritersAnyone = "settings.writers_anyone"
    case settingsWritersAnyoneHint = "settings.writers_anyone_hint"
    case settingsWritersProven = "settings.writers_proven"
    case settingsWritersProvenHint = "settings.writers_proven_hint"
    case settingsNameMissing = "settings.name_missing"
    case settingsDailyHint = "settings.daily_hint"
    case settingsDailyUnclear = "settings.daily_unclear"
    case settingsUntilUnclear = "settings.until_unclear"

    case mutedUnnamed = "muted.unnamed"
    case mutedSince = "muted.since"
    case mutedConnectionUntil = "muted.connection_until"

    case addressTitle = "address.title"
    case addressDetail = "address.detail"
    case addressNewMissing = "address.new_missing"
    case addressCodeTitle = "address.code_title"
    case addressCodeDetail = "address.code_detail"
    case addressCodeMissing = "address.code_missing"
    case addressCodeWrong = "address.code_wrong"
    case addressCodeOverTitle = "address.code_over_title"
    case addressCodeOverDetail = "address.code_over_detail"
    case addressCodeSpentTitle = "address.code_spent_title"
    case addressCodeSpentDetail = "address.code_spent_detail"
    case addressLatelyTitle = "address.lately_title"
    case addressLatelyDetail = "address.lately_detail"
    case addressSameTitle = "address.same_title"
    case addressSameDetail = "address.same_detail"

    case heldProfile = "held.profile"
    case heldSite = "held.site"
    case heldPage = "held.page"
    case heldAliases = "held.aliases"
    case heldName = "held.name"
    case heldLanguage = "held.language"
    case heldSettings = "held.settings"
    case heldLettersTaken = "held.letters_taken"
    case heldTaken = "held.taken"
    case heldPaused = "held.paused"
    case heldPausedUntil = "held.paused_until"
    case heldWriters = "held.writers"
    case heldWritersSiteAnyone = "held.writers_site_anyone"
    case heldWritersSiteProven = "held.writers_site_proven"
    case heldWritersAnyone = "held.writers_anyone"
    case heldWritersProven = "held.writers_proven"
    case heldDaily = "held.daily"
    case heldDailyNone = "held.daily_none"
    case heldForm = "held.form"
    case heldFormPlain = "held.form_plain"
    case heldFormFull = "held.form_full"
    case heldAddress = "held.address"
    case heldAddressSealed = "held.address_sealed"
    case heldAddressRemark = "held.address_remark"
    case heldChangeAsked = "held.change_asked"
    case heldChangeDone = "held.change_done"
    case heldLetters = "held.letters"
    case heldLettersNone = "held.letters_none"
    case heldLettersRemark = "held.letters_remark"
    case heldConversations = "held.conversations"
    case heldConversation = "held.conversation"
    case heldConversationOpen = "held.conversation_open"
    case heldConversationYours = "held.conversation_yours"
    case heldConversationTheirs = "held.conversation_theirs"
    case heldMails = "held.mails"
    case heldMailAnswer = "held.mail_answer"
    case heldMailCopy = "held.mail_copy"
    case heldMailService = "held.mail_service"
    case heldMailsRemark = "held.mails_remark"
    case heldMutes = "held.mutes"
    case heldMutesRemark = "held.mutes_remark"
    case heldActs = "held.acts"
    case heldSession = "held.session"
    case heldSessionLine = "held.session_line"
    case heldSince = "held.since"
    case heldReports = "held.reports"
    case heldReportOpen = "held.report_open"
    case heldReportUpheld = "held.report_upheld"
    case heldReportRejected = "held.report_rejected"

    case actEnrol = "act.enrol"
    case actConfirm = "act.confirm"
    case actPause = "act.pause"
    case actResume = "act.resume"
    case actSettings = "act.settings"
    case actAddress = "act.address"
    case actMute = "act.mute"
    case actUnmute = "act.unmute"
    case actMuteConnection = "act.mute_connection"
    case actUnmuteConnection = "act.unmute_connection"
    case actAlias = "act.alias"
    case actOther = "act.other"
    case actByYou = "act.by_you"
    case actSignIn = "act.sign_in"
    case actSignOut = "act.sign_out"
    case actByOthers = "act.by_others"

    case eraseTitle = "erase.title"
    case eraseLead = "erase.lead"
    case erasePointLetters = "erase.point_letters"
    case erasePointData = "erase.point_data"
    case erasePointMail = "erase.point_mail"
    case erasePointName = "erase.point_name"
    case erasePointLog = "erase.point_log"
    case erasePointBackups = "erase.point_backups"
    case eraseSureTitle = "erase.sure_title"
    case eraseSure = "erase.sure"
    case eraseHandle = "erase.handle"
    case eraseHandleWrong = "erase.handle_wrong"

    case erasedDetail = "erased.detail"

    case undoPageTitle = "undo.page_title"
    case undoAskedTitle = "undo.asked_title"
    case undoAskedDetail = "undo.asked_detail"
    case undoChangedTitle = "undo.changed_title"
    case undoChangedDetail = "undo.changed_detail"
    case undoKeep = "undo.keep"
    case undoUndoneTitle = "undo.undone_title"
    case undoUndoneDetail = "undo.undone_detail"
    case undoAgain = "undo.again"
    case undoUntil = "undo.until"
    case undoRestsDetail = "undo.rests_detail"

    case doneSaved = "done.saved"
    case donePaused = "done.paused"
    case doneResumed = "done.resumed"
    case doneMuted = "done.muted"
    case doneUnmuted = "done.unmuted"
    case doneUnmutedConnection = "done.unmuted_connection"
    case doneConfirmed = "done.confirmed"
    case doneKept = "done.kept"
    case doneMailed = "done.mailed"

    package static let file = CatalogueFile.members

    package var slots: Set<TextSlot> {
        switch self {
        case .askPageHint, .erasePointName, .eraseHandle, .eraseHandleWrong:
            [.page]
        case .askLimitedDetail, .askUnavailableDetail, .memberLimitedDetail, .memberUnavailableDetail:
            [.wait]
        case .homePausedUntil, .homeChangeAskedDetail, .homeChangeRestsDetail, .homeChangeDoneDetail, .fateWaitingUntil,
            .mutedSince, .mutedConnectionUntil,
            .addressLatelyDetail, .heldPausedUntil, .heldChangeAsked, .heldSessionLine, .undoUntil:
            [.date]
        case .homeSignedIn:
            [.time]
        case .settingsDailyHint, .settingsDailyUnclear:
            [.limit]
        case .heldAddressSealed:
            [.count, .n]
        case .heldChangeDone:
            [.date, .time]
        case .erasedDetail:
            [.site]
        case .undoAskedDetail, .undoChangedDetail, .undoUndoneDetail, .undoRestsDetail:
            [.recipient, .site]
        default: []
        }
    }
}

/// The texts of the members' pages that depend on a number.
package enum MemberPlural: String, PluralKey {
    case mutes = "mutes_count"
}

extension Catalogue {
    package func callAsFunction(_ key: MemberText, _ values: [TextSlot: String] = [:]) -> String { text(key.rawValue, values) }
}
