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

/// Changing the address, and undoing it.
extension MemberPagesTests {
    @Test func `A new address is asked for, and its code is typed on the page`() async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "address", "address": " new@pat.example "], to: "/manage/address", members)
        let address = try EmailAddress("new@pat.example")
        #expect(answer.status == .seeOther && members.calls == [.act(.changeAddress(address))])

        let asked = FakeOwnPages(Example.memberPage(change: Example.addressChange(confirmed: nil)))
        let page = try await execute("/manage/address", asked)
        #expect(page.text.contains(#"name="code""#) && page.text.contains(#"autocomplete="one-time-code""#))
        #expect(!page.text.contains("pat.example"))
        let confirmations = FakeConfirmations(.confirmed)
        let done = try await post(
            ["action": "code", "code": "123 456"], to: "/manage/address", asked, confirmations: confirmations)
        #expect(
            done.headers[.location] == "/manage?done=confirmed"
                && confirmations.tokens == ["photos/pat/123456 by \(FakeOwnPages.link.text)"])
        _ = try await post(["action": "keep"], to: "/manage/address", asked)
        #expect(asked.calls == [.act(.cancelAddressChange)])
    }

    @Test(arguments: [
        ("", "Please enter the six digits"), ("12345", "This is not the code"), ("123456", "This is not the code"),
        ("<b>", "This is not the code"),
    ])
    func `A wrong code is said, and stays in its field`(code: String, words: String) async throws {
        let asked = FakeOwnPages(Example.memberPage(change: Example.addressChange(confirmed: nil)))
        let answer = try await post(
            ["action": "code", "code": code], to: "/manage/address", asked, confirmations: FakeConfirmations(.notValid))
        #expect(answer.status == .unprocessableContent && answer.text.contains(words) && !answer.text.contains("<b>"))
        #expect(answer.text.contains("value=\"\(HTML.escaped(code))\""))
    }

    @Test func `After ten wrong codes the page says so, and its button mails a new one`() async throws {
        let asked = FakeOwnPages(Example.memberPage(change: Example.addressChange(confirmed: nil)))
        let spent = try await post(
            ["action": "code", "code": "123456"], to: "/manage/address", asked, confirmations: FakeConfirmations(.spent))
        #expect(spent.status == .unprocessableContent && spent.text.contains("typed wrongly ten times"))
        #expect(spent.text.contains(#"name="action" value="again""#) && spent.text.contains(#"name="code""#))
        let confirmations = FakeConfirmations()
        let again = try await post(["action": "again"], to: "/manage/address", asked, confirmations: confirmations)
        #expect(again.headers[.location] == "/manage/address?done=mailed" && confirmations.tokens == ["photos/pat again"])
        #expect(
            try await execute("/manage/address?done=mailed", asked).text.contains("The code is sent to your new address again"))
        let limited = try await post(
            ["action": "again"], to: "/manage/address", asked,
            confirmations: FakeConfirmations(mail: .limited(retryAfter: .hours(2))))
        #expect(limited.status == .tooManyRequests && limited.headers[.retryAfter] == "7200")
        #expect(limited.text.contains("2 hours"))
    }

    @Test func `A code that is over leads back to the field for the address`() async throws {
        let answer = try await post(
            ["action": "code", "code": "123456"], to: "/manage/address", FakeOwnPages(),
            confirmations: FakeConfirmations(.notValid))
        #expect(answer.text.contains("This code does not work any more") && answer.text.contains(#"name="address""#))
    }

    @Test(arguments: [("", "Please enter your new"), ("pat", "has no @"), ("pat@", "The part after the @")])
    func `An address that is none is said, and stays in its field`(typed: String, words: String) async throws {
        let members = FakeOwnPages()
        let answer = try await post(["action": "address", "address": typed], to: "/manage/address", members)
        #expect(answer.status == .unprocessableContent && answer.text.contains(words) && members.calls.isEmpty)
        #expect(answer.text.contains("value=\"\(typed)\""))
    }

    @Test func `An address that was changed lately cannot be changed before that can no longer be undone`() async throws {
        let members = FakeOwnPages(answer: .changedLately(until: Example.now + .days(2)))
        let answer = try await post(["action": "address", "address": "x@y.example"], to: "/manage/address", members)
        #expect(answer.status == .conflict && answer.text.contains("Until 26 November 2026"))
        #expect(answer.text.contains(#"value="x@y.example""#))
    }

    @Test func `The former address undoes the change, and pressing the other button takes it back`() async throws {
        let members = FakeOwnPages()
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let page = try await execute(path, signedIn: false, members)
        #expect(page.text.contains("Was it you who changed the address?") && page.text.contains(#"value="keep""#))
        let undone = try await execute(path, .post, "action=keep", signedIn: false, members)
        #expect(undone.status == .ok && undone.text.contains(#"value="again""#))
        let again = try await execute(path, .post, "action=again", signedIn: false, members)
        #expect(again.status == .ok && again.text.contains(#"value="keep""#) && members.calls == [.undone(true), .undone(false)])
        for text in ["x", FakeOwnPages.link.text] {
            #expect(try await execute("/undo/\(text)", signedIn: false, members).status == .notFound)
        }
    }

    @Test func `A change that was never confirmed rests, and the other button has it wait for its code again`() async throws {
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let resting = try #require(Example.addressChange(confirmed: nil, undone: Example.now))
        let members = FakeOwnPages(undoAnswer: .done(resting), change: resting)
        for page in [
            try await execute(path, .post, "action=keep", signedIn: false, members),
            try await execute(path, signedIn: false, members),
        ] {
            #expect(page.status == .ok && page.text.contains(#"value="again""#) && page.text.contains("does not count now"))
        }
        let asked = try #require(Example.addressChange(confirmed: nil))
        let again = try await execute(path, .post, "action=again", signedIn: false, FakeOwnPages(undoAnswer: .done(asked)))
        #expect(again.status == .ok && again.text.contains(#"value="keep""#) && again.text.contains("has not been confirmed yet"))
    }

    @Test func `The member's own page says that a change rests, and who can take it up`() async throws {
        let resting = Example.addressChange(confirmed: nil, undone: Example.now)
        let page = try await execute("/manage", FakeOwnPages(Example.memberPage(change: resting)))
        #expect(page.text.contains("Your change of address rests") && !page.text.contains("Type the code"))
        let undone = Example.addressChange(undone: Example.now)
        let plain = try await execute("/manage", FakeOwnPages(Example.memberPage(change: undone)))
        #expect(!plain.text.contains("change-title"))
    }

    @Test func `A change can be undone before it is confirmed, and pressing twice shows the result`() async throws {
        let path = "/undo/\(FakeOwnPages.undo.text)"
        let asked = FakeOwnPages(change: Example.addressChange(confirmed: nil))
        let page = try await execute(path, signedIn: false, asked)
        #expect(page.text.contains("Did you ask for another address?") && page.text.contains(#"value="keep""#))
        #expect(page.text.contains("That address has not been confirmed yet"))
        let dropped = try #require(Example.addressChange(confirmed: nil, undone: Example.now))
        // Pressed again, and pressed twice at once: then the one press finds that the other has done it.
        for answer in [UndoAnswer.done(dropped), .unavailable(retryAfter: .seconds(1))] {
            let members = FakeOwnPages(undoAnswer: answer, change: dropped)
            for _ in 0..<2 {
                let result = try await execute(path, .post, "action=keep", signedIn: false, members)
                #expect(result.status == .ok && result.text.contains("Your address is as it was"), "\(answer)")
            }
            #expect(try await execute(path, signedIn: false, members).text.contains("Your address is as it was"))
        }
        let away = FakeOwnPages(undoAnswer: .unavailable(retryAfter: .seconds(9)), change: Example.addressChange(confirmed: nil))
        let answer = try await execute(path, .post, "action=keep", signedIn: false, away)
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "9")
    }

    @Test func `A link to undo a change that is over says so, and what to do if letters went elsewhere`() async throws {
        let gone = FakeOwnPages(change: nil)
        for path in ["/undo/\(FakeOwnPages.undo.text)", "/undo/x", "/undo/\(FakeOwnPages.link.text)"] {
            for method in [HTTPRequest.Method.get, .post] {
                let page = try await execute(path, method, signedIn: false, gone)
                guard method == .get || path != "/undo/\(FakeOwnPages.undo.text)" else { continue }
                #expect(page.status == .notFound && page.text.contains("This link does not work any more"), "\(path)")
                #expect(page.text.contains("change the password of your mailbox") && page.text.contains(#"href="/manage""#))
            }
        }
    }
}
