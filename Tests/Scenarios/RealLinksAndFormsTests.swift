import Foundation
import PosternTestSupport
import Testing

@Suite(
    "Links as sites and mail programs write them, and forms as old pages post them, reach the recipient", .timeLimit(.minutes(40))
)
struct RealLinksAndFormsTests {
    @Test func `A site's own name for a person leads to the page, until it is removed or the person is erased (H5)`() async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        let added = try await postern.command(
            "recipient", "add", "pat", "--site", "photos", "--name", "Pat", "--confirmed", "--alias", "Pat Müller", "--alias",
            "PM",
            input: "pat@private.example\n")
        #expect(added.status == 0 && added.output.contains("“Pat Müller”, “PM” lead to photos/pat from now on."))
        try await postern.addRecipient("sam", "sam@private.example")
        try await postern.start()
        for (path, place) in [
            ("Pat%20M%C3%BCller", "pat"), ("pat+mu%CC%88ller", "pat"), ("Pat%2520M%25C3%25BCller.?lang=de", "pat?lang=de"),
            ("PM", "pm"), ("pm", "pat"), ("Pat", "pat"), ("pat)", "pat"), ("PAT/", "pat"),
        ] {
            let answer = try await postern.get("/c/photos/\(path)")
            #expect(answer.status == 308 && answer.header("Location") == "/c/photos/\(place)", "\(path): \(answer.status)")
        }
        #expect(
            try await postern.form(["name": "V", "email": "v@x.example", "message": "m"], to: "Pat%20M%C3%BCller").status == 303)
        #expect(try await postern.post(to: "PAT%20M%C3%9CLLER").status == 202)
        #expect(try await server.received(count: 2).allSatisfy { $0.recipients == ["<pat@private.example>"] })

        let taken = try await postern.command("recipient", "alias", "add", "sam", "Sam S.", "pat müller", "--site", "photos")
        #expect(taken.status == 65 && taken.errors.contains("already leads to photos/pat"))
        let listed = try await postern.succeed("recipient", "alias", "list", "--site", "photos", "--json").output
        #expect(listed.contains(#""alias":"Pat Müller""#) && !listed.contains("Sam S."))
        #expect(
            try await postern.command("recipient", "add", "pm", "--site", "photos", "--name", "X", input: "x@y.example\n").status
                == 65)
        try await postern.succeed("recipient", "alias", "remove", "pat", "PM", "--site", "photos")
        #expect(try await postern.get("/c/photos/pm").status == 404)
        try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        let unknown = try await postern.get("/c/photos/No%20Body")
        let erased = try await postern.get("/c/photos/Pat%20M%C3%BCller")
        #expect(unknown.status == 404 && erased.status == 404 && erased.text == unknown.text)
        try await postern.stop()
        await server.stop()
    }

    @Test func `A letter in an old encoding comes back in the right letters, and goes out when it was checked (H4)`() async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(
            smtpPort: server.port, settings: ["POSTERN_SECURITY_CONTACT": "security@example.org"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let page = try await Web.post(
            "http://127.0.0.1:\(postern.port)/c/photos/pat?about=%FF&lang=de",
            body: Data("name=J%F6rg&email=j%40x.example&message=Gr%FC%DFe".utf8),
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Encoding", "identity")])
        #expect(page.status == 422 && page.text.contains("Grüße</textarea>") && page.text.contains(#"lang="de""#))
        #expect(server.messages.isEmpty)
        #expect(try await postern.form(["name": "Jörg", "email": "j@x.example", "message": "Grüße"]).status == 303)
        #expect(try await server.received(count: 1).count == 1)
        // What any client asks for.
        for (path, words) in [
            ("/", "Letters without addresses"), ("/robots.txt", "User-agent: *\nDisallow:\n"),
            ("/.well-known/security.txt", "mailto:security@example.org"),
        ] {
            let answer = try await postern.get(path)
            #expect(answer.status == 200 && answer.text.contains(words), "\(path)")
        }
        #expect(try await postern.get("/favicon.ico").header("Content-Type") == "image/vnd.microsoft.icon")
        try await postern.stop()
        await server.stop()
    }
}
