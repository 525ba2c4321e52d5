internal import PosternCore
package import PosternRelay
package import PosternText

/// The privacy statement of one site, made from what is configured and what was done, so that it is true.
package struct PrivacyPage: Page {
    package enum Property: String, CaseIterable, Sendable { case sections, title, paragraphs, machine, origin }

    package static let template = "web/privacy"
    package static let required: [Property] = [.title, .machine]

    package let frame: PageFrame
    package let text: Texts
    package let sections: [Section]
    package let machine: String
    /// Where the site itself can be asked; nil when it has told no address of its own.
    package let origin: String?

    package struct Section: Sendable {
        package let title: String
        package let paragraphs: [String]
    }

    package init(_ facts: PrivacyFacts, path: String, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.privacyTitle), path: path)
        text = texts.texts
        machine = path + ".json"
        origin = facts.site.origins.first?.description
        sections = [
            Self.letter(facts, texts), Self.addresses(facts, texts), Self.client(facts, texts), Self.members(texts),
            Self.longer(facts, texts),
            Section(
                title: texts(.privacyCookiesTitle),
                paragraphs: [
                    texts(.privacyCookiesText),
                    texts(.privacyStaffCookie, [.wait: texts.span(StaffSessionTimes.absolute)]),
                ]),
            Section(
                title: texts(.privacyWhoTitle),
                paragraphs: [
                    texts(.privacyWhoRecipient),
                    texts(.privacyWhoStaff, [.count: texts.number(facts.terms.reveals.most)])
                        + (facts.terms.reveals.needsTwo ? " \(texts(.privacyWhoStaffTwo))" : ""),
                    texts(.privacyWhoOperator),
                ]),
            Self.purge(facts, texts),
            Section(
                title: texts(.privacyAskTitle),
                paragraphs: [texts(.privacyAskText, [.site: facts.site.name.text])]),
        ]
    }

    private static func letter(_ facts: PrivacyFacts, _ texts: Catalogue) -> Section {
        let hop: PageText =
            facts.terms.isDemo ? .privacyMailDemo : facts.terms.isMailEncrypted ? .privacyMailEncrypted : .privacyMailLocal
        return Section(
            title: texts(.privacyLetterTitle),
            paragraphs: [
                texts(.privacyLetterText, [.letters: texts.span(facts.terms.letters, .after)]),
                texts(.privacyLetterAnswers),
                texts(.privacyLetterProof, [.wait: texts.span(facts.proofWait, .after)]),
                texts(.privacyLetterReport, [.reports: texts.span(facts.terms.reports, .after)]),
                texts(.privacyLetterSuite, [.suite: facts.terms.epochSuite]), texts(hop),
            ])
    }

    private static func addresses(_ facts: PrivacyFacts, _ texts: Catalogue) -> Section {
        Section(
            title: texts(.privacyAddressTitle),
            paragraphs: [
                texts(.privacyAddressVisitor), texts(.privacyAddressMute), texts(.privacyAddressBlock),
                texts(.privacyAddressRecipient),
            ] + (facts.site.joining == .off ? [] : [texts(.privacyAddressJoining, [.wait: texts.span(facts.joinWait)])])
                + [texts(.privacyAddressSuite, [.suite: facts.addressSuite])])
    }

    private static func client(_ facts: PrivacyFacts, _ texts: Catalogue) -> Section {
        let counted = facts.terms.counted.map { texts($0.key) }.joined(separator: " · ")
        let limit =
            counted.isEmpty ? [] : [texts(.privacyLimitText, [.counted: counted, .marks: texts.span(facts.limitRecords)])]
        return Section(
            title: texts(.privacyClientTitle),
            paragraphs: [texts(.privacyClientText, [.evidence: texts.span(facts.terms.evidence, .after)])] + limit
                + [texts(.privacyRequestsText)] + (facts.terms.hasBanFile ? [texts(.privacyBanText)] : []))
    }

    private static func members(_ texts: Catalogue) -> Section {
        Section(
            title: texts(.privacyMemberTitle),
            paragraphs: [
                texts(.privacyMemberSettings),
                texts(.privacyMemberChange, [.wait: texts.span(MailedToken.undoLifetime)]),
                texts(.privacyMemberCookie, [.wait: texts.span(SessionSecret.lifetime)]), texts(.privacyMemberLinks),
                texts(.privacyMemberErase), texts(.privacyMemberJournal),
            ])
    }

    private static func longer(_ facts: PrivacyFacts, _ texts: Catalogue) -> Section {
        Section(
            title: texts(.privacyLongerTitle),
            paragraphs: [
                texts(.privacyLongerText, [.outcomes: texts.span(facts.terms.outcomes)]), texts(.privacyLongerStaff),
                texts(.privacyRepeatText, [.repeats: texts.span(facts.repeats)]),
            ])
    }

    private static func purge(_ facts: PrivacyFacts, _ texts: Catalogue) -> Section {
        let last = facts.lastPurge.map { texts(.privacyPurgeDone, [.date: texts.date($0)]) } ?? texts(.privacyPurgeNone)
        let oldest = [
            facts.oldestLetter.map { texts(.privacyOldestLetter, [.date: texts.date($0)]) },
            facts.oldestEntry.map { texts(.privacyOldestEntry, [.date: texts.date($0)]) },
        ]
        return Section(title: texts(.privacyPurgeTitle), paragraphs: [last] + oldest.compactMap { $0 })
    }
}

extension PrivacyFacts.Counted {
    fileprivate var key: PageText {
        switch self {
        case .connection: .privacyCountedConnection
        case .address: .privacyCountedAddress
        case .text: .privacyCountedText
        case .recipient: .privacyCountedRecipient
        case .similarText: .privacyCountedSimilarText
        }
    }
}

extension PrivacyFacts {
    /// The same for programs. Spans are seconds; moments RFC 3339 or null.
    package var json: String {
        func seconds(_ span: Duration) -> JSONText { .number(Int(span.components.seconds)) }
        return JSONText.object([
            ("site", .string(site.id.text)), ("site_name", .string(site.name.text)),
            ("letters_kept_seconds", seconds(terms.letters)), ("evidence_kept_seconds", seconds(terms.evidence)),
            ("outcomes_kept_seconds", seconds(terms.outcomes)), ("reports_kept_seconds", seconds(terms.reports)),
            ("unproven_letters_kept_seconds", seconds(proofWait)), ("repeat_marks_kept_seconds", seconds(repeats)),
            ("unconfirmed_joins_kept_seconds", seconds(joinWait)),
            ("address_suite", .string(addressSuite)), ("letter_suite", .string(terms.epochSuite)),
            ("client_limit", .nullable(terms.clientLimit.isOff ? nil : terms.clientLimit.description)),
            ("counted_by", .array(terms.counted.map { .string($0.rawValue) })),
            ("limit_marks_kept_seconds", seconds(limitRecords)), ("last_purge", .nullable(lastPurge?.rfc3339)),
            ("oldest_letter", .nullable(oldestLetter?.rfc3339)), ("oldest_entry", .nullable(oldestEntry?.rfc3339)),
            ("joining", .string(site.joining.rawValue)), ("mail_encrypted", .boolean(terms.isMailEncrypted)),
            ("ban_file", .boolean(terms.hasBanFile)), ("demo", .boolean(terms.isDemo)),
            ("visitor_cookies", .array([])),
            (
                "member_cookies",
                .array([.object([("purpose", .string("session")), ("kept_seconds", seconds(SessionSecret.lifetime))])])
            ),
            (
                "staff_cookies",
                .array([
                    .object([("purpose", .string("session")), ("kept_seconds", seconds(StaffSessionTimes.absolute))])
                ])
            ),
            ("former_address_kept_seconds", seconds(MailedToken.undoLifetime)),
            ("staff_sees", .array(["time", "recipient", "size", "verdict", "rules", "tag"].map { .string($0) })),
            (
                "staff_reveals",
                .object([
                    ("kinds", .array(RevealKind.allCases.map { .string($0.rawValue) })),
                    ("most_per_person_and_day", .number(terms.reveals.most)),
                    ("two_persons", .boolean(terms.reveals.needsTwo)),
                ])
            ),
        ]).text
    }
}
