internal import PosternText

/// The texts of the mails, by their key in `templates/strings/LANGUAGE/mail.json`.
enum MailText: String, TextKey {
    case from = "mail.from"
    case fromRecipient = "mail.from_recipient"
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
    /// Where a letter of before there were links hides the address.
    case answerUnlinked = "letter_mail.answer_unlinked"
    case answerReplyTo = "letter_mail.answer_reply_to"
    case answerInText = "letter_mail.answer_in_text"
    case answerPrivacy = "letter_mail.answer_privacy"
    case answerButton = "letter_mail.button"
    case muteLink = "letter_mail.mute"
    case pauseLink = "letter_mail.pause"
    case letterWhy = "letter_mail.why"

    case replyHeading = "reply_mail.heading"
    case copyHeading = "reply_mail.copy_heading"
    case copyWords = "reply_mail.copy_words"
    case copyNote = "reply_mail.copy_note"
    case copyButton = "reply_mail.copy_button"

    /// What a conversation is about where the visitor named no subject, in mails to the visitor.
    case visitorSubject = "visitor_mail.subject"
    case visitorHeading = "visitor_mail.heading"
    case visitorWords = "visitor_mail.words"
    case visitorAnswer = "visitor_mail.answer"
    case visitorButton = "visitor_mail.button"
    case visitorWhy = "visitor_mail.why"

    case pauseSubject = "pause_mail.subject"
    case pauseHeading = "pause_mail.heading"
    case pauseOffer = "pause_mail.offer"
    case pauseAsk = "pause_mail.ask"
    case pauseButton = "pause_mail.button"
    case pauseIgnore = "pause_mail.ignore"

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
        case .from, .letterHeading, .replyHeading: [.visitor, .site]
        case .visitor, .letterSubject, .copyHeading: [.visitor]
        case .confirmationSubject, .confirmationOffer, .letterWhy, .confirmationWhy, .copyNote, .pauseSubject, .pauseHeading,
            .pauseOffer:
            [.site]
        case .confirmationHeading, .visitorSubject, .visitorWords: [.recipient]
        case .fromRecipient, .visitorHeading, .visitorAnswer, .visitorWhy: [.recipient, .site]
        case .unnamedVisitor, .letterWords, .aboutLabel, .subjectLabel, .answerHidden, .answerUnlinked, .answerPrivacy,
            .answerButton, .muteLink,
            .pauseLink, .copyWords, .copyButton, .visitorButton, .pauseAsk, .pauseButton, .pauseIgnore, .answerReplyTo,
            .answerInText,
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
