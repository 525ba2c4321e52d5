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

    static let link = "https://contact.example.org/confirm/photos/pat#k7f2w9"

    static func confirmation(
        language: String, recipientName: String = "Pat Photographer", site: String = "Example Photos",
        link: String = link
    ) throws -> OpenedDelivery {
        OpenedDelivery(
            try job(.confirmation, language: language, site: site, recipientName: recipientName, tokens: tokens),
            to: try EmailAddress("pat@mailbox.example"), from: try EmailAddress("contact@relay.example.org"),
            content: .confirmation(link: link))
    }

    private static func job(
        _ kind: DeliveryKind, language: String, site: String, recipientName: String, tokens: MailTokens,
        released: Timestamp? = nil
    ) throws -> DeliveryJob {
        DeliveryJob(
            id: LetterID(high: 1, low: 1), attempt: 1, kind: kind, accepted: accepted, released: released, tokens: tokens,
            site: Site(
                id: try SiteID("photos"), name: try HeaderText(site, limit: 100),
                origins: [WebOrigin("https://photos.example")].compactMap { $0 }),
            recipient: RecipientID(high: 2, low: 2), handle: try Handle("pat"),
            recipientName: try HeaderText(recipientName, limit: 100), language: Language(language) ?? .english,
            record: SealedRecord(version: 1, seal: [], authorisation: []), letter: [])
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
