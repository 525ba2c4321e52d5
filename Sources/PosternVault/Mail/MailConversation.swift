package import PosternCore

/// What a mail has from the conversation that it belongs to.
package struct MailConversation: Sendable {
    /// The letter that began it.
    package let letter: Letter
    /// The root of its addressee's thread, and the mails that they got before.
    package let root: [UInt8]
    package let began: Timestamp
    package let earlier: [String]
    package let links: MailLinks
    package let visitorLanguage: Language
    /// The recipient's when it began; nil when nobody knows.
    package let recipientLanguage: Language?

    package init(
        letter: Letter, root: [UInt8], began: Timestamp, earlier: [String], links: MailLinks,
        visitorLanguage: Language = .english, recipientLanguage: Language? = nil
    ) {
        self.letter = letter
        self.root = root
        self.began = began
        self.earlier = earlier
        self.links = links
        self.visitorLanguage = visitorLanguage
        self.recipientLanguage = recipientLanguage
    }
}

/// The links of a mail: absolute URLs in ASCII.
package enum MailLinks: Sendable {
    case recipient(reply: String, mute: String, report: String, pause: String)
    case visitor(letter: String)

    /// Where its reader answers and sees the conversation.
    var page: String {
        switch self {
        case .recipient(let reply, _, _, _): reply
        case .visitor(let letter): letter
        }
    }

    var mute: String? { if case .recipient(_, let mute, _, _) = self { mute } else { nil } }
    var report: String? { if case .recipient(_, _, let report, _) = self { report } else { nil } }
    var pause: String? { if case .recipient(_, _, _, let pause) = self { pause } else { nil } }
    var all: [String] { [page, mute, report, pause].compactMap(\.self) }
}
