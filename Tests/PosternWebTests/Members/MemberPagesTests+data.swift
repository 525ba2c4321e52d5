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

/// What is held, leaving, and languages.
extension MemberPagesTests {
    @Test func `What is held can be read and downloaded, and no address is in it`() async throws {
        let page = try await execute("/manage/data", FakeOwnPages())
        for part in [
            "Pat P.", "400 bytes, version 3", "Advertising or spam", "Letters paused", #"href="/manage/export""#,
            "ended by the visitor", "A conversation", "Your answer to a visitor", "Copy of an answer", "taken back",
            "E-mail from this service",
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        for path in ["/manage/export", Self.link + "/export"] {
            let answer = try await execute(path, FakeOwnPages())
            #expect(answer.status == .ok && answer.headers[.contentType] == "application/json")
            #expect(answer.headers[.contentDisposition] == "attachment; filename=\"photos-pat-2026-11-24.json\"")
            let export = try answer.object()
            #expect(export["handle"] as? String == "pat" && (export["letters"] as? [Any])?.count == Example.ledger.count)
            let mails = try #require(export["mails"] as? [[String: Any]])
            #expect(mails.compactMap { $0["kind"] as? String } == ["answer", "copy", "answer", "manage"])
            #expect(
                mails.compactMap { $0["state"] as? String } == ["delivered", "on-its-way", "withdrawn", "not-delivered"])
            let conversations = try #require(export["conversations"] as? [[String: Any]])
            #expect(conversations.map { $0["closed_by"] as? String } == ["visitor", nil])
            #expect(conversations.first?["id"] as? String == mails.first?["conversation"] as? String)
            #expect(!answer.text.contains("@"))
        }
    }

    @Test func `The export behind a link is for the session that was opened with that link`() async throws {
        let other = "/manage/\(FakeOwnPages.token(at: Example.now - .minutes(9)).text)/export"
        for path in [other, "/manage/x/export", "/manage/\(FakeOwnPages.undo.text)/export"] {
            let answer = try await execute(path, FakeOwnPages())
            #expect(answer.status == .notFound && answer.headers[.contentDisposition] == nil, "\(path)")
            #expect(!answer.text.contains("Pat Photographer"))
        }
    }

    // MARK: - Leaving

    @Test func `Erasing says what it means, asks again, and wants the name typed`() async throws {
        let members = FakeOwnPages()
        let first = try await execute("/manage/erase", members)
        #expect(first.text.contains("cannot be undone") && !first.text.contains(#"name="handle""#))
        // What stays is said before, and for how long one link further.
        #expect(first.text.contains("it stays on record when letters came") && first.text.contains("In backups that were made"))
        #expect(first.text.contains(#"href="/privacy/photos""#) && !first.text.contains("Nothing else of you"))
        let second = try await post(["action": "ask"], to: "/manage/erase", members)
        #expect(second.status == .ok && second.text.contains(#"name="handle""#))
        for typed in ["", "sam", "photos/pat"] {
            let wrong = try await post(["action": "erase", "handle": typed], to: "/manage/erase", members)
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Nothing was erased"))
        }
        #expect(members.calls.isEmpty)
        let done = try await post(["action": "erase", "handle": " Pat "], to: "/manage/erase", members)
        #expect(done.status == .ok && done.text.contains("Your data is erased") && members.calls == [.act(.erase)])
        #expect(done.headers[.setCookie]?.contains("Max-Age=0") == true && !done.text.contains("Pat Photographer"))
    }

    // MARK: - Languages

    // Of the page, and of the link to it in another language.
    @Test(arguments: [
        ("/manage?for=photos/pat", "/manage?lang=de&amp;for=photos%2Fpat"),
        ("/manage?ended=&for=photos/pat", "/manage?lang=de&amp;ended=&amp;for=photos%2Fpat"),
        ("/manage", "/manage?lang=de"), ("/manage/asked", "/manage/asked?lang=de"), (link, link + "?lang=de"),
        ("/manage/nothing", "/manage/nothing?lang=de"),
    ])
    func `A page for somebody who is not signed in stays the same in another language`(path: String, other: String) async throws {
        let page = try await execute(path, signedIn: false, FakeOwnPages())
        #expect(page.text.contains("href=\"\(other)\""), "\(path)")
        let german = try await execute(other.replacing("&amp;", with: "&"), signedIn: false, FakeOwnPages())
        #expect(german.text.contains(#"<html lang="de""#))
        #expect(german.text.contains(#"value="photos/pat""#) == path.contains("for="))
        #expect(german.text.contains("abgemeldet") == path.contains("ended="))
    }

    @Test func `An older page of letters stays the same in another language`() async throws {
        let page = try await execute("/manage/letters?before=\(Example.letterID)", FakeOwnPages())
        #expect(page.text.contains(#"href="/manage/letters?lang=de&amp;before=\#(Example.letterID)""#))
    }

    @Test func `The page to undo a change is in its reader's language, and stays in one that is asked for`() async throws {
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let german = FakeOwnPages(change: Example.addressChange(language: try #require(Language("de"))))
        #expect(try await execute(path, signedIn: false, german).text.contains(#"<html lang="de""#))
        let arabic = try await execute(path + "?lang=ar", signedIn: false, german)
        #expect(arabic.text.contains(#"<html lang="ar""#) && arabic.text.contains(#"action="\#(path)?lang=ar""#))
    }

    @Test func `A member's pages are in the member's language, unless another is asked for`() async throws {
        let language = try #require(Language("de"))
        let german = try #require(Example.memberPage(Example.member(language: language)))
        let page = try await execute("/manage", FakeOwnPages(german))
        #expect(page.text.contains(#"<html lang="de""#) && page.text.contains(#"href="/manage/settings""#))
        let other = try await execute("/manage?lang=ar", FakeOwnPages(german))
        #expect(other.text.contains(#"<html lang="ar" dir="rtl""#) && other.text.contains(#"href="/manage/settings?lang=ar""#))
        let posted = try await post(["action": "resume"], to: "/manage?lang=ar", FakeOwnPages(german))
        #expect(posted.headers[.location] == "/manage?lang=ar&done=resumed")
    }
}
