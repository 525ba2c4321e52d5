import Foundation
import PosternCore
import PosternMail
import PosternVault

/// The mails the tests compose, and where the templates are that they compose them with.
enum MailSamples {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()

    static let templates = folder.appending(path: "../../../templates").standardizedFileURL.path

    static func composer() throws -> Composer { try Composer(templates: templates) }

    static let tokens = MailTokens(messageID: "0000000000tv5x1k8m2q7d4b9s", envelope: "0000000000zr3n6c1h5w8j2f4p")

    /// 2026-11-24T10:05:09Z
    static let accepted = Timestamp(seconds: 1_795_514_709)

    static func letter(
        name: String = "Vera Visitor", address: String = "vera@visitor.example", subject: String? = "Your photo",
        message: String = "I like it.\nMay I print it?", about: String? = nil, shares: Bool = false
    ) throws -> Letter {
        Letter(
            name: try HeaderText(name, limit: Letter.Limit.name), replyAddress: try EmailAddress(address),
            subject: try subject.map { try HeaderText($0, limit: Letter.Limit.subject) },
            text: try LetterText(message, limit: Letter.Limit.message),
            about: try about.map { try HeaderText($0, limit: Letter.Limit.about) }, sharesAddress: shares)
    }

    static func mail(
        _ letter: Letter, language: String = "en", site: String = "Example Photos", recipientName: String = "Pat Photographer",
        recipient: String = "pat@mailbox.example", from: String = "contact@relay.example.org", tokens: MailTokens = tokens,
        released: Timestamp? = nil
    ) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(
                .letter, language: language, site: site, recipientName: recipientName, tokens: tokens, released: released),
            to: try EmailAddress(recipient), from: try EmailAddress(from), content: .letter(letter))
    }

    static let links = MailLinks.recipient(
        reply: "https://contact.example.org/reply/0d5c8n3k7q2w9x4t6v1b0m5j8h3f7r2s",
        mute: "https://contact.example.org/mute/0d5c8n3k7q2w9x4t6v1b0m5j8h3f7r2t",
        report: "https://contact.example.org/report/0d5c8n3k7q2w9x4t6v1b0m5j8h3f7r2x",
        pause: "https://contact.example.org/pause/0d5c8n3k7q2w9x4t6v1b0m5j8h3f7r2v")

    static let visitorLinks = MailLinks.visitor(
        letter: "https://contact.example.org/letter/0d5c8n3k7q2w9x4t6v1b0m5j8h3f7r2w/3f7k2m9x4t6v1b0m5j8h3f7r2s")

    static let earlier = ["0000000000tv5x1k8m2q7d4b9r"]

    /// - Parameter began: the recipient's language when it did.
    static func conversation(
        _ letter: Letter, _ side: Party, language: String = "en", began: String? = nil, earlier: [String] = earlier
    ) -> MailConversation {
        MailConversation(
            letter: letter, root: Array(side == .recipient ? 0x10...0x1F : 0x20...0x2F), began: accepted, earlier: earlier,
            links: side == .recipient ? links : visitorLinks, visitorLanguage: Language(language) ?? .english,
            recipientLanguage: began.flatMap { Language($0) })
    }

    /// A letter as it is sent today: with links.
    static func linked(
        _ letter: Letter, language: String = "en", began: String? = nil, site: String = "Example Photos", isFirst: Bool = false
    ) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(
                .letter, language: language, site: site, recipientName: "Pat Photographer", tokens: tokens, isFirst: isFirst),
            to: try EmailAddress("pat@mailbox.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .letter(letter, conversation(letter, .recipient, began: began, earlier: [])), settings: settings)
    }

    static func reply(
        by author: Party, to letter: Letter, isCopy: Bool = false, language: String = "en", began: String? = nil,
        recipientName: String = "Pat Photographer", text: String = "Yes, please do.\nSend me a picture of it!"
    ) throws -> OpenedDelivery {
        let side = isCopy ? author : author.other
        let reply = Reply(author: author, text: try LetterText(text, limit: Letter.Limit.message))
        let conversation = conversation(letter, side, language: language, began: began)
        return OpenedDelivery(
            try job(
                isCopy ? .copy : .reply, language: language, site: "Example Photos", recipientName: recipientName,
                tokens: tokens),
            to: side == .visitor ? letter.replyAddress : try EmailAddress("pat@mailbox.example"),
            from: try EmailAddress("contact@relay.example.org"),
            content: isCopy ? .copy(reply, conversation) : .reply(reply, conversation),
            settings: side == .recipient ? settings : nil)
    }

    static func pauseNotice(language: String) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(.pauseNotice, language: language, site: "Example Photos", recipientName: "Pat Photographer", tokens: tokens),
            to: try EmailAddress("pat@mailbox.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .pauseNotice(conversation(try letter(), .recipient)))
    }

    static func waveNotice(language: String) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(.waveNotice, language: language, site: "Example Photos", recipientName: "Pat Photographer", tokens: tokens),
            to: try EmailAddress("pat@mailbox.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .waveNotice(conversation(try letter(), .recipient)))
    }

    static let link = "https://contact.example.org/confirm/photos/pat#k7f2w9"

    static func confirmation(
        language: String, recipientName: String = "Pat Photographer", site: String = "Example Photos",
        link: String = link
    ) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(.confirmation, language: language, site: site, recipientName: recipientName, tokens: tokens),
            to: try EmailAddress("pat@mailbox.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .notice(.confirmation, link: link))
    }

    static let settings = "https://contact.example.org/manage?for=photos/pat"

    /// A mail with one link, of each kind, as it is sent.
    static func notice(_ notice: OpenedDelivery.Notice, language: String, isTextOnly: Bool = false) throws -> OpenedDelivery {
        let (kind, link): (DeliveryKind, String) =
            switch notice {
            case .confirmation: (.confirmation, link)
            case .code: (.confirmation, "https://contact.example.org/confirm/photos/pat?lang=\(language)")
            case .manage: (.manage, "https://contact.example.org/manage/\(token)?lang=\(language)")
            case .addressNotice: (.addressNotice, "https://contact.example.org/undo/\(token)?lang=\(language)")
            case .welcome: (.welcome, "https://contact.example.org/c/photos/pat")
            }
        return OpenedDelivery(
            try job(
                kind, language: language, site: "Example Photos", recipientName: "Pat Photographer", tokens: tokens,
                isTextOnly: isTextOnly),
            to: try EmailAddress("pat@mailbox.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .notice(notice, link: link, code: notice == .code ? MailedCode(60_215) : nil), settings: settings)
    }

    static func prove(language: String) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(.prove, language: "en", site: "Example Photos", recipientName: "Pat Photographer", tokens: tokens),
            to: try EmailAddress("vera@visitor.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .prove(
                link: "https://contact.example.org/prove/0d5c8n3k7q2w9x4t6v1b0m5j8h3f7r2s", code: MailedCode(60_215),
                Language(language) ?? .english))
    }

    private static let token = "01kavzxkmc5q8w2n7r4t6v1b0m3f7k2m9x4t6v1b0m5j8h3f7r2s"

    private static func job(
        _ kind: DeliveryKind, language: String, site: String, recipientName: String, tokens: MailTokens,
        released: Timestamp? = nil, isTextOnly: Bool = false, isFirst: Bool = false
    ) throws -> DeliveryJob {
        DeliveryJob(
            id: LetterID(high: 1, low: 1), attempt: 1, kind: kind, accepted: accepted, released: released, tokens: tokens,
            site: Site(
                id: try SiteID("photos"), name: try HeaderText(site, limit: 100),
                origins: [WebOrigin("https://photos.example")].compactMap { $0 }),
            recipient: RecipientID(high: 2, low: 2), handle: try Handle("pat"),
            recipientName: try HeaderText(recipientName, limit: 100), language: Language(language) ?? .english,
            record: SealedRecord(version: 1, seal: [], authorisation: []), letter: [], isTextOnly: isTextOnly, isFirst: isFirst)
    }
}

extension OutgoingMessage {
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The lines, CRLF taken off. A bare CR or LF stays in its line, where a test finds it.
    var lines: [String] { text.components(separatedBy: "\r\n") }

    /// The header fields, unfolded, by lower-case name.
    var headers: [String: String] {
        let head = text.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(of: "\r\n ", with: " ")
        return Dictionary(
            head.components(separatedBy: "\r\n").map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (parts[0].lowercased(), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
            }, uniquingKeysWith: { "\($0)\n\($1)" })
    }
}
