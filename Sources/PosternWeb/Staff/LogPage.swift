package import PosternCore
package import PosternRelay
package import PosternText

/// Entries of the log that somebody looks for, newest first.
package struct LogPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case fault, site, recipient, tag, since, until, rules, verdicts, value, label, isChosen, clearPath
        case hasRows, rows, at, verdict, person, why, client, clientPath, letterPath, revealPath, id
        case more, isCut, csvPath, jsonPath
    }

    package static let template = "staff/log"
    package static let required: [Property] = [.fault, .at, .client, .id]

    package let frame: PageFrame
    package let text: Texts
    package let fault: String?
    package let site, recipient, tag, since, until: String
    package let rules, verdicts: [DeskPage.Choice]
    package let clearPath: String?
    package let hasRows: Bool
    package let rows: [Row]
    package let more: String?
    /// The search ended before the page was full.
    package let isCut: Bool
    package let csvPath, jsonPath: String

    package struct Row: Sendable {
        package let at, verdict, person, why, client, id: String
        /// Nil where the entry is of many clients.
        package let clientPath: String?
        /// Nil for a post that was not kept.
        package let letterPath: String?
        /// Where the client address of a refused post can be asked for: that post has no page of its own. Nil for who may not.
        package let revealPath: String?

        init(_ entry: LogEntry, for staff: SignedInStaff) {
            (at, verdict, person) = (entry.at.rfc3339, entry.verdict.rawValue, entry.recipient)
            why = entry.ruleNames + (entry.repeats > 0 ? " +\(entry.repeats)" : "")
            client = entry.tags.first?.description ?? "–"
            clientPath = entry.tags.first.map { "/clients/\($0)" }
            id = entry.id.description
            letterPath = entry.verdict == .refuse ? nil : "/letters/\(entry.id)"
            let canReveal = staff.role.decides && entry.verdict == .refuse && entry.evidence
            revealPath = canReveal ? "/letters/\(entry.id)/reveal" : nil
        }
    }

    /// - Parameter listing: nil where nothing was looked for.
    package init(_ listing: LogListing?, _ query: LogQuery, staff: SignedInStaff, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.logTitle))
        text = texts.texts
        fault = query.faults.first.map { texts(.deskFilterFault, [.name: texts(StaffText($0))]) }
        (site, recipient, tag) = (query[.site], query[.recipient], query[.tag])
        (since, until) = (query[.since], query[.until])
        rules = Verdict.Rule.allCases.map {
            .init(value: $0.rawValue, label: $0.rawValue, isChosen: $0.rawValue == query[.rule])
        }
        verdicts = Verdict.Decision.allCases.map {
            .init(value: $0.rawValue, label: $0.rawValue, isChosen: $0.rawValue == query[.verdict])
        }
        clearPath = query.isFiltered ? StaffSection.log.path : nil
        rows = listing?.entries.map { Row($0, for: staff) } ?? []
        hasRows = !rows.isEmpty
        more = listing?.next.map { query.with(.before, $0.description).path }
        isCut = listing?.isCut ?? false
        (csvPath, jsonPath) = (query.exportPath(.csv), query.exportPath(.ndjson))
    }
}

extension StaffText {
    fileprivate init(_ field: LogQuery.Field) {
        self =
            switch field {
            case .site: .fieldSite
            case .recipient: .fieldRecipient
            case .rule: .fieldRule
            case .tag: .fieldTag
            case .verdict: .fieldVerdict
            case .since: .fieldSince
            case .until: .fieldUntil
            case .before: .fieldAfter
            }
    }
}

/// One client, or one network, over all days whose keys are kept.
package struct ClientPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, meaning, partial, laterPath, blockPath, trails, day, name, namePath, letters, held, refused, recipients,
            first, last
        case rows, at, verdict, person, why, client, clientPath, letterPath, id, searchPath
        case revealPath
    }

    package static let template = "staff/client"
    package static let required: [Property] = [.heading, .day, .at]

    package let frame: PageFrame
    package let text: Texts
    package let heading, meaning, searchPath: String
    package let partial: String?
    /// Where later days are; nil where they are shown, or there are none.
    package let laterPath: String?
    /// Nil for who blocks nothing, and where nobody knows today's tag.
    package let blockPath: String?
    package let trails: [Trail]
    package let rows: [LogPage.Row]

    package struct Trail: Sendable {
        package let day, name, namePath, letters, held, refused, recipients, first, last: String
    }

    package init(_ sheet: ClientSheet, of tag: Tag, staff: SignedInStaff, _ presentation: Presentation) {
        let texts = presentation.texts
        heading = texts(sheet.names.place == 0 ? .clientTitle : .clientNetworkTitle, [.name: tag.description])
        frame = presentation.frame(title: heading)
        text = texts.texts
        meaning = texts(sheet.names.place == 0 ? .clientMeaning : .clientNetworkMeaning)
        partial = sheet.names.reach == nil ? texts(.clientPartial) : nil
        laterPath = sheet.names.reach == .upToItsDay && sheet.today == nil ? "/clients/\(tag)?days=all" : nil
        blockPath = staff.role.decides ? sheet.today.map { "\(BlockPages.new)?tag=\($0)" } : nil
        trails = sheet.trails.map { trail in
            Trail(
                day: trail.epoch.description, name: trail.tag.description, namePath: "/clients/\(trail.tag)",
                letters: texts.number(trail.total) + (trail.total >= ClientTrail.most ? "+" : ""),
                held: texts.number(trail.counts[.hold] ?? 0), refused: texts.number(trail.counts[.refuse] ?? 0),
                recipients: texts.number(trail.recipients), first: texts.time(trail.first), last: texts.time(trail.last))
        }
        rows = sheet.entries.map { LogPage.Row($0, for: staff) }
        searchPath = LogQuery { $0 == .tag ? tag.description : nil }.path
    }
}
