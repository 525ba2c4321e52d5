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
    /// Where a letter from a version without links hides the address.
    case answerUnlinked = "letter_mail.answer_unlinked"
    case answerReplyTo = "letter_mail.answer_reply_to"
    case answerInText = "letter_mail.answer_in_text"
    case answerPrivacy = "letter_mail.answer_privacy"
    case answerButton = "letter_mail.button"
    case muteLink = "letter_mail.mute"
    case reportLink = "letter_mail.report"
    case pauseLink = "letter_mail.pause"
    case letterWhy = "letter_mail.why"

    /// What the first letter that somebody gets says of itself, and how to stop it.
    case letterFirst = "letter_mail.first"
    case letterFirstStop = "letter_mail.first_stop"
    case settings = "letter_mail.settings"

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

    case waveSubject = "wave_mail.subject"
    case waveHeading = "wave_mail.heading"
    case waveOffer = "wave_mail.offer"
    case waveAsk = "wave_mail.ask"
    case waveButton = "wave_mail.button"
    case waveIgnore = "wave_mail.ignore"

    case confirmationSubject = "confirmation_mail.subject"
    case confirmationHeading = "confirmation_mail.heading"
    case confirmationOffer = "confirmation_mail.offer"
    case confirmationAsk = "confirmation_mail.ask"
    case confirmationButton = "confirmation_mail.button"
    case confirmationCopy = "confirmation_mail.copy"
    case confirmationIgnore = "confirmation_mail.ignore"
    case confirmationWhy = "confirmation_mail.why"

    case codeSubject = "code_mail.subject"
    case codeHeading = "code_mail.heading"
    case codeOffer = "code_mail.offer"
    case codeAsk = "code_mail.ask"
    case codeButton = "code_mail.button"
    case codeIgnore = "code_mail.ignore"

    case manageSubject = "manage_mail.subject"
    case manageHeading = "manage_mail.heading"
    case manageOffer = "manage_mail.offer"
    case manageAsk = "manage_mail.ask"
    case manageButton = "manage_mail.button"
    case manageIgnore = "manage_mail.ignore"

    case noticeSubject = "address_mail.subject"
    case noticeHeading = "address_mail.heading"
    case noticeOffer = "address_mail.offer"
    case noticeAsk = "address_mail.ask"
    case noticeButton = "address_mail.button"
    case noticeIgnore = "address_mail.ignore"

    case welcomeSubject = "welcome_mail.subject"
    case welcomeHeading = "welcome_mail.heading"
    case welcomeOffer = "welcome_mail.offer"
    case welcomeAsk = "welcome_mail.ask"
    case welcomeButton = "welcome_mail.button"
    case welcomeIgnore = "welcome_mail.ignore"
    case welcomeSettings = "welcome_mail.settings"

    case proveSubject = "prove_mail.subject"
    case proveHeading = "prove_mail.heading"
    case proveOffer = "prove_mail.offer"
    case proveAsk = "prove_mail.ask"
    case proveButton = "prove_mail.button"
    case proveIgnore = "prove_mail.ignore"
    case proveWhy = "prove_mail.why"

    static let file = CatalogueFile.mail

    var slots: Set<TextSlot> {
        switch self {
        case .from, .letterHeading, .replyHeading: [.visitor, .site]
        case .visitor, .letterSubject, .copyHeading: [.visitor]
        case .confirmationSubject, .confirmationOffer, .letterFirst, .letterWhy, .confirmationWhy, .copyNote, .pauseSubject,
            .pauseHeading, .pauseOffer, .waveSubject, .waveOffer, .codeSubject, .codeOffer, .manageSubject, .manageHeading,
            .noticeSubject, .noticeHeading,
            .noticeOffer, .welcomeSubject, .welcomeHeading, .proveSubject, .proveOffer, .proveWhy:
            [.site]
        case .visitorSubject, .visitorWords: [.recipient]
        case .fromRecipient, .visitorHeading, .visitorAnswer, .visitorWhy: [.recipient, .site]
        case .unnamedVisitor, .letterWords, .aboutLabel, .subjectLabel, .answerHidden, .answerUnlinked, .answerPrivacy,
            .answerButton, .muteLink, .reportLink, .pauseLink, .letterFirstStop, .settings, .copyWords, .copyButton,
            .visitorButton, .pauseAsk, .pauseButton,
            .pauseIgnore, .waveHeading, .waveAsk, .waveButton, .waveIgnore, .answerReplyTo, .answerInText, .confirmationHeading,
            .confirmationAsk, .confirmationButton,
            .confirmationCopy, .confirmationIgnore, .codeHeading, .codeAsk, .codeButton, .codeIgnore, .manageOffer, .manageAsk,
            .manageButton, .manageIgnore, .noticeAsk, .noticeButton, .noticeIgnore, .welcomeOffer, .welcomeAsk, .welcomeButton,
            .welcomeIgnore, .welcomeSettings, .proveHeading, .proveAsk, .proveButton, .proveIgnore:
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
