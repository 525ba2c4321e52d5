package import PosternCore
package import PosternRelay
package import PosternText

/// What waits for staff: the list of a lane, and beside it the letter that is open.
package struct DeskPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case script, canDecide, hasKeys, token, hidden, name, value, notice, livePath
        case lanes, label, count, path, isCurrent, key
        case bars, bar, undoAction, back, isUndoKey
        case fault, site, recipient, rule, tag, like, verdicts, since, until, isChosen, clearPath, ruleLinks
        case isEach, modePath, modeLabel, total, rows, hasRows, empty, morePath, hint
        case rowPath, rowPerson, rowWhy, rowAge, rowAt, rowCount, rowLetters, rowMark, rowClient, rowValue, rowName
        case bulk, bulkReasons, allLabel, newest
        case item, again, againPath, keyList, combination, meaning, keysValue, keysButton, keysBack
        // The letter
        case letter, heading, person, siteName, at, age, state, standings, standing, sentence, standingAction
        case parts, rulePart, effect, reported, client, clientPath, trails, day, letters, held, refused, recipients, first, last
        case caseCSV, caseJSON, near, nearCount, nearLetters, nearPath, nearPerson, nearState, nearWaiting, nearWave
        case isCut, earlier, hasEarlier, notes, hasNotes, author, noteText, nextPath, previousPath, revealPath
        case revealLabel, blockSenderPath, laterPath, kept, alike
        case decisionAction, waitAction, takeAction, noteAction, version, isOpen, reasons, acts, act, consequence, style
        case waiting, waitScope, waitButton, taken, noteBack
        // What was written and not taken
        case draftSentence, sentenceFault, draftNote, noteFault, isSelected, isDraft, isAboutAll
        case sentenceLimit, noteLimit, ownPath
    }

    package static let template = "staff/desk"
    package static let required: [Property] = [.token, .rowPath, .heading, .script, .bar, .notice]

    /// What the page is made of.
    package struct Parts: Sendable {
        let query: DeskQuery
        let staff: SignedInStaff
        let list: DeskList
        let item: DeskItem?
        /// The next letter of the search that nobody else looks at.
        let next: LetterID?
        let counts: DeskCounts
        let undoable: [DecisionLine]
        let hasKeys: Bool
        let notice: DeskNotice?
        let draft: Draft?
        let now: Timestamp

        package init(
            query: DeskQuery, staff: SignedInStaff, list: DeskList, item: DeskItem?, next: LetterID?, counts: DeskCounts,
            undoable: [DecisionLine], hasKeys: Bool, notice: DeskNotice?, draft: Draft? = nil, now: Timestamp
        ) {
            self.query = query
            self.staff = staff
            self.list = list
            self.item = item
            self.next = next
            self.counts = counts
            self.undoable = undoable
            self.hasKeys = hasKeys
            self.notice = notice
            self.draft = draft
            self.now = now
        }

        /// What was written where many letters are decided about, not on an open letter's own forms.
        fileprivate var bulkDraft: Draft? { item == nil ? draft : nil }
    }

    /// What somebody wrote that was not taken, and why.
    package struct Draft: Sendable {
        let notice: DeskNotice
        let reason, sentence, note: String
        let isAboutAll: Bool
        let selected: Set<String>

        init(_ form: DeskForm, _ notice: DeskNotice) {
            self.notice = notice
            (reason, sentence, note) = (form[.reason], form[.sentence], form[.text])
            isAboutAll = form[.scope] == "all"
            selected = Set(form.items)
        }

        /// What stands beside a field is said nowhere else.
        fileprivate var isAboutField: Bool { notice == .longSentence || notice == .longNote }

        func sentenceFault(_ texts: Catalogue) -> String? { notice == .longSentence ? notice.words(texts) : nil }
        func noteFault(_ texts: Catalogue) -> String? { notice == .longNote ? notice.words(texts) : nil }
    }

    package let frame: PageFrame
    package let text: Texts
    package let script, token, livePath: String
    package let canDecide, hasKeys: Bool
    package let hidden: [HiddenField]
    package let lanes: [Lane]
    package let notice: String?
    package let bars: [Bar]
    package let fault: String?
    package let site, recipient, rule, tag, like, since, until: String
    package let verdicts: [Choice]
    package let clearPath: String?
    package let ruleLinks: [RuleLink]
    package let isEach: Bool
    package let modePath, modeLabel, total: String
    package let hasRows: Bool
    package let rows: [Row]
    package let empty: String
    package let morePath: String?
    package let bulk: Bulk?
    package let item: DeskItemView?
    /// In seconds, where somebody without our script wants the list to be loaded again and again; not beside an open letter.
    package let again: String?
    package let againPath: String
    /// Shown where no letter is open.
    package let hint: String?
    package let keyList: [Key]
    package let keysValue, keysButton, keysBack: String
    /// Where this page is got, also when it answers a post.
    package let ownPath: String
    /// In characters. What is longer is refused, with what was written.
    package let sentenceLimit, noteLimit: String

    package struct Lane: Sendable {
        package let path, label, count, key, name: String
        package let isCurrent: Bool
    }

    /// A decision that can still be undone.
    package struct Bar: Sendable {
        package let bar, undoAction, back: String
        /// The newest, which a key undoes.
        package let isUndoKey: Bool
    }

    package struct Choice: Sendable {
        package let value, label: String
        package let isChosen: Bool
    }

    package struct RuleLink: Sendable {
        package let path, label, count: String
    }

    package struct Row: Sendable {
        package let rowPath, rowPerson, rowWhy, rowAge, rowAt, rowClient, rowValue, rowName: String
        /// How many letters it stands for, for the script that adds them up.
        package let rowLetters: String
        package let rowCount, rowMark: String?
        package let isCurrent: Bool
        /// It was selected when something was posted that was not taken.
        package let isSelected: Bool
    }

    /// Where one decision is made about many letters.
    package struct Bulk: Sendable {
        package let newest, allLabel, draftSentence: String
        package let sentenceFault: String?
        package let isDraft, isAboutAll: Bool
        package let bulkReasons: [Choice]
        package let acts: [Act]
    }

    package struct Act: Sendable {
        package let act, label, consequence, style: String
        /// Nil where another form has that key.
        package let key: String?
    }

    package struct Key: Sendable {
        package let combination, meaning: String
    }

    package init(_ parts: Parts, _ presentation: Presentation) {
        let (texts, query, staff) = (presentation.texts, parts.query, parts.staff)
        let title = parts.item.map { texts(.deskLetterTitle, [.name: Self.person($0)]) } ?? texts(.deskTitle)
        frame = presentation.frame(title: title)
        text = texts.texts
        script = presentation.templates.path(of: .deskScript)
        token = staff.formToken
        canDecide = staff.role.decides
        hasKeys = parts.hasKeys
        hidden = HiddenField.all(query)
        let newest = parts.counts.newest
        livePath = DeskEvents.path + query.onlyLane.with(.after, newest?.description ?? LetterID.none.description).text
        lanes = Self.lanes(parts.counts, current: query.lane, texts)
        let said = parts.draft.map { $0.isAboutField ? nil : $0.notice } ?? parts.notice
        notice = said.map { $0.words(texts) }
        bars = canDecide ? Self.bars(parts.undoable, now: parts.now, texts) : []
        fault = query.faults.first.map { texts(.deskFilterFault, [.name: texts(StaffText($0))]) }
        (site, recipient, rule) = (query[.site], query[.recipient], query[.rule])
        (tag, like, since, until) = (query[.tag], query[.like], query[.since], query[.until])
        verdicts = [Verdict.Decision.accept, .hold].map {
            Choice(value: $0.rawValue, label: $0.rawValue, isChosen: $0.rawValue == query[.verdict])
        }
        clearPath = query.isFiltered ? query.onlyLane.deskPath : nil
        ruleLinks = Self.ruleLinks(parts.list.rules, query, texts)
        isEach = query.values[.each] != nil
        modePath = query.with(.after, nil).with(.each, isEach ? nil : "1").deskPath
        modeLabel = texts(isEach ? .deskGroup : .deskUngroup)
        total = texts.text(StaffPlural.letters, parts.list.total)
        rows = parts.list.rows.map { Row($0, parts, texts) }
        hasRows = !rows.isEmpty
        empty = texts(query.isFiltered || query.after != nil ? .deskNothingFound : .deskNothing)
        morePath =
            parts.list.hasMore
            ? parts.list.rows.last.map { query.with(.after, $0.item.letter.description).deskPath } : nil
        item = parts.item.map { DeskItemView($0, parts, texts) }
        bulk = canDecide && hasRows ? Bulk(parts, hasKeysOfItem: parts.item != nil, texts) : nil
        again = query.values[.again] != nil && parts.item == nil ? String(Self.again) : nil
        againPath = query.with(.again, "1").deskPath
        hint = parts.item == nil ? texts(hasRows ? .deskChoose : .deskRest) : nil
        keyList = Self.keys.map { Key(combination: $0.0, meaning: texts($0.1)) }
        keysValue = parts.hasKeys ? "off" : "on"
        keysButton = texts(parts.hasKeys ? .keysOff : .keysOn)
        keysBack = parts.item?.letter.description ?? ""
        ownPath = parts.item.map { query.path(to: $0.letter) } ?? query.deskPath
        sentenceLimit = String(ReviewLimit.sentence)
        noteLimit = String(ReviewLimit.note)
    }

    private static let again = 60

    static func person(_ item: DeskItem) -> String { "\(item.site)/\(item.handle?.text ?? "–")" }

    /// - Parameter current: nil where waves are looked at.
    static func lanes(_ counts: DeskCounts, current: ReviewLane?, _ texts: Catalogue) -> [Lane] {
        ReviewLane.allCases.map { lane in
            Lane(
                path: DeskQuery { $0 == .lane ? lane.rawValue : nil }.deskPath, label: texts(StaffText(lane)),
                count: texts.number(counts.lanes[lane] ?? 0), key: lane == .held ? "g h" : "g r", name: lane.rawValue,
                isCurrent: lane == current)
        } + [
            Lane(
                path: WavePages.path, label: texts(.laneWaves), count: texts.number(counts.waves), key: "g w", name: "waves",
                isCurrent: current == nil)
        ]
    }

    static func bars(_ lines: [DecisionLine], now: Timestamp, _ texts: Catalogue) -> [Bar] {
        lines.enumerated().map { place, line in
            Bar(
                bar: texts(
                    .undoBar,
                    [
                        .act: texts(StaffText(line.decision.act)), .count: texts.text(StaffPlural.letters, line.tally.total),
                        .wait: texts.span(max(line.decision.final.since(now), .seconds(1))),
                    ]),
                undoAction: "/decisions/\(line.decision.id)/undo",
                back: line.tally.total == 1 ? line.letter?.description ?? "" : "", isUndoKey: place == 0)
        }
    }

    private static func ruleLinks(_ counts: [DeskList.RuleCount], _ query: DeskQuery, _ texts: Catalogue) -> [RuleLink] {
        var totals: [String: Int] = [:]
        for count in counts { for rule in count.rules { totals[rule, default: 0] += count.count } }
        return totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { rule, count in
            RuleLink(
                path: query.with(.after, nil).with(.rule, rule).deskPath, label: rule, count: texts.number(count))
        }
    }

    private static let keys: [(String, StaffText)] = [
        ("j k", .keyMove), ("r", .keyRelease), ("d", .keyDrop), ("b", .keyBlock), ("u", .keyUndo), ("f", .keyWait),
        ("n", .keyNote), ("t", .keyTake), ("x", .keySelect), ("/", .keySearch), ("g h", .keyHeld), ("g r", .keyReported),
        ("g w", .keyWaves), (".", .keyReload), ("?", .keyHelp),
    ]
}

extension DeskQuery {
    var onlyLane: DeskQuery {
        let lane = lane.rawValue
        return DeskQuery { $0 == .lane ? lane : nil }
    }
}

extension LetterID {
    /// Before every letter.
    fileprivate static var none: LetterID { LetterID(high: 0, low: 0) }
}

extension DeskPage.Row {
    fileprivate init(_ row: DeskRow, _ parts: DeskPage.Parts, _ texts: Catalogue) {
        let (item, query) = (row.item, parts.query)
        let person = "\(item.site)/\(row.handle)"
        let why =
            item.lane == .reported
            ? item.rules.compactMap { ReportReason(rawValue: $0) }.map { texts(StaffText($0)) } : item.rules
        let value = row.count == 1 ? "\(item.letter).\(item.version)" : "\(item.letter).\(row.newest)"
        var mark: String?
        if let waits = item.waits {
            mark = texts(.rowWaits, [.staff: waits.by])
        } else if let claim = item.claim(besides: parts.staff.name.text, at: parts.now) {
            mark = texts(.rowTaken, [.staff: claim.by])
        }
        self.init(
            rowPath: query.path(to: item.letter), rowPerson: person, rowWhy: why.joined(separator: ", "),
            rowAge: texts(.deskAge, [.age: texts.span(max(parts.now.since(item.letter.moment), .seconds(1)))]),
            rowAt: item.letter.moment.rfc3339, rowClient: item.tag?.description ?? "–",
            rowValue: value, rowName: texts(.rowSelect, [.name: person]), rowLetters: String(row.count),
            rowCount: row.count > 1 ? texts.text(StaffPlural.letters, row.count) : nil, rowMark: mark,
            isCurrent: item.letter == parts.item?.letter, isSelected: parts.bulkDraft?.selected.contains(value) ?? false)
    }
}

extension DeskPage.Bulk {
    fileprivate init(_ parts: DeskPage.Parts, hasKeysOfItem: Bool, _ texts: Catalogue) {
        let lane = parts.query.lane
        newest = parts.list.newest?.description ?? ""
        allLabel = texts(.bulkAll, [.count: texts.text(StaffPlural.letters, parts.list.total)])
        let draft = parts.bulkDraft
        bulkReasons = ReviewReason.all(in: lane).map {
            DeskPage.Choice(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0.rawValue == draft?.reason)
        }
        draftSentence = draft?.sentence ?? ""
        sentenceFault = draft?.sentenceFault(texts)
        (isDraft, isAboutAll) = (draft != nil, draft?.isAboutAll ?? false)
        acts = ReviewAct.all(in: lane).filter { !$0.isBlocking }.map {
            DeskPage.Act($0, hasKey: !hasKeysOfItem, texts)
        }
    }
}

extension DeskPage.Act {
    init(_ act: ReviewAct, hasKey: Bool, _ texts: Catalogue) {
        let consequence: StaffText =
            switch act {
            case .release, .releaseWave: .willRelease
            case .drop, .withdrawWave: .willDrop
            case .dropAndBlock: .willDropAndBlock
            case .reject: .willReject
            case .uphold: .willUphold
            case .upholdAndBlock: .willUpholdAndBlock
            }
        self.init(act, consequence: texts(consequence), hasKey: hasKey, texts)
    }

    init(_ act: ReviewAct, consequence: String, hasKey: Bool, _ texts: Catalogue) {
        let (key, style) =
            switch act {
            case .release, .reject, .releaseWave: ("r", "")
            case .drop, .uphold, .withdrawWave: ("d", "second")
            case .dropAndBlock, .upholdAndBlock: ("b", "second")
            }
        self.init(
            act: act.rawValue, label: texts(StaffText(asking: act)), consequence: consequence, style: style,
            key: hasKey ? key : nil)
    }
}

extension DeskNotice {
    fileprivate func words(_ texts: Catalogue) -> String {
        switch self {
        case .late: texts(.noticeLate)
        case .undoLate: texts(.noticeUndoLate)
        case .unsuitable: texts(.noticeUnsuitable)
        case .cannotBlock: texts(.noticeCannotBlock)
        case .longSentence: texts(.noticeLongSentence, [.limit: texts.number(ReviewLimit.sentence)])
        case .longNote: texts(.noticeLongNote, [.limit: texts.number(ReviewLimit.note)])
        case .nothingSelected: texts(.noticeNothingSelected)
        case .tally(let tally): Self.words(tally, texts)
        }
    }

    private static func words(_ tally: ReviewTally, _ texts: Catalogue) -> String {
        func count(_ number: Int) -> String { texts.text(StaffPlural.letters, number) }
        var sentences = [tally.done > 0 ? texts(.noticeDone, [.count: count(tally.done)]) : texts(.noticeNoneDone)]
        if tally.skipped > 0 {
            sentences.append(
                tally.holder.map { texts(.noticeSkippedFor, [.staff: $0, .count: count(tally.skipped)]) }
                    ?? texts(.noticeSkipped, [.count: count(tally.skipped)]))
        }
        if tally.changed > 0 {
            sentences.append(
                tally.decider.map { texts(.noticeChangedBy, [.staff: $0, .count: count(tally.changed)]) }
                    ?? texts(.noticeChanged, [.count: count(tally.changed)]))
        } else if tally.done == 0, let decider = tally.decider {
            sentences.append(texts(.noticeAllBy, [.staff: decider]))
        }
        return sentences.joined(separator: " ")
    }
}
