import Foundation
import PosternCore
import PosternMail
import PosternVault

/// A posted letter becomes a mail: three lines are name, subject and what it is about; the rest is the message.
/// The first byte chooses whether the address is shown.
enum ComposeCheck {
    private static let composer: Composer? = {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().appending(path: "../../../../templates").standardizedFileURL
        return try? Composer(templates: root.path)
    }()
    /// How the name in From begins, in each language.
    private static let senders = [
        "Visitor \"", "An unnamed visitor", "Gast „", "Ein Gast ohne", "Le visiteur «", "Un visiteur anonyme", "الزائر «",
        "زائر بلا",
    ]
    private static let names: Set<String> = [
        "date", "from", "to", "reply-to", "subject", "message-id", "content-language", "auto-submitted",
        "x-auto-response-suppress", "mime-version", "content-type",
    ]

    static func check(_ bytes: [UInt8]) throws(Breach) {
        let (choice, rest) = bytes.choiceAndRest
        let lines = rest.lines
        guard lines.count >= 4 else { return }
        var raw = RawLetter()
        (raw.name, raw.subject, raw.about) = (lines[0].text, lines[1].text, lines[2].text)
        raw.email = "vera.canary@visitor.example"
        raw.sharesAddress = choice & 1 == 1
        raw.message = lines[3...].map(\.text).joined(separator: "\n")
        guard let letter = try? raw.validated() else { return }
        guard let composer, let from = try? EmailAddress("contact@relay.example.org"),
            let recipient = try? EmailAddress("pat@mailbox.example"), let site = try? HeaderText("Photos", limit: 100),
            let siteID = try? SiteID("photos"), let handle = try? Handle("pat")
        else { throw Breach(description: "the templates are beside the tests") }
        let languages = ["en", "de", "fr", "ar"].compactMap { Language($0) }
        let job = DeliveryJob(
            id: LetterID(high: 1, low: 1), attempt: 1, kind: .letter, accepted: Timestamp(seconds: 1_795_514_709),
            tokens: MailTokens(messageID: "0000000000tv5x1k8m2q7d4b9s", envelope: "0000000000zr3n6c1h5w8j2f4p"),
            site: Site(id: siteID, name: site, origins: [WebOrigin("https://photos.example")].compactMap { $0 }),
            recipient: RecipientID(high: 2, low: 2), handle: handle, recipientName: site,
            language: languages[Int(choice >> 1) % languages.count],
            record: SealedRecord(version: 1, seal: [], authorisation: []), letter: [])
        let delivery = OpenedDelivery(job, to: recipient, from: from, content: .letter(letter))
        guard let composed = try? composer.compose(delivery) else { throw Breach(description: "every letter can be composed") }
        try check(composed.bytes, of: letter)
    }

    private static func check(_ bytes: [UInt8], of letter: Letter) throws(Breach) {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { throw Breach(description: "a mail ends with CR LF") }
            let line = bytes[start...end]
            try hold(line.suffix(2).elementsEqual([0x0D, 0x0A]), "every line ends with CR LF")
            try hold(!line.dropLast(2).contains(0x0D), "no CR stands within a line")
            try hold(line.count <= 1_000 && line.allSatisfy { $0 < 0x80 && $0 != 0 }, "lines are short and ASCII")
            try hold(line.first != UInt8(ascii: "."), "no line begins with a dot")
            start = end + 1
        }
        let view = MailView(source: bytes)
        let found = view.fields.map { $0.name.lowercased() }
        try hold(Set(found).isSubset(of: names) && Set(found).count == found.count, "a letter adds no header field")
        try hold(
            senders.contains { view.from.replacing("\\", with: "").drop { $0 == "\"" }.hasPrefix($0) },
            "a mail is from a visitor, and says so")
        let lines = (view.plain ?? "").replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        let quoted = lines.indices.filter { lines[$0].utf8.first == UInt8(ascii: ">") }
        try hold(
            !quoted.isEmpty && quoted.count == (quoted.last ?? 0) - (quoted.first ?? 0) + 1,
            "the visitor's lines are one block of quotes")
        try hold(view.to == "\"Photos\" <pat@mailbox.example>", "a letter goes to its recipient alone")
        if let subject = letter.subject { try hold(view.subject?.contains(subject.text) == true, "the subject is the visitor's") }
        if !letter.sharesAddress {
            let written = [letter.name.text, letter.subject?.text ?? "", letter.about?.text ?? "", letter.text.text].joined()
            let shown = view.fields.map(\.value).joined() + (view.plain ?? "") + (view.html ?? "")
            try hold(
                written.contains("canary") || !shown.contains("vera.canary"), "an address that is to stay hidden is nowhere")
        }
    }
}
