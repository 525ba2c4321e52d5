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

/// What the page says, and what can be set on it.
extension MemberPagesTests {
    @Test func `The page says how letters stand, what came and what became of it`() async throws {
        let page = try await execute("/manage", FakeOwnPages())
        for part in [
            "Pat Photographer", "People can write to you", #"href="/c/photos/pat""#, "Vera Visitor", "Your photo", "photo 4711",
            "on its way", "goes out on 25 November 2026", "waits for the visitor", "is being checked", "muted", "Nobody",
            "10:30 UTC", "Sign out", #"type="date""#, #"min="2026-11-25""#,
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        let all = try await execute("/manage/letters", FakeOwnPages())
        for part in [
            "reported by you", "could not be delivered", "A letter", "What the words mean", "Your mail server has taken it",
        ] {
            #expect(all.text.contains(part), "\(part) is missing")
        }
    }

    @Test func `The settings say how long letters above the day's number wait`() async throws {
        let page = try await execute("/manage/settings", FakeOwnPages())
        #expect(page.text.contains("None waits more than 7 days: then all that are left come."))
    }

    @Test(arguments: [
        ("", nil as Timestamp?, 303), ("2026-12-24", Timestamp(rfc3339: "2026-12-24"), 303), ("2026-11-24", nil, 422),
        ("2028-01-01", nil, 422), ("soon", nil, 422), ("2026-02-30", nil, 422),
    ])
    func `A pause has an end or none, and a day that makes no sense is said`(
        day: String, until: Timestamp?, status: Int
    ) async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "pause", "until": day], to: "/manage", members)
        #expect(answer.status.code == status)
        guard status == 303 else {
            // A field for a day shows days alone.
            let shown = day == "soon" ? "" : day
            #expect(answer.text.contains("value=\"\(shown)\"") && answer.text.contains("a day in the coming year"))
            return #expect(members.calls.isEmpty)
        }
        #expect(answer.headers[.location] == "/manage?done=paused" && members.calls == [.act(.pause(until: until))])
    }

    @Test func `Paused letters say until when, and the button takes them again`() async throws {
        let paused = Example.member(state: .paused, settings: MemberSettings(pausedUntil: Timestamp(rfc3339: "2026-12-24")))
        let page = try #require(Example.memberPage(paused))
        let shown = try await execute("/manage?done=paused", FakeOwnPages(page))
        #expect(shown.text.contains("Nobody can write to you before 24 December 2026"))
        #expect(shown.text.contains("Your letters are paused.") && !shown.text.contains(#"value="pause""#))
        let members = FakeOwnPages(page)
        _ = try await post(["action": "resume"], to: "/manage", members)
        #expect(members.calls == [.act(.resume)])
    }

    // MARK: - Settings

    @Test func `What is saved is what was changed, and who follows the site goes on following it`() async throws {
        let members = FakeOwnPages()
        let same: KeyValuePairs = ["name": "Pat Photographer", "language": "en", "writers": "anyone", "daily": ""]
        #expect(try await post(same, to: "/manage/settings", members).headers[.location] == "/manage?done=saved")
        #expect(members.calls.isEmpty)
        let changed: KeyValuePairs = ["name": "Patricia", "language": "de", "writers": "proven", "daily": " 12 ", "plain": "yes"]
        _ = try await post(changed, to: "/manage/settings", members)
        let name = try HeaderText("Patricia", limit: 100)
        let german = try #require(Language("de"))
        #expect(
            members.calls == [
                .act(.words(name: name, language: german)),
                .act(.settings(MemberSettings(writers: .proven, dailyLetters: 12, isTextOnly: true))),
            ])
    }

    @Test(arguments: [
        ("", "", "Please enter your name."), ("a\nb", "", "single line"), ("Pat", "0", "from 1 to 1,000"),
        ("Pat", "1001", "from 1 to 1,000"), ("Pat", "-3", "from 1 to 1,000"), ("Pat", "many", "from 1 to 1,000"),
        ("Pat", "99999999999999999999", "from 1 to 1,000"),
    ])
    func `What cannot be saved is said beside its field, and everything typed stays`(
        name: String, daily: String, words: String
    ) async throws {
        let members = FakeOwnPages()
        let answer = try await post(
            ["name": name, "language": "fr", "writers": "proven", "daily": daily, "plain": "yes"], to: "/manage/settings", members
        )
        #expect(answer.status == .unprocessableContent && answer.text.contains(words) && members.calls.isEmpty)
        #expect(answer.text.contains(#"value="fr" lang="fr" selected"#) && answer.text.contains(#"value="proven" checked"#))
        #expect(
            answer.text.contains("value=\"\(daily)\"")
                && answer.text.contains(#"name="plain" type="checkbox" value="yes" aria-describedby="plain-hint" checked"#))
        #expect(answer.text.contains(#"role="alert""#))
    }

    @Test func `A name that somebody else changed meanwhile is shown again, with a limit when there is one`() async throws {
        let page = try #require(Example.memberPage())
        let cases: [(MemberActAnswer, Int)] = [(.changedMeanwhile(page), 409), (.limited(retryAfter: .minutes(5)), 429)]
        for (answer, status) in cases {
            let shown = try await post(["name": "Patricia"], to: "/manage/settings", FakeOwnPages(answer: answer))
            #expect(shown.status.code == status && shown.text.contains(#"value="Patricia""#))
        }
        let over = try await post(["name": "Patricia"], to: "/manage/settings", FakeOwnPages(answer: .signedOut))
        #expect(over.status == .forbidden && over.text.contains("\nPatricia</textarea>"))
        #expect(over.headers[.setCookie]?.contains("Max-Age=0") == true)
    }

    // MARK: - Muted visitors

    @Test func `A visitor who is heard again by mistake is muted again with one button, by name`() async throws {
        let members = FakeOwnPages(Example.memberPage(mutes: [Example.mute()]))
        let unmute: KeyValuePairs = ["action": "unmute", "visitor": Example.visitor.description]
        let page = try await post(unmute, to: "/manage/mutes?lang=en", members)
        #expect(page.status == .ok && page.text.contains("You hear from this visitor again."))
        #expect(page.text.contains("Mute again") && page.text.contains("Vera Visitor"))
        let field = try #require(page.text.firstMatch(of: #/name="conversation" value="([^"]+)"/#)).1
        let answer = try await post(
            ["action": "mute", "visitor": Example.visitor.description, "conversation": String(field)], to: "/manage/mutes",
            members)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/manage/mutes?done=muted")
        #expect(
            members.calls == [.act(.unmute(Example.visitor)), .act(.mute(Example.visitor, from: Example.letterID))])
        #expect(
            try await execute("/manage/mutes?done=muted", members).text.contains("You hear no more from this visitor."))
        // Pressed once more, the list is shown.
        let again = try await post(unmute, to: "/manage/mutes", FakeOwnPages())
        #expect(again.status == .seeOther && again.headers[.location] == "/manage/mutes?done=unmuted")
    }

    @Test func `A muted visitor has a button that leads back`() async throws {
        let members = FakeOwnPages(Example.memberPage(mutes: [Example.mute(), Example.mute(nil)]))
        let page = try await execute("/manage/mutes", members)
        #expect(page.text.contains("Vera Visitor") && page.text.contains("A visitor whose letter is no longer here"))
        let answer = try await post(
            ["action": "unmute", "visitor": Example.visitor.description], to: "/manage/mutes", members)
        #expect(answer.text.contains("You hear from this visitor again.") && members.calls == [.act(.unmute(Example.visitor))])
    }

    @Test(arguments: [
        ("en", "Muted connections", "Letters over that connection reach you again."),
        ("de", "Stumm geschaltete Verbindungen", "Briefe über diese Verbindung erreichen Sie wieder."),
        ("fr", "Connexions en sourdine", "Les lettres passant par cette connexion vous parviennent de nouveau."),
        ("ar", "الاتصالات المكتومة", "تصلك الرسائل عبر هذا الاتصال من جديد."),
    ])
    func `A muted connection stands there until it ends, with a button that leads back`(tag: String, title: String, done: String)
        async throws
    {
        let members = FakeOwnPages(
            Example.memberPage(mutedConnections: [Example.mutedConnection(), Example.mutedConnection(nil)]))
        let page = try await execute("/manage/mutes?lang=\(tag)", members)
        #expect(page.text.contains(title) && page.text.contains("Vera Visitor"))
        let act: KeyValuePairs = ["action": "unmute-connection", "conversation": Example.letterID.description]
        let answer = try await post(act, to: "/manage/mutes", members)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/manage/mutes?done=unmuted-connection")
        #expect(members.calls == [.act(.unmuteConnection(from: Example.letterID))])
        #expect(try await execute("/manage/mutes?done=unmuted-connection&lang=\(tag)", members).text.contains(done))
        #expect(!(try await execute("/manage/mutes?lang=\(tag)", FakeOwnPages()).text.contains(title)))
    }

    @Test func `In the ledger, a letter over a muted connection has no name, and its word is explained`() async throws {
        let entry = LedgerEntry(
            id: Example.letterID, isReply: false, at: Example.now, summary: nil, visitorName: nil, verdict: .accept,
            standing: .mutedByConnection, isReported: false)
        let page = try await execute("/manage/letters?lang=en", FakeOwnPages(entries: [entry]))
        #expect(page.text.contains("A letter over a muted connection") && page.text.contains("muted, with its connection"))
        #expect(page.text.contains("several people may share a connection"))
    }
}
