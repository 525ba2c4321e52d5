import Foundation
import PosternTestSupport
import Testing

@Suite(
    "A letter goes through a real Postfix into a mailbox file and is read back by another program", .serialized,
    .timeLimit(.minutes(40)))
struct RealPostfixTests {
    @Test func `Names, subject and text of several scripts arrive as they were written`() async throws {
        let postfix = try await Postfix.start()
        let postern = try await Installation(smtpPort: postfix.port)
        try await postern.addRecipient("pat", "pat@mailbox.example", name: "Zoë Ñandú")
        try await postern.start()
        let letters = [
            [
                "name": "Vera Visitor", "subject": "Your photo",
                "message": "I like it.\n\n.\nFrom here on: a dot, and \"quotes\".\n", "about": "photo 4711",
            ],
            [
                "name": "Jürgen Müßig", "subject": "Grüße aus Köln – schönes Bild!",
                "message": "Straße, Äpfel, Öl.\n\tEingerückt.",
            ],
            ["name": "李小龍", "subject": "您的照片非常漂亮，我很喜歡，請問可以使用嗎？這是一個很長的主旨，用來測試折行是否正確。", "message": "你好，世界。"],
            ["name": "ليلى الزائرة", "subject": "صورتك الجميلة", "message": "مرحبا بالعالم."],
            ["name": "Emoji 👩‍👩‍👧 Person", "subject": "🎉📷", "message": String(repeating: "long line 👍 ", count: 300)],
        ]
        for letter in letters { #expect(try await postern.post(letter).status == 202) }
        try await postern.drained(within: .seconds(60))
        #expect(
            try await postern.counts()["delivered"] == letters.count, "\(postern.log.suffix(1_000))\(postfix.log.suffix(2_000))")

        let read = try await postfix.readBack(count: letters.count)
        for letter in letters {
            let subject = try #require(letter["subject"])
            let found = try #require(read.first { $0.subject == subject }, "no mail of the subject \(subject)")
            // Base64 keeps the line ends of the wire.
            let text = found.text.replacingOccurrences(of: "\r\n", with: "\n")
            let quoted = text.components(separatedBy: "\n").filter { $0.hasPrefix(">") }.map {
                String($0.dropFirst($0.hasPrefix("> ") ? 2 : 1))
            }.joined()
            let message = try #require(letter["message"]).trimmingCharacters(in: .newlines)
            #expect(quoted.contains(message.replacingOccurrences(of: "\n", with: "")))
            #expect(found.from.contains(try #require(letter["name"])))
            #expect(found.to.contains("Zoë Ñandú"))
            #expect(found.deliveredTo.contains("pat@mailbox.example"))
            #expect(found.defects.isEmpty, "\(found.defects)")
            #expect(found.types.contains("text/plain") && found.types.contains("text/html"))
            #expect(!found.raw.contains("vera@visitor.example"))
        }
        #expect(Set(read.map(\.returnPath)).count == letters.count)
        try await postern.stop()
        try await postfix.stop()
    }

    @Test
    func `What Postfix refuses for good has failed, with its code, and no line of ours holds the recipient's address`()
        async throws
    {
        let postfix = try await Postfix.start()
        let postern = try await Installation(smtpPort: postfix.port)
        try await postern.addRecipient("pat", "pat@unknown.example")
        try await postern.start()
        let id = try #require(try await postern.post().id)
        try await eventually("failed", within: .seconds(60)) { try await postern.counts()["failed"] == 1 }
        let shown = try await postern.succeed("queue", "show", id).output
        #expect(shown.contains("rcpt-to") && shown.contains("5"))
        #expect(!shown.contains("unknown.example") && !postern.log.contains("unknown.example"))
        try await postern.stop()
        try await postfix.stop()
    }
}
