/// One attempt of a delivery, as the relay claims it from the store and sends it to the vault. It has fixed fields only, so the
/// relay cannot name a header, an envelope address or a template.
package struct DeliveryJob: Equatable, Sendable, Unprintable {
    package let id: LetterID
    /// The number of this attempt; the first is 1. The store already has it.
    package let attempt: Int
    /// How many attempts its series (`start`) has had with this one, without those that a budget kept from being made: the waits go
    /// by it. The vault is told of none of these three.
    package let tries: Int
    /// How many earlier attempts of the series ended with the process that made them.
    package let lostTries: Int
    /// How many earlier attempts had an uncertain end (`Outcome.isUncertainEnd`).
    package let uncertainEnds: Int
    package let kind: DeliveryKind
    package let accepted: Timestamp
    /// When a person released it last, or had it tried again after it had ended; nil if nobody did.
    package let released: Timestamp?
    package let tokens: MailTokens
    package let site: Site
    package let recipient: RecipientID
    package let handle: Handle
    package let recipientName: HeaderText
    package let language: Language
    /// The recipient's record as it is now, not as it was when the letter came. Of mails about a change of address, the one that the
    /// mail goes to: a confirmation asks the address that is to be, the notice tells the former one.
    package let record: SealedRecord
    /// The sealed letter, or the sealed reply; empty for everything else.
    package let letter: [UInt8]
    /// The conversation that a reply or its copy belongs to, that a notice was asked for from, or whose visitor is to prove the
    /// address; nil for a first letter and for the other mails.
    package let conversation: Conversation?
    /// The change of address that a confirmation or a notice is about; nil for everything else.
    package let change: AddressChangeID?
    /// Whether the recipient wants mails without HTML.
    package let isTextOnly: Bool
    /// Whether the recipient got no letter before: the mail then says what this is.
    package let isFirst: Bool
    /// Whom the recipient has muted, as `MuteRequest` names them. Empty where the mail is not from a visitor to the recipient.
    package let mutes: [[UInt8]]
    /// It came over a connection that the recipient has muted on that day; false where the mail is not from a visitor to the recipient.
    package let isOverMutedConnection: Bool

    /// What a mail inside a conversation is made of besides its own letter.
    package struct Conversation: Equatable, Sendable {
        /// The letter that began it: its id, when it was accepted, and its seal.
        package let id: LetterID
        package let began: Timestamp
        package let letter: [UInt8]
        /// Who wrote the reply. Of a notice, `recipient`; where the address is to be proven, `visitor`.
        package let author: Party
        /// The reply itself, whose id its seal is bound to: not the delivery's own in a copy.
        package let reply: LetterID
        /// When the reply was accepted: its links are made from it.
        package let replied: Timestamp
        /// The Message-IDs' left parts of this side's earlier mails, oldest first; of many the first and the last fifteen.
        package let earlier: [String]
        /// What is said to show that the visitor's mailbox was reached, as `Proofs` keeps it; nil until the visitor has answered by
        /// a mailed link.
        package let proof: [UInt8]?

        package init(
            id: LetterID, began: Timestamp, letter: [UInt8], author: Party, reply: LetterID, replied: Timestamp,
            earlier: [String] = [], proof: [UInt8]? = nil
        ) {
            self.id = id
            self.began = began
            self.letter = letter
            self.author = author
            self.reply = reply
            self.replied = replied
            self.earlier = earlier
            self.proof = proof
        }
    }

    package init(
        id: LetterID, attempt: Int, tries: Int? = nil, lostTries: Int = 0, uncertainEnds: Int = 0, kind: DeliveryKind,
        accepted: Timestamp, released: Timestamp? = nil, tokens: MailTokens, site: Site, recipient: RecipientID, handle: Handle,
        recipientName: HeaderText, language: Language, record: SealedRecord, letter: [UInt8],
        conversation: Conversation? = nil, change: AddressChangeID? = nil, isTextOnly: Bool = false, isFirst: Bool = false,
        mutes: [[UInt8]] = [], isOverMutedConnection: Bool = false
    ) {
        self.id = id
        self.attempt = attempt
        self.tries = tries ?? attempt
        self.lostTries = lostTries
        self.uncertainEnds = uncertainEnds
        self.kind = kind
        self.accepted = accepted
        self.released = released
        self.tokens = tokens
        self.site = site
        self.recipient = recipient
        self.handle = handle
        self.recipientName = recipientName
        self.language = language
        self.record = record
        self.letter = letter
        self.conversation = conversation
        self.change = change
        self.isTextOnly = isTextOnly
        self.isFirst = isFirst
        self.mutes = mutes
        self.isOverMutedConnection = isOverMutedConnection
    }

    /// Who gets the mail.
    package var addressee: Party {
        switch kind {
        case .letter, .confirmation, .pauseNotice, .waveNotice, .manage, .addressNotice, .welcome: .recipient
        case .prove: .visitor
        case .reply: conversation?.author.other ?? .recipient
        case .copy: conversation?.author ?? .recipient
        }
    }

    /// When this series of attempts began: every attempt of it sends the same bytes, so the mail's date is this.
    package var start: Timestamp { released ?? accepted }
}
