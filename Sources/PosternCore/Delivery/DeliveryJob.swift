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
    /// The recipient's record as it is now, not as it was when the letter came.
    package let record: SealedRecord
    /// The sealed letter; empty for a confirmation.
    package let letter: [UInt8]

    package init(
        id: LetterID, attempt: Int, tries: Int? = nil, lostTries: Int = 0, uncertainEnds: Int = 0, kind: DeliveryKind,
        accepted: Timestamp, released: Timestamp? = nil, tokens: MailTokens, site: Site, recipient: RecipientID, handle: Handle,
        recipientName: HeaderText, language: Language, record: SealedRecord, letter: [UInt8]
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
    }

    /// When this series of attempts began: every attempt of it sends the same bytes, so the mail's date is this.
    package var start: Timestamp { released ?? accepted }
}
