package import PosternCore
package import PosternRelay
package import PosternText

/// One wave: its letters, whom it has reached, what was decided about it and why, and what can be done.
package struct WavePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case script, hasKeys, token, notice, lanes, label, count, path, isCurrent, key, name
        case bars, bar, undoAction, back, isUndoKey, nextPath, previousPath
        case counts, taken, takeAction, outcome, standings, standing, sentence, standingAction
        case isOpen, decisionAction, version, reasons, value, isChosen, draftSentence, sentenceFault, sentenceLimit
        case tells, isTelling, asksNumber, acts, act, consequence, style
        case letters, handle, state, finished, letterPath, morePath
        case keyList, combination, meaning, keysValue, keysButton, wave
    }

    package static let template = "staff/wave"
    package static let required: [Property] = [.token, .consequence, .script, .bar]

    /// What the page has in common with the desk.
    package struct Desk: Sendable {
        let counts: DeskCounts
        let undoable: [DecisionLine]
        let hasKeys: Bool

        package init(counts: DeskCounts, undoable: [DecisionLine], hasKeys: Bool) {
            self.counts = counts
            self.undoable = undoable
            self.hasKeys = hasKeys
        }
    }

    /// What somebody wrote that was not taken.
    package struct Draft: Sendable {
        let reason, sentence: String
        let isTelling: Bool

        init(_ form: WaveForm) {
            (reason, sentence) = (form[.reason], form[.sentence])
            isTelling = form[.tells] == "yes"
        }
    }

    package let frame: PageFrame
    package let text: Texts
    package let script, token, counts, wave: String
    package let hasKeys: Bool
    package let lanes: [DeskPage.Lane]
    package let bars: [DeskPage.Bar]
    package let notice: String?
    package let nextPath, previousPath: String?
    /// Who has it open; nil when no colleague has.
    package let taken: String?
    package let takeAction: String
    /// What an operator has decided; of a member of staff it stands among `standings`.
    package let outcome: String?
    package let standings: [DeskItemView.Standing]
    /// It waits for a decision, and the reader may decide.
    package let isOpen: Bool
    package let decisionAction, version: String
    package let reasons: [DeskPage.Choice]
    package let draftSentence, sentenceLimit: String
    package let sentenceFault: String?
    /// Whether it has reached anybody, who can be told.
    package let tells, isTelling: Bool
    /// Names the field for the number; nil for a few letters.
    package let asksNumber: String?
    package let acts: [DeskPage.Act]
    package let letters: [Row]
    package let morePath: String?
    package let keyList: [DeskPage.Key]
    package let keysValue, keysButton: String

    package struct Row: Sendable {
        package let handle, state, letterPath: String
        package let finished: String?
    }

    package init(
        _ sheet: WaveSheet, _ desk: Desk, _ notice: WaveNotice?, _ draft: Draft? = nil, staff: SignedInStaff, now: Timestamp,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        let (view, decides) = (sheet.detail.wave, staff.role.decides)
        let path = WavePages.path(of: view.id)
        frame = presentation.frame(title: texts(.waveTitle, [.count: texts.number(view.letters)]))
        text = texts.texts
        script = presentation.templates.path(of: .deskScript)
        (token, wave) = (staff.formToken, view.id.description)
        hasKeys = desk.hasKeys
        lanes = DeskPage.lanes(desk.counts, current: nil, texts)
        bars = decides ? DeskPage.bars(desk.undoable, now: now, texts) : []
        // Said beside the field that it is about.
        self.notice = notice == .longSentence ? nil : notice?.words(of: view, texts)
        (nextPath, previousPath) = (
            sheet.next.map { WavePages.path(of: $0) }, sheet.previous.map { WavePages.path(of: $0) }
        )
        counts = view.words(texts)
        taken = sheet.taken.flatMap { mark in
            guard mark.claims(besides: staff.name.text, at: now) else { return nil }
            return texts(.deskTaken, [.staff: mark.by, .age: texts.span(max(now.since(mark.at), .seconds(1)))])
        }
        takeAction = path + "/take"
        let isByStaff = sheet.decisions.contains { $0.undone == nil && $0.made == view.decided }
        outcome = isByStaff ? nil : view.standing(texts)
        standings = sheet.decisions.map { DeskItemView.Standing($0, canUndo: decides, now: now, texts) }
        isOpen = decides && view.decision == nil
        (decisionAction, version) = (path + "/decision", String(sheet.version))
        reasons = ReviewReason.all(about: ReviewAct.aboutWave).map {
            DeskPage.Choice(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0.rawValue == draft?.reason)
        }
        draftSentence = draft?.sentence ?? ""
        sentenceLimit = String(ReviewLimit.sentence)
        sentenceFault = notice == .longSentence ? notice?.words(of: view, texts) : nil
        let (waiting, reached) = (view.waiting, view.states["delivered"] ?? 0)
        (tells, isTelling) = (reached > 0, draft?.isTelling ?? false)
        asksNumber = waiting > ReviewLimit.unasked ? texts(.waveNumber, [.count: texts.number(waiting)]) : nil
        acts = ReviewAct.aboutWave.map { act in
            let consequence =
                act == .withdrawWave
                ? texts(.waveWillWithdraw, [.count: texts.number(waiting), .limit: texts.number(reached)])
                : texts(.waveWillRelease, [.count: texts.number(waiting)])
            return DeskPage.Act(act, consequence: consequence, hasKey: true, texts)
        }
        let shown = sheet.detail.letters.prefix(WaveService.page)
        letters = shown.map { letter in
            Row(
                handle: "\(letter.site)/\(letter.handle)", state: letter.state, letterPath: "/letters/\(letter.id)",
                finished: letter.finished?.rfc3339)
        }
        morePath = sheet.detail.letters.count > shown.count ? shown.last.map { "\(path)?after=\($0.id)" } : nil
        keyList = Self.keys.map { DeskPage.Key(combination: $0.0, meaning: texts($0.1)) }
        keysValue = desk.hasKeys ? "off" : "on"
        keysButton = texts(desk.hasKeys ? .keysOff : .keysOn)
    }

    private static let keys: [(String, StaffText)] = [
        ("j k", .keyWaveMove), ("r", .keyWaveRelease), ("d", .keyWaveWithdraw), ("u", .keyUndo), ("t", .keyWaveTake),
        ("g h", .keyHeld), ("g r", .keyReported), ("g w", .keyWaves), ("?", .keyHelp),
    ]
}

extension WaveNotice {
    fileprivate func words(of wave: WaveView, _ texts: Catalogue) -> String {
        switch self {
        case .late:
            wave.decision == nil
                ? texts(.waveLate) : texts(.waveLateBy, [.staff: wave.decidedBy ?? texts(.waveOperator)])
        case .undoLate: texts(.noticeUndoLate)
        case .number: texts(.waveWrongNumber)
        case .unsuitable: texts(.noticeUnsuitable)
        case .longSentence: texts(.noticeLongSentence, [.limit: texts.number(ReviewLimit.sentence)])
        }
    }
}
