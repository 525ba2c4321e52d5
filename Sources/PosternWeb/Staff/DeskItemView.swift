internal import PosternCore
internal import PosternRelay
internal import PosternText

/// A letter as its page shows it: why it is here, who it is for, what is known of its client, and what can be done. Never an address,
/// and never its text.
package struct DeskItemView: Sendable {
    package let letter, heading, person, siteName, at, age: String
    /// What has become of it, where it waits no more.
    package let state: String?
    /// When it is dropped if nobody has decided; nil unless it is held.
    package let kept: String?
    package let standings: [Standing]
    package let parts: [Part]
    package let reported: String?
    package let client: String?
    package let clientPath: String?
    /// Where its client's days after the letter's own are; nil on that day, and where no tag is known.
    package let laterPath: String?
    package let trails: [Trail]
    package let isCut: Bool
    package let near: Near?
    package let hasEarlier: Bool
    package let earlier: [Standing]
    package let hasNotes: Bool
    package let notes: [Note]
    package let nextPath, previousPath: String?
    /// Nil where nothing of it can be shown, or not to the reader.
    package let revealPath: String?
    package let revealLabel: String
    /// Nil where its sender cannot be blocked, or not by the reader.
    package let blockSenderPath: String?
    package let caseCSV, caseJSON: String
    package let decisionAction, waitAction, takeAction, noteAction, version: String
    /// It waits for a decision, and the reader may decide.
    package let isOpen: Bool
    /// It is one of a group, which the list has as one row; nil where it is alone there.
    package let alike: String?
    package let reasons: [DeskPage.Choice]
    package let acts: [DeskPage.Act]
    package let waiting, taken: String?
    package let waitScope, waitButton, noteBack: String
    /// What was written and not taken.
    package let draftSentence, draftNote: String
    package let sentenceFault, noteFault: String?

    package struct Part: Sendable {
        package let rulePart, effect, meaning: String
    }

    package struct Standing: Sendable {
        package let standing: String
        package let sentence: String?
        /// Nil where it can no longer be undone, or the reader decides nothing.
        package let standingAction: String?
    }

    package struct Trail: Sendable {
        package let day, letters, held, refused, recipients, first, last: String
    }

    /// Other letters with nearly its text.
    package struct Near: Sendable {
        package let nearCount: String
        package let nearLetters: [Letter]
        /// Those of them that wait.
        package let nearWaiting: String
        package let nearWave: String?

        package struct Letter: Sendable {
            package let nearPath, nearPerson, nearState: String
        }
    }

    package struct Note: Sendable {
        package let author, at, noteText: String
    }

    init(_ item: DeskItem, _ parts: DeskPage.Parts, _ texts: Catalogue) {
        let (query, now, decides) = (parts.query, parts.now, parts.staff.role.decides)
        letter = item.letter.description
        person = DeskPage.person(item)
        heading = item.recipientName ?? person
        siteName = item.siteName ?? item.site.text
        at = item.letter.moment.rfc3339
        age = texts(.deskAge, [.age: texts.span(max(now.since(item.letter.moment), .seconds(1)))])
        let row = item.item
        state = row == nil ? Self.state(of: item, texts) : nil
        kept = item.keptUntil.map { texts(.deskKept, [.date: texts.date($0)]) }
        standings = item.decisions.map { Standing($0, canUndo: decides, now: now, texts) }
        self.parts =
            item.parts.map { Part(rulePart: $0.rule, effect: $0.effect, meaning: $0.meaning) }
        reported = item.report.map { report in
            texts(.deskReported, [.name: texts(StaffText(report.reason)), .date: texts.date(report.made)])
        }
        client = row?.tag?.description ?? item.trails.first?.tag.description
        clientPath = row?.tag.map { query.onlyLane.with(.tag, $0.description).deskPath }
        laterPath =
            Epoch(containing: item.letter.moment) == Epoch(containing: now) ? nil : client.map { "/clients/\($0)?days=all" }
        trails = item.trails.map { Trail($0, texts) }
        isCut = !item.isTrailWhole
        near = item.near.map { Near($0, query, texts) }
        earlier = item.earlier.map { Standing($0, canUndo: false, now: now, texts) }
        hasEarlier = !earlier.isEmpty
        notes = item.notes.map { Note(author: $0.author, at: $0.made.rfc3339, noteText: $0.text) }
        hasNotes = !notes.isEmpty
        let rows = parts.list.rows.map(\.item.letter)
        nextPath = (rows.first { item.letter.isBefore($0) } ?? parts.next).map { query.path(to: $0) }
        previousPath = rows.last { $0.isBefore(item.letter) }.map { query.path(to: $0) }
        let own = "/letters/\(item.letter)"
        (caseCSV, caseJSON) = (own + "/export?as=csv", own + "/export?as=ndjson")
        revealPath = decides && !item.reveals.isEmpty ? own + "/reveal" : nil
        revealLabel = texts(item.reveals.contains(.letter) ? .deskReveal : .deskRevealClient)
        blockSenderPath = decides && item.canBlockSender ? BlockPages.path(blockingSenderOf: item.letter) : nil
        (decisionAction, waitAction) = (own + "/decision", own + "/wait")
        (takeAction, noteAction) = (own + "/take", own + "/note")
        version = String(row?.version ?? 0)
        isOpen = decides && row != nil && row?.decision == nil
        let group = parts.list.rows.first { $0.count > 1 && $0.item.cluster == row?.cluster }
        alike = group.map { texts(.deskAlike, [.count: texts.text(StaffPlural.letters, $0.count)]) }
        reasons = ReviewReason.all(in: item.lane).map {
            DeskPage.Choice(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0.rawValue == parts.draft?.reason)
        }
        // Nothing is offered that has no effect.
        acts = ReviewAct.all(in: item.lane).filter { !$0.isBlocking || item.canBlock }.map {
            DeskPage.Act($0, hasKey: true, texts)
        }
        let waits = row?.waits
        waiting = waits.map { mark in
            texts(.deskWaits, [.staff: mark.by, .age: texts.span(max(now.since(mark.at), .seconds(1)))])
        }
        waitScope = waits == nil ? "begin" : "end"
        waitButton = texts(waits == nil ? .deskWait : .deskGoOn)
        taken = row?.claim(besides: parts.staff.name.text, at: now).map { mark in
            texts(.deskTaken, [.staff: mark.by, .age: texts.span(max(now.since(mark.at), .seconds(1)))])
        }
        noteBack = letter
        (draftSentence, draftNote) = (parts.draft?.sentence ?? "", parts.draft?.note ?? "")
        (sentenceFault, noteFault) = (parts.draft?.sentenceFault(texts), parts.draft?.noteFault(texts))
    }

    private static func state(of item: DeskItem, _ texts: Catalogue) -> String {
        if item.lane == .reported, let decision = item.report?.decision {
            return texts(decision == .upheld ? .deskUpheld : .deskRejected)
        }
        guard let delivery = item.delivery else { return texts(.deskGone) }
        let state = texts(StaffText(delivery.state))
        guard let finished = delivery.finished else { return texts(.deskState, [.state: state]) }
        return texts(.deskEnded, [.state: state, .date: texts.date(finished)])
    }
}

extension DeskItemView.Standing {
    init(_ decision: StaffDecision, canUndo: Bool, now: Timestamp, _ texts: Catalogue) {
        let standing = decision.standing(at: now)
        self.init(
            standing: texts(
                .decidedBy,
                [
                    .act: texts(StaffText(decision.act)), .staff: decision.staff,
                    .age: texts.span(max(now.since(decision.made), .seconds(1))), .name: texts(StaffText(decision.reason)),
                ]) + " " + standing.words(now: now, texts),
            sentence: decision.sentence,
            standingAction: canUndo && standing.isUndoable ? "/decisions/\(decision.id)/undo" : nil)
    }
}

extension DeskItemView.Trail {
    fileprivate init(_ trail: ClientTrail, _ texts: Catalogue) {
        let isFlood = trail.total >= ClientTrail.most
        self.init(
            day: trail.epoch.description, letters: texts.number(trail.total) + (isFlood ? "+" : ""),
            held: texts.number(trail.counts[.hold] ?? 0), refused: texts.number(trail.counts[.refuse] ?? 0),
            recipients: texts.number(trail.recipients), first: texts.time(trail.first), last: texts.time(trail.last))
    }
}

extension DeskItemView.Near {
    fileprivate init(_ near: DeskItem.Near, _ query: DeskQuery, _ texts: Catalogue) {
        self.init(
            nearCount: texts(.deskNear, [.count: texts.text(StaffPlural.letters, near.count)]),
            nearLetters: near.letters.map {
                Letter(
                    nearPath: query.path(to: $0.id), nearPerson: "\($0.site)/\($0.handle)", nearState: texts(StaffText($0.state)))
            }, nearWaiting: query.onlyLane.with(.like, near.first.description).with(.each, "1").deskPath,
            nearWave: near.isWave ? WavePages.path(of: near.first) : nil)
    }
}
