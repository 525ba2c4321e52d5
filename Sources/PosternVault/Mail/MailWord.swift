/// A text of ours in a mail, under its key in `templates/strings/mail.<language>.json`.
enum MailWord: String, CaseIterable {
    /// `ltr` or `rtl`.
    case direction
    case from
    /// Stands where a visitor's name would, when nothing legible is left of it.
    case aVisitor = "a-visitor"

    case letterSubject = "letter.subject"
    case letterHeading = "letter.heading"
    case aboutLabel = "letter.about-label"
    case subjectLabel = "letter.subject-label"
    case answerHidden = "letter.answer-hidden"
    case answerReplyTo = "letter.answer-reply-to"
    case answerInText = "letter.answer-in-text"
    case letterWhy = "letter.why"

    case confirmationSubject = "confirmation.subject"
    case confirmationHeading = "confirmation.heading"
    case confirmationOffer = "confirmation.offer"
    case confirmationAsk = "confirmation.ask"
    case confirmationButton = "confirmation.button"
    case confirmationCopy = "confirmation.copy"
    case confirmationIgnore = "confirmation.ignore"
    case confirmationWhy = "confirmation.why"

    /// The slots this text must have; it may have no others. A translation that drops the site's name is as wrong as one that
    /// names a slot nobody fills.
    var slots: Set<MailSlot> {
        switch self {
        case .from, .letterHeading: [.visitor, .site]
        case .letterSubject, .answerHidden, .answerReplyTo, .answerInText: [.visitor]
        case .confirmationSubject, .confirmationOffer, .letterWhy, .confirmationWhy: [.site]
        case .confirmationHeading: [.recipient]
        case .direction, .aVisitor, .aboutLabel, .subjectLabel, .confirmationAsk, .confirmationButton, .confirmationCopy,
            .confirmationIgnore:
            []
        }
    }
}

/// A place in a text that a name fills, written `{visitor}`.
enum MailSlot: String, CaseIterable {
    case visitor, site, recipient
}
