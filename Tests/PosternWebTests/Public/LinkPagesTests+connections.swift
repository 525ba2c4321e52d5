import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternWeb
import Testing

extension LinkPagesTests {
    private static let end = Example.now + .hours(3)

    // Each language's words: the question, that others share a connection, and what is done.
    @Test(arguments: [
        ("en", "The same connection, too?", "a household, an office or a mobile network", "This connection is muted, too"),
        ("de", "Auch dieselbe Verbindung?", "ein Haushalt, ein Büro oder ein Mobilfunknetz", "Auch diese Verbindung ist stumm"),
        (
            "fr", "La même connexion aussi\u{A0}?", "un foyer, un bureau ou un réseau mobile",
            "Cette connexion est aussi en sourdine"
        ),
        ("ar", "والاتصال نفسه أيضًا؟", "كأسرة أو مكتب أو شبكة هاتف محمول", "هذا الاتصال مكتوم أيضًا"),
    ])
    func `After muting, a button mutes the connection as well; the page says who else is muted, and leads back`(
        tag: String, question: String, others: String, done: String
    ) async throws {
        let path = "/mute/\(Self.token)?lang=\(tag)"
        let conversations = FakeConversations(Example.conversation(isMuted: true, connection: .canBeMuted(until: Self.end)))
        let page = try await execute(path, .get, conversations)
        #expect(page.text.contains(question) && page.text.contains(others))
        #expect(page.text.contains(#"name="action" value="mute-connection""#) && page.text.contains(#"value="unmute""#))
        let muted = try await post(["action": "mute-connection"], to: path, conversations)
        #expect(muted.status == .ok && muted.text.contains(done) && muted.text.contains(#"value="unmute-connection""#))
        #expect(!muted.text.contains(#"value="mute-connection""#))
        let back = try await post(["action": "unmute-connection"], to: path, conversations)
        #expect(back.status == .ok && back.text.contains(question))
        #expect(conversations.acts == [.setConnectionMuted(true), .setConnectionMuted(false)])
    }

    @Test func `It is offered where the visitor is muted and the day goes on, and not before`() async throws {
        for view in [
            Example.conversation(connection: .canBeMuted(until: Self.end)), Example.conversation(isMuted: true),
            Example.conversation(),
        ] {
            let page = try await execute("/mute/\(Self.token)", .get, FakeConversations(view))
            #expect(page.status == .ok && !page.text.contains("connection\""))
        }
        // Muted from here, whatever became of the visitor since.
        let view = Example.conversation(connection: .muted(until: Self.end))
        let page = try await execute("/mute/\(Self.token)", .get, FakeConversations(view))
        #expect(page.text.contains(#"value="unmute-connection""#))
    }

    @Test func `No other page of a link takes it`() async throws {
        for path in ["/reply/\(Self.token)", "/pause/\(Self.token)", "/report/\(Self.token)"] {
            let conversations = FakeConversations()
            _ = try await post(["action": "mute-connection"], to: path, conversations)
            #expect(!conversations.acts.contains(.setConnectionMuted(true)), "\(path)")
        }
    }
}
