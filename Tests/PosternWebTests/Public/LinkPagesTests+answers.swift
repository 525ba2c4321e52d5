import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternText
import PosternWeb
import Testing

/// Answering, and taking an answer back.
extension LinkPagesTests {
    @Test func `An answer is handed in once, with the proof in its path, and leads back to the page`() async throws {
        let conversations = FakeConversations(Example.conversation(.visitor))
        let path = "/letter/\(Self.token)/\(Self.proof)"
        let answer = try await post(
            ["action": "reply", "message": "Grüße", "form": "ours-3"], to: path + "?lang=de", conversations)
        #expect(answer.status == .seeOther && answer.headers[.location] == path + "?lang=de")
        #expect(answer.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
        let proof = try #require(LetterID(Self.proof)).bytes
        #expect(conversations.acts == [.reply("Grüße", isSure: false, key: "ours-3", proof: proof)])
    }

    @Test func `A multipart form is read, and without a token the answer is taken as well`() async throws {
        let conversations = FakeConversations()
        let body =
            ["action": "reply", "message": "a\r\nb"].sorted { $0.key < $1.key }
            .map { "--b\r\nContent-Disposition: form-data; name=\"\($0.key)\"\r\n\r\n\($0.value)\r\n" }.joined() + "--b--\r\n"
        let answer = try await execute(
            "/reply/\(Self.token)", .post, body, conversations, type: "multipart/form-data; boundary=b")
        #expect(answer.status == .seeOther)
        #expect(conversations.acts == [.reply("a\r\nb", isSure: false, key: nil, proof: nil)])
    }

    @Test(arguments: [
        (ReplyAnswer.invalid(.empty), 422, "Please write something."), (.invalid(.tooLong(limit: 9, count: 12)), 422, "by 3."),
        (.limited(retryAfter: .seconds(90)), 429, "wait 2 minutes"),
        (.enoughToday(retryAfter: .hours(23)), 429, "can write 30 times a day"),
        (.unavailable(retryAfter: .seconds(30)), 503, "ours"),
        (.doubtful([PersonalDetail(.ownAddress, ""), PersonalDetail(.phone, "+49 30 1")]), 422, "Your own e-mail address"),
        (.doubtful([PersonalDetail(.ownAddressUnsought, "")]), 422, "your own e-mail address is in it"),
        (.doubtful([PersonalDetail(.ownAddressUnsought, ""), PersonalDetail(.phone, "1")]), 422, "could not be looked for"),
    ])
    func `An answer that cannot go out comes back in its form, with what to do`(
        answer: ReplyAnswer, status: Int, words: String
    ) async throws {
        let page = try await post(["message": "my words", "form": "ours-7"], FakeConversations(answer: answer))
        #expect(page.status.code == status && page.text.contains(words))
        #expect(page.text.contains(">\nmy words</textarea>") && page.text.contains(#"value="ours-7""#))
        #expect(page.text.contains(#"role="alert""#) && !page.text.contains("readonly"))
        #expect((page.headers[.retryAfter] != nil) == [429, 503].contains(status))
        let sure = #"name="sure" value="\#(ReplyPost.mark(of: "my words"))""#
        #expect(page.text.contains(sure) == page.text.contains("own e-mail address"))
        #expect(page.text.contains(#"name="sure""#) == page.text.contains(sure))
    }

    /// What is typed, the text that the page has asked about, and whether the one is the other. Browsers send their own line breaks.
    @Test(arguments: [
        ("Call +49 30 1", "Call +49 30 1", true), ("Call\r\n+49 30 1", "Call\n+49 30 1", true),
        ("Call +49 30 1 or pat@private.example", "Call +49 30 1", false), ("Call +49 30 1", "", false),
    ])
    func `A text about which the page has asked is sent as it is when its author says so, and no other one`(
        text: String, asked: String, isSure: Bool
    ) async throws {
        let conversations = FakeConversations()
        _ = try await post(["message": text, "sure": ReplyPost.mark(of: asked), "form": "ours-7"], conversations)
        #expect(conversations.acts == [.reply(text, isSure: isSure, key: "ours-7", proof: nil)])
        for word in ["yes", "", "on"] {
            let other = FakeConversations()
            _ = try await post(["message": text, "sure": word], other)
            #expect(other.acts == [.reply(text, isSure: false, key: nil, proof: nil)])
        }
    }

    @Test func `A conversation that ended meanwhile gives the text back to be copied`() async throws {
        let ended: [(ConversationView.Standing, HTTPResponse.Status)] = [
            (.closed(by: .visitor), .conflict), (.unanswered, .conflict), (.takesNoLetters, .forbidden),
        ]
        for (standing, status) in ended {
            let view = try #require(Example.conversation(.recipient, standing))
            let page = try await post(["message": "my words"], FakeConversations(answer: .ended(view)))
            #expect(page.status == status && page.text.contains("Your answer was not sent"))
            #expect(page.text.contains("readonly>\nmy words</textarea>") && !page.text.contains(#"name="message""#))
        }
        let blocked = try await post(["message": "my words"], FakeConversations(answer: .blocked))
        #expect(blocked.status == .forbidden && blocked.text.contains("readonly>\nmy words</textarea>"))
    }

    @Test func `A link that ended meanwhile, or a store that is away, gives the text back as well`() async throws {
        for conversations in [FakeConversations(answer: nil), FakeConversations(nil)] {
            let page = try await post(["message": "my words"], conversations)
            #expect(page.status == .notFound && page.text.contains("readonly>\nmy words</textarea>"))
        }
        let page = try await post(["message": "my words"], FakeConversations(isBroken: true))
        #expect(page.status == .serviceUnavailable && page.headers[.retryAfter] != nil)
        #expect(page.text.contains("readonly>\nmy words</textarea>") && !page.text.contains("<script"))
        #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'none'") == true)
    }

    @Test func `A page that was open too long gives the text back under a new token`() async throws {
        let conversations = FakeConversations()
        let page = try await post(["message": "my words", "form": "old"], conversations)
        #expect(page.status == .unprocessableContent && page.text.contains(">\nmy words</textarea>"))
        #expect(page.text.contains(#"name="form" value="ours-0"#) && conversations.acts.isEmpty)
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded", "message=my+words&message=other", 400),
        ("text/plain", "action=reply\r\nmessage=my words\r\n", 415),
        ("application/x-www-form-urlencoded", "message=Gr%FC%DFe", 422),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nmy words", 400),
        ("application/x-www-form-urlencoded", "message=my+words" + String(repeating: "x", count: 300_000), 413),
    ])
    func `A form that cannot be taken comes back with what could be read of it`(type: String, body: String, status: Int)
        async throws
    {
        let conversations = FakeConversations()
        let page = try await execute("/reply/\(Self.token)", .post, body, conversations, type: type)
        #expect(page.status.code == status && page.text.contains(#"role="alert""#))
        #expect(page.text.contains(">\nmy words") || page.text.contains(">\nGrüße</textarea>"))
        #expect(conversations.acts.isEmpty)
    }

    @Test func `A reply can be taken back while it waits, and the page says how long`() async throws {
        let view = Example.conversation(entries: Example.ownEntries)
        let page = try await execute("/reply/\(Self.token)", .get, FakeConversations(view))
        #expect(page.text.contains("goes out in 45 seconds") && page.text.contains(#"name="number" value="3""#))
        // The other one sees no button.
        let other = Example.conversation(.visitor, entries: Example.ownEntries)
        let theirs = try await execute("/letter/\(Self.token)", .get, FakeConversations(other))
        #expect(!theirs.text.contains(#"value="withdraw""#) && !theirs.text.contains("goes out"))
        let conversations = FakeConversations(view)
        let answer = try await post(["action": "withdraw", "number": "3"], conversations)
        #expect(answer.status == .seeOther && conversations.acts == [.withdraw(3, .reply)])
    }

    @Test func `Taken back twice it is taken back once; too late, the page says so`() async throws {
        let again = Example.entries + [.init(number: 3, author: .recipient, at: Example.now, state: .withdrawn)]
        let taken = FakeConversations(Example.conversation(entries: again), isWithdrawn: false)
        #expect(try await post(["action": "withdraw", "number": "3"], taken).status == .seeOther)
        let late = FakeConversations(isWithdrawn: false)
        let page = try await post(["action": "withdraw", "number": "1"], late)
        #expect(page.status == .conflict && page.text.contains("too late to take this back"))
        for number in ["", "x", "99999999999999999999"] {
            #expect(try await post(["action": "withdraw", "number": number], late).status == .seeOther)
        }
    }
}
