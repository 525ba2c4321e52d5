package import PosternCore
package import PosternRelay
package import PosternText

/// The waves that wait for a decision, or whose decision can still be undone.
package struct WavesPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case script, hasKeys, lanes, label, count, isCurrent, key
        case bars, bar, undoAction, back, isUndoKey, token
        case hasWaves, waves, path, name, standing, mark
    }

    package static let template = "staff/waves"
    package static let required: [Property] = [.token, .bar]

    package let frame: PageFrame
    package let text: Texts
    package let script, token: String
    package let hasKeys: Bool
    package let lanes: [DeskPage.Lane]
    package let bars: [DeskPage.Bar]
    package let hasWaves: Bool
    package let waves: [Row]

    package struct Row: Sendable {
        package let path, name, standing: String
        /// Who has it open; nil when no colleague has.
        package let mark: String?
    }

    package init(
        _ waves: [WaveLine], _ desk: WavePage.Desk, staff: SignedInStaff, now: Timestamp, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.wavesTitle))
        text = texts.texts
        script = presentation.templates.path(of: .deskScript)
        token = staff.formToken
        hasKeys = desk.hasKeys
        lanes = DeskPage.lanes(desk.counts, current: nil, texts)
        bars = staff.role.decides ? DeskPage.bars(desk.undoable, now: now, texts) : []
        hasWaves = !waves.isEmpty
        self.waves = waves.map { line in
            Row(
                path: WavePages.path(of: line.wave.id), name: line.wave.words(texts),
                standing: line.wave.standing(texts)
                    ?? texts(.waveOpen, [.age: texts.span(max(now.since(line.wave.began), .seconds(1)))]),
                mark: line.taken.flatMap { mark in
                    mark.claims(besides: staff.name.text, at: now) ? texts(.rowTaken, [.staff: mark.by]) : nil
                })
        }
    }
}

extension WaveView {
    func words(_ texts: Catalogue) -> String {
        texts(
            .waveCounts,
            [
                .count: texts.number(letters), .limit: texts.number(states["delivered"] ?? 0),
                .state: texts.number(waiting), .date: texts.number(states["dropped"] ?? 0),
            ])
    }

    /// What was decided; nil while it waits.
    func standing(_ texts: Catalogue) -> String? {
        guard let decision, let decided else { return nil }
        let who = decidedBy ?? texts(.waveOperator)
        return texts(decision == "released" ? .waveReleased : .waveWithdrawn, [.staff: who, .date: decided.rfc3339])
    }
}
