internal import Hummingbird
package import PosternCore
package import PosternRelay
package import PosternText

/// Which decisions the address of `/decisions` asks for.
package struct DecisionQuery: Sendable {
    let staff, reason, since, until: String
    let before: StaffDecisionID?

    package init(staff: String = "", reason: String = "", since: String = "", until: String = "", before: String = "") {
        (self.staff, self.reason, self.since, self.until) = (staff, reason, since, until)
        self.before = StaffDecisionID(before)
    }

    init(_ request: Request) {
        func field(_ name: String) -> String { String((request.queryField(name) ?? "").prefix(40)) }
        self.init(
            staff: field("staff"), reason: field("reason"), since: field("since"), until: field("until"), before: field("before"))
    }

    /// What cannot be one is not asked for.
    var filter: DecisionFilter {
        DecisionFilter(
            staff: StaffName(typed: staff)?.text, reason: ReviewReason(rawValue: reason), since: Epoch(since)?.start,
            until: Epoch(until)?.end)
    }

    func path(before id: StaffDecisionID) -> String {
        let fields = [("staff", staff), ("reason", reason), ("since", since), ("until", until), ("before", id.description)]
        return "/decisions?"
            + fields.filter { !$0.1.isEmpty }.map { "\($0.0)=\(PercentCoding.encoded($0.1))" }
            .joined(separator: "&")
    }
}

/// What staff have decided, newest first.
package struct DecisionsPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case rows, hasRows, morePath, staff, reasons, value, label, isChosen, since, until
        case at, who, act, count, why, sentence, standing, letterPath, undoAction, back, token
    }

    package static let template = "staff/decisions"
    package static let required: [Property] = [.token, .staff, .since, .until]

    package let frame: PageFrame
    package let text: Texts
    package let token, staff, since, until: String
    package let reasons: [DeskPage.Choice]
    package let hasRows: Bool
    package let rows: [Row]
    package let morePath: String?

    package struct Row: Sendable {
        package let at, who, act, count, why, standing: String
        package let sentence, letterPath: String?
        /// Nil where it can no longer be undone, or the reader decides nothing.
        package let undoAction: String?
        package let back: String
    }

    package init(
        _ lines: [DecisionLine], _ query: DecisionQuery, staff: SignedInStaff, now: Timestamp, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.decisionsTitle))
        text = texts.texts
        token = staff.formToken
        self.staff = query.staff
        (since, until) = (query.since, query.until)
        reasons = ReviewReason.allCases.map {
            DeskPage.Choice(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0.rawValue == query.reason)
        }
        let shown = lines.prefix(DeskLimits.rows)
        hasRows = !shown.isEmpty
        rows = shown.map { line in
            let decision = line.decision
            let standing = decision.standing(at: now)
            return Row(
                at: decision.made.rfc3339, who: decision.staff, act: texts(StaffText(decision.act)),
                count: texts.text(StaffPlural.letters, line.tally.total)
                    + (line.tally.passed > 0
                        ? " " + texts(.decisionsPassed, [.count: texts.number(line.tally.passed)]) : ""),
                why: texts(StaffText(decision.reason)), standing: standing.words(now: now, texts),
                sentence: decision.sentence,
                letterPath: decision.wave.map { WavePages.path(of: $0) }
                    ?? line.letter.map { "/letters/\($0)?lane=\(decision.act.lane.rawValue)" },
                undoAction: standing.isUndoable && staff.role.decides ? "/decisions/\(decision.id)/undo" : nil,
                back: line.tally.total == 1 ? line.letter?.description ?? "" : "")
        }
        morePath = lines.count > DeskLimits.rows ? shown.last.map { query.path(before: $0.decision.id) } : nil
    }
}

extension DecisionStanding {
    /// As a list says it.
    func words(now: Timestamp, _ texts: Catalogue) -> String {
        switch self {
        case .pending(let until): texts(.standingPending, [.wait: texts.span(max(until.since(now), .seconds(1)))])
        case .due: texts(.standingDue)
        case .applied(let at): texts(.standingApplied, [.date: texts.date(at)])
        case .undone(let mark): texts(.standingUndone, [.staff: mark.by])
        }
    }
}
