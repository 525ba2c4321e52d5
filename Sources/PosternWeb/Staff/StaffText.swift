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

    case accountSignedIn = "account.signed_in"
    case signInTitle = "sign_in.title"
    case signInPasskeyElsewhere = "sign_in.passkey_elsewhere"
    case signInRefused = "sign_in.refused"
    case signInPasskeyRefused = "sign_in.passkey_refused"
    case signInLimited = "sign_in.limited"
    case signInUnavailable = "sign_in.unavailable"
    case signInEnded = "sign_in.ended"
    case signInOver = "sign_in.over"
    case enrolTitle = "enrol.title"
    case enrolIntro = "enrol.intro"
    case enrolShortPassword = "enrol.short_password"
    case enrolWrongCode = "enrol.wrong_code"
    case enrolWrongPasskey = "enrol.wrong_passkey"
    case enrolledTitle = "enrolled.title"
    case sessionsTitle = "sessions.title"

    case deskTitle = "desk.title"
    case deskLetterTitle = "desk.letter_title"
    case laneHeld = "lane.held"
    case laneReported = "lane.reported"
    case laneWaves = "lane.waves"
    case deskAge = "desk.age"
    case deskNothing = "desk.nothing"
    case deskNothingFound = "desk.nothing_found"
    case deskChoose = "desk.choose"
    case deskRest = "desk.rest"
    case deskGroup = "desk.group"
    case deskUngroup = "desk.ungroup"
    case deskFilterFault = "desk.filter_fault"
    case deskReported = "desk.reported"
    case deskUpheld = "desk.upheld"
    case deskRejected = "desk.rejected"
    case deskGone = "desk.gone"
    case deskState = "desk.state"
    case deskEnded = "desk.ended"
    case deskWaits = "desk.waits"
    case deskWait = "desk.wait"
    case deskGoOn = "desk.go_on"
    case deskTaken = "desk.taken"
    case deskNear = "desk.near"
    case rowWaits = "row.waits"
    case rowTaken = "row.taken"
    case rowSelect = "row.select"
    case undoBar = "desk_undo.bar"
    case decidedBy = "decided.by"
    case standingPending = "desk_standing.pending"
    case standingDue = "desk_standing.due"
    case standingApplied = "desk_standing.applied"
    case standingUndone = "desk_standing.undone"
    case didRelease = "did.release"
    case didDrop = "did.drop"
    case didDropAndBlock = "did.drop_and_block"
    case didUphold = "did.uphold"
    case didUpholdAndBlock = "did.uphold_and_block"
    case didReject = "did.reject"
    case doRelease = "do.release"
    case doDrop = "do.drop"
    case doDropAndBlock = "do.drop_and_block"
    case doUphold = "do.uphold"
    case doUpholdAndBlock = "do.uphold_and_block"
    case doReject = "do.reject"
    case willRelease = "will.release"
    case willDrop = "will.drop"
    case willDropAndBlock = "will.drop_and_block"
    case willReject = "will.reject"
    case willUphold = "will.uphold"
    case willUpholdAndBlock = "will.uphold_and_block"
    case bulkAll = "bulk.all"
    case noticeLate = "desk_notice.late"
    case noticeUndoLate = "desk_notice.undo_late"
    case noticeUnsuitable = "desk_notice.unsuitable"
    case noticeCannotBlock = "desk_notice.cannot_block"
    case noticeLongSentence = "desk_notice.long_sentence"
    case noticeLongNote = "desk_notice.long_note"
    case noticeNothingSelected = "desk_notice.nothing_selected"
    case noticeDone = "desk_notice.done"
    case noticeSkipped = "desk_notice.skipped"
    case noticeChanged = "desk_notice.changed"
    case keysOn = "keys.on"
    case keysOff = "keys.off"
    case keyMove = "key.move"
    case keyRelease = "key.release"
    case keyDrop = "key.drop"
    case keyBlock = "key.block"
    case keyUndo = "key.undo"
    case keyWait = "key.wait"
    case keyNote = "key.note"
    case keyTake = "key.take"
    case keySelect = "key.select"
    case keySearch = "key.search"
    case keyHeld = "key.held"
    case keyReported = "key.reported"
    case keyWaves = "key.waves"
    case keyReload = "key.reload"
    case keyHelp = "key.help"
    case chartsTitle = "charts.title"
    case chartsDay = "charts.day"
    case chartsWeek = "charts.week"
    case chartsQuarter = "charts.quarter"
    case chartsSubmissions = "charts.submissions"
    case chartsSubmissionsNote = "charts.submissions_note"
    case chartsDeliveries = "charts.deliveries"
    case chartsDeliveriesNote = "charts.deliveries_note"
    case chartsWaiting = "charts.waiting"
    case chartsWaitingNote = "charts.waiting_note"
    case chartsOldest = "charts.oldest"
    case chartsOldestNote = "charts.oldest_note"
    case seriesAccepted = "series.accepted"
    case seriesHeld = "series.held"
    case seriesRefused = "series.refused"
    case seriesDelivered = "series.delivered"
    case seriesDeferred = "series.deferred"
    case seriesFailed = "series.failed"
    case seriesUncertain = "series.uncertain"
    case seriesOurFault = "series.our_fault"
    case seriesWaiting = "series.waiting"
    case seriesOldest = "series.oldest"
    case decisionsTitle = "decisions.title"
    case decisionsPassed = "decisions.passed"
    case wavesTitle = "waves.title"
    case waveTitle = "wave.title"
    case waveOpen = "wave.open"
    case waveCounts = "wave.counts"
    case waveWithdraw = "wave.withdraw"
    case waveRelease = "wave.release"
    case waveWillWithdraw = "wave.will_withdraw"
    case waveWillRelease = "wave.will_release"
    case waveNumber = "wave.number"
    case waveWrongNumber = "wave.wrong_number"
    case waveLate = "wave.late"
    case waveUndoLate = "wave.undo_late"
    case waveWithdrawn = "wave.withdrawn"
    case waveReleased = "wave.released"
    case waveUndoable = "wave.undoable"
    case waveOperator = "wave.operator"
    case confirmTitle = "confirm.title"
    case confirmQuestion = "confirm.question"
    case confirmWrong = "confirm.wrong"
    case reasonGenuine = "reason.genuine"
    case reasonHarmless = "reason.harmless"
    case reasonSpam = "reason.spam"
    case reasonFraud = "reason.fraud"
    case reasonAbuse = "reason.abuse"
    case reasonSexual = "reason.sexual"
    case reasonIllegal = "reason.illegal"
    case reasonImpersonation = "reason.impersonation"
    case reasonAutomated = "reason.automated"
    case reasonTest = "reason.test"
    case reasonWithinRules = "reason.within_rules"
    case reasonMistaken = "reason.mistaken"
    case reasonOther = "reason.other"
    case complaintAbuse = "complaint.abuse"
    case complaintSexual = "complaint.sexual"
    case complaintFraud = "complaint.fraud"
    case complaintSpam = "complaint.spam"
    case complaintIllegal = "complaint.illegal"
    case complaintOther = "complaint.other"
    case fieldLane = "field.lane"
    case fieldSite = "field.site"
    case fieldRecipient = "field.recipient"
    case fieldRule = "field.rule"
    case fieldTag = "field.tag"
    case fieldVerdict = "field.verdict"
    case fieldSince = "field.since"
    case fieldUntil = "field.until"
    case fieldLike = "field.like"
    case fieldAfter = "field.after"
    case fieldEach = "field.each"
    case fieldAgain = "field.again"
    case revealTitle = "reveal.title"
    case revealLetter = "reveal.letter"
    case revealClient = "reveal.client"
    case revealJournal = "reveal.journal"
    case revealTold = "reveal.told"
    case revealTwo = "reveal.two"
    case revealLeft = "reveal.left"
    case revealHalf = "reveal.half"
    case revealOwnHalf = "reveal.own_half"
    case revealNoKind = "reveal.no_kind"
    case revealShort = "reveal.short"
    case revealLong = "reveal.long"
    case revealProveLetter = "reveal.prove_letter"
    case revealProveClient = "reveal.prove_client"
    case revealWaits = "reveal.waits"
    case revealRole = "reveal.role"
    case revealAccount = "reveal.account"
    case revealCap = "reveal.cap"
    case revealKeyGone = "reveal.key_gone"
    case revealNotOpened = "reveal.not_opened"
    case revealUnwritten = "reveal.unwritten"
    case revealWrongCode = "reveal.wrong_code"
    case revealWrongPasskey = "reveal.wrong_passkey"
    case revealUsed = "reveal.used"
    case revealOverdue = "reveal.overdue"
    case revealLimited = "reveal.limited"
    case revealUnavailable = "reveal.unavailable"
    case revealAgain = "reveal.again"
    case revealEnded = "reveal.ended"
    case journalTitle = "journal.title"
    case journalHolds = "journal.holds"
    case journalBroken = "journal.broken"
    case journalAgrees = "journal.agrees"
    case journalAlone = "journal.alone"
    case journalChecked = "journal.checked"
    case revealedLetterTitle = "revealed.letter_title"
    case revealedLetterNoted = "revealed.letter_noted"
    case revealedClientTitle = "revealed.client_title"
    case revealedClientNoted = "revealed.client_noted"

    case barLabel = "bar.label"
    case barSessions = "bar.sessions"
    case barDesk = "bar.desk"
    case barWaves = "bar.waves"
    case barLog = "bar.log"
    case barBlocks = "bar.blocks"
    case barRecipients = "bar.recipients"
    case barSites = "bar.sites"
    case barTokens = "bar.tokens"
    case barStaff = "bar.staff"
    case barDecisions = "bar.decisions"
    case barJournal = "bar.journal"
    case barOverview = "bar.overview"
    case barCharts = "bar.charts"
    case actorOperator = "actor.operator"
    case blocksAlways = "blocks.always"
    case blocksStays = "blocks.stays"
    case blocksPartial = "blocks.partial"
    case blocksRemove = "blocks.remove"
    case blocksAdded = "blocks.added"
    case blocksAddedCounted = "blocks.added_counted"
    case blocksRemoved = "blocks.removed"
    case blocksGone = "blocks.gone"
    case blockNewTitle = "block.new_title"
    case blockTag = "block.tag"
    case blockNetwork = "block.network"
    case blockDomain = "block.domain"
    case blockWords = "block.words"
    case blockDoHold = "block.do_hold"
    case blockDoRefuse = "block.do_refuse"
    case blockHold = "block.hold"
    case blockRefuse = "block.refuse"
    case blockNoTag = "block.no_tag"
    case blockTagOfOtherDay = "block.tag_of_other_day"
    case blockNoNetwork = "block.no_network"
    case blockNoDomain = "block.no_domain"
    case blockShortWords = "block.short_words"
    case blockLongWords = "block.long_words"
    case blockNoReason = "block.no_reason"
    case blockLongReason = "block.long_reason"
    case blockConfirmTitle = "block.confirm_title"
    case blockConfirmQuestion = "block.confirm_question"
    case blockConfirmMany = "block.confirm_many"
    case blockConfirmWide = "block.confirm_wide"
    case blockConfirmMeaning = "block.confirm_meaning"
    case clientTitle = "client.title"
    case clientNetworkTitle = "client.network_title"
    case clientMeaning = "client.meaning"
    case clientNetworkMeaning = "client.network_meaning"
    case clientPartial = "client.partial"
    case recipientsInvitationEnds = "recipients.invitation_ends"
    case recipientsNoHandle = "recipients.no_handle"
    case recipientUnconfirmed = "recipient.unconfirmed"
    case recipientActive = "recipient.active"
    case recipientPaused = "recipient.paused"
    case recipientErased = "recipient.erased"
    case recipientEraseQuestion = "recipient.erase_question"
    case recipientWrongHandle = "recipient.wrong_handle"
    case recipientDidPause = "recipient.did_pause"
    case recipientDidResume = "recipient.did_resume"
    case recipientDidErase = "recipient.did_erase"
    case recipientEraseVault = "recipient.erase_vault"
    case siteTitle = "site.title"
    case siteNoAccent = "site.no_accent"
    case siteNoLanguage = "site.no_language"
    case siteAllLanguages = "site.all_languages"
    case siteLongIntroduction = "site.long_introduction"
    case joiningOpen = "join_way.open"
    case joiningInvitation = "join_way.invitation"
    case joiningOff = "join_way.off"
    case writersAnyone = "writers.anyone"
    case writersProven = "writers.proven"
    case accountsTitle = "accounts.title"
    case accountsCan = "accounts.can"
    case accountsOwn = "accounts.own"
    case accountsWaits = "accounts.waits"
    case accountsQuestion = "accounts.question"
    case accountsDone = "accounts.done"
    case accountsNotOneself = "accounts.not_oneself"
    case accountsWrongName = "accounts.wrong_name"
    case tokensTitle = "tokens.title"
    case tokensRevoke = "tokens.revoke"
    case tokensDone = "tokens.done"
    case blocksTitle = "blocks.title"
    case logTitle = "log.title"
    case recipientsTitle = "recipients.title"
    case sitesTitle = "sites.title"

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
        case .accountSignedIn: [.name, .role]
        case .signInPasskeyElsewhere: [.page]
        case .enrolIntro: [.role]
        case .signInLimited, .signInUnavailable: [.wait]
        case .enrolTitle: [.name]
        case .deskLetterTitle, .deskFilterFault, .rowSelect: [.name]
        case .deskAge: [.age]
        case .deskNear: [.count]
        case .deskReported: [.name, .date]
        case .deskState: [.state]
        case .deskEnded: [.state, .date]
        case .deskWaits, .deskTaken: [.staff, .age]
        case .rowWaits, .rowTaken, .standingUndone: [.staff]
        case .undoBar: [.act, .count, .wait]
        case .decidedBy: [.act, .staff, .age, .name]
        case .standingPending: [.wait]
        case .standingApplied: [.date]
        case .bulkAll, .noticeDone, .noticeSkipped, .noticeChanged, .decisionsPassed, .confirmWrong: [.count]
        case .noticeLongSentence, .noticeLongNote: [.limit]
        case .confirmQuestion: [.act, .count]
        case .waveTitle, .waveWillRelease, .waveNumber: [.count]
        case .waveOpen: [.age]
        case .waveCounts: [.count, .limit, .state, .date]
        case .waveWillWithdraw: [.count, .limit]
        case .waveWithdrawn, .waveReleased: [.staff, .date]
        case .waveUndoable: [.wait]
        case .revealLeft: [.count, .limit]
        case .journalAgrees: [.count]
        case .journalChecked: [.date]
        case .revealHalf: [.name, .kind, .time]
        case .revealOwnHalf: [.kind, .time]
        case .revealShort, .revealLong: [.limit]
        case .revealWaits: [.time]
        case .revealCap: [.date]
        case .revealLimited, .revealUnavailable: [.wait]
        case .blocksRemove, .blocksAdded, .blocksRemoved, .blocksGone, .clientTitle, .clientNetworkTitle, .siteNoLanguage,
            .accountsQuestion, .accountsDone, .accountsWrongName, .tokensRevoke, .tokensDone:
            [.name]
        case .blocksAddedCounted: [.count, .name]
        case .blockShortWords, .blockLongWords, .blockLongReason: [.limit]
        case .blockConfirmQuestion, .blockConfirmMany: [.count, .letters]
        case .recipientsInvitationEnds: [.date]
        case .recipientEraseQuestion, .recipientWrongHandle: [.handle]
        case .siteTitle: [.site]
        case .siteLongIntroduction: [.limit, .name]
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
    case letters
    case recipientCount = "recipient_count"
}

extension Catalogue {
    package func callAsFunction(_ key: StaffText, _ values: [TextSlot: String] = [:]) -> String { text(key.rawValue, values) }
}
