package import PosternCore
package import PosternRelay
package import PosternText

/// The waves that wait for a decision, or whose decision can still be undone.
package struct WavesPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case hasWaves, waves, path, name, standing
    }

    package static let template = "staff/waves"

    package let frame: PageFrame
    package let text: Texts
    package let hasWaves: Bool
    package let waves: [Row]

    package struct Row: Sendable {
        package let path, name, standing: String
    }

    package init(_ waves: [WaveView], now: Timestamp, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.wavesTitle))
        text = texts.texts
        hasWaves = !waves.isEmpty
        self.waves = waves.map { wave in
            Row(
                path: WavePages.path(of: wave.id), name: wave.words(texts),
                standing: wave.standing(at: now, texts)
                    ?? texts(.waveOpen, [.age: texts.span(max(now.since(wave.began), .seconds(1)))]))
        }
    }
}

/// One wave: its letters, whom it has reached, and what can be done.
package struct WavePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, notice, counts, standing, undoAction
        case acts, action, value, label, consequence, tells, number, asksNumber
        case letters, handle, state, finished, letterPath, morePath
    }

    package static let template = "staff/wave"
    package static let required: [Property] = [.token, .consequence]

    package let frame: PageFrame
    package let text: Texts
    package let token, counts: String
    package let notice: String?
    /// Nil while it waits for a decision.
    package let standing: String?
    package let undoAction: String?
    package let acts: [Act]
    package let letters: [Row]
    package let morePath: String?

    package struct Act: Sendable {
        package let action, value, label, consequence: String
        package let tells: Bool
        /// Names the field for the number; nil for a few letters.
        package let asksNumber: String?
        package let number: String
    }

    package struct Row: Sendable {
        package let handle, state, letterPath: String
        package let finished: String?
    }

    package init(
        _ detail: WaveDetailView, _ notice: WaveNotice?, staff: SignedInStaff, now: Timestamp, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        let wave = detail.wave
        frame = presentation.frame(title: texts(.waveTitle, [.count: texts.number(wave.letters)]))
        text = texts.texts
        token = staff.formToken
        self.notice = notice.map { texts($0.text) }
        let (waiting, reached) = (wave.waiting, wave.states["delivered"] ?? 0)
        counts = wave.words(texts)
        standing = wave.standing(at: now, texts)
        let path = WavePages.path(of: wave.id)
        undoAction = staff.role.decides && wave.applied == nil && wave.decision != nil ? path + "/undo" : nil
        let isOpen = wave.decision == nil && staff.role.decides
        acts =
            !isOpen
            ? []
            : WaveAct.allCases.map { act in
                Act(
                    action: path + "/decision", value: act.rawValue,
                    label: texts(act == .withdraw ? .waveWithdraw : .waveRelease),
                    consequence: act == .withdraw
                        ? texts(.waveWillWithdraw, [.count: texts.number(waiting), .limit: texts.number(reached)])
                        : texts(.waveWillRelease, [.count: texts.number(waiting)]),
                    tells: act == .withdraw && reached > 0,
                    asksNumber: waiting > ReviewLimit.unasked ? texts(.waveNumber, [.count: texts.number(waiting)]) : nil,
                    number: "number-\(act.rawValue)")
            }
        let shown = detail.letters.prefix(WaveService.page)
        letters = shown.map { letter in
            Row(
                handle: "\(letter.site)/\(letter.handle)", state: letter.state, letterPath: "/letters/\(letter.id)",
                finished: letter.finished?.rfc3339)
        }
        morePath = detail.letters.count > shown.count ? shown.last.map { "\(path)?after=\($0.id)" } : nil
    }
}

extension WaveView {
    fileprivate func words(_ texts: Catalogue) -> String {
        texts(
            .waveCounts,
            [
                .count: texts.number(letters), .limit: texts.number(states["delivered"] ?? 0),
                .state: texts.number(waiting), .date: texts.number(states["dropped"] ?? 0),
            ])
    }

    /// What was decided; nil while it waits.
    fileprivate func standing(at now: Timestamp, _ texts: Catalogue) -> String? {
        guard let decision, let decided else { return nil }
        let who = decidedBy ?? texts(.waveOperator)
        let act = texts(decision == "released" ? .waveReleased : .waveWithdrawn, [.staff: who, .date: decided.rfc3339])
        guard applied == nil, let final, final > now else { return act }
        return act + " " + texts(.waveUndoable, [.wait: texts.span(max(final.since(now), .seconds(1)))])
    }
}

extension WaveNotice {
    fileprivate var text: StaffText {
        switch self {
        case .late: .waveLate
        case .undoLate: .waveUndoLate
        case .number: .waveWrongNumber
        }
    }
}
