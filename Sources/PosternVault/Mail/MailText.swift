internal import PosternText

/// The texts of the mails, by their key in `templates/strings/LANGUAGE/mail.json`.
enum MailText: String, TextKey {
    case from = "mail.from"
    /// Every visitor's name in a mail is said to be one, and stands in quotation marks: whatever it is, the mail does not read as
    /// if somebody else wrote it.
    case visitor = "mail.visitor"
    /// Replaces that where nothing legible is left of the name.
    case unnamedVisitor = "mail.unnamed_visitor"

    case letterSubject = "letter_mail.subject"
    case letterHeading = "letter_mail.heading"
    /// Says whose words follow.
    case letterWords = "letter_mail.words"
    case aboutLabel = "letter_mail.about_label"
    case subjectLabel = "letter_mail.subject_label"
    case answerHidden = "letter_mail.answer_hidden"
    case answerReplyTo = "letter_mail.answer_reply_to"
    case answerInText = "letter_mail.answer_in_text"
    case letterWhy = "letter_mail.why"

    case confirmationSubject = "confirmation_mail.subject"
    case confirmationHeading = "confirmation_mail.heading"
    case confirmationOffer = "confirmation_mail.offer"
    case confirmationAsk = "confirmation_mail.ask"
    case confirmationButton = "confirmation_mail.button"
    case confirmationCopy = "confirmation_mail.copy"
    case confirmationIgnore = "confirmation_mail.ignore"
    case confirmationWhy = "confirmation_mail.why"

    static let file = CatalogueFile.mail

    var slots: Set<TextSlot> {
        switch self {
        case .from, .letterHeading: [.visitor, .site]
        case .visitor, .letterSubject: [.visitor]
        case .confirmationSubject, .confirmationOffer, .letterWhy, .confirmationWhy: [.site]
        case .confirmationHeading: [.recipient]
        case .unnamedVisitor, .letterWords, .aboutLabel, .subjectLabel, .answerHidden, .answerReplyTo, .answerInText,
            .confirmationAsk, .confirmationButton, .confirmationCopy, .confirmationIgnore:
            []
        }
    }
}

extension Catalogue {
    /// A text for a header, which is no sentence that a name could turn: slots are filled as they are.
    func line(_ key: MailText, _ values: [TextSlot: String] = [:]) -> String {
        phrase(key.rawValue).filled(values)
    }
}
