import Foundation
import PosternTestSupport
import Testing

@Suite("Staff sign in, and nobody else does", .serialized, .timeLimit(.minutes(40)))
struct StaffSignInTests {
    @Test func `The first account, a password with a code, sessions, and a way back (issue 14)`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        try await postern.start()
        #expect(try await Web.get(postern.staffURL("/")).header("Location") == "/sign-in")
        let empty = try await Web.get(postern.staffURL("/sign-in")).text
        #expect(empty.contains("postern staff add NAME --role administrator") && !empty.contains("<form"))
        #expect(try await postern.succeed("staff", "list").output.contains("Nobody yet"))

        let link = try await postern.succeed("staff", "add", "anna", "--role", "administrator").output
        let path = try postern.linkPath(link)
        #expect(
            try await postern.command("staff", "add", "anna", "--role", "auditor").errors.contains("already a member of staff"))
        let anna = try await postern.enrolStaff("anna", by: path)
        #expect(anna.recoveryCodes.count == 10)
        #expect(try await Web.get(postern.staffURL(path)).status == 404)
        #expect(try await Web.get(postern.staffURL("/"), headers: [("Cookie", anna.cookie)]).text.contains("anna"))

        // By a code that was not used yet; and then not by the same one.
        let code = StaffSignIn.code(anna.secret, after: 1)
        let form = ["name": "anna", "password": StaffSignIn.password, "code": code]
        let inside = try await postern.postStaff(form, to: "/sign-in")
        #expect(inside.status == 303 && inside.header("Location") == "/", "\(inside.text)")
        #expect(try await postern.postStaff(form, to: "/sign-in").status == 403)
        let recovery = form.merging(["code": anna.recoveryCodes[0]]) { $1 }
        #expect(try await postern.postStaff(recovery, to: "/sign-in").status == 303)
        #expect(try await postern.postStaff(recovery, to: "/sign-in").status == 403)

        // Signed in three times. One is signed out; the others stay.
        let sessions = try await Web.get(postern.staffURL("/sessions"), headers: [("Cookie", anna.cookie)]).text
        #expect(sessions.components(separatedBy: "<tr><th scope=\"row\">").count == 4, "\(sessions)")
        let token = try #require(
            sessions.components(separatedBy: "name=\"form\" value=\"").dropFirst().first?.prefix { $0 != "\"" })
        let out = try await postern.postStaff(["form": String(token)], to: "/sign-out", cookie: anna.cookie)
        #expect(out.status == 303)
        #expect(try await Web.get(postern.staffURL("/"), headers: [("Cookie", anna.cookie)]).status == 303)

        // A restart of both keeps the others, and what was used stays used.
        let second = try #require(inside.header("Set-Cookie")?.split(separator: ";").first)
        try await postern.stop()
        try await postern.start()
        #expect(try await Web.get(postern.staffURL("/"), headers: [("Cookie", String(second))]).status == 200)
        #expect(try await postern.postStaff(recovery, to: "/sign-in").status == 403)

        let again = try postern.linkPath(try await postern.succeed("staff", "reset", "anna").output)
        #expect(try await Web.get(postern.staffURL("/"), headers: [("Cookie", String(second))]).status == 303)
        let next = form.merging(["code": anna.recoveryCodes[1]]) { $1 }
        #expect(try await postern.postStaff(next, to: "/sign-in").status == 403)
        #expect(try await Web.get(postern.staffURL(again)).status == 200)
        try await postern.succeed("staff", "remove", "anna")
        #expect(try await Web.get(postern.staffURL(again)).status == 404)
        #expect(try await postern.command("staff", "remove", "anna").status == 65)
        let trace = try await postern.succeed("log", "operations").output
        for verb in ["staff.add", "staff.enrol", "staff.sign-in", "staff.sign-out", "staff.reset", "staff.remove"] {
            #expect(trace.contains(verb), "\(verb): \(trace)")
        }
        try await postern.stop()

        // Neither the store nor the log has a password, a code or a cookie.
        let files = try FileManager.default.subpathsOfDirectory(atPath: postern.home)
        for path in files {
            guard let content = FileManager.default.contents(atPath: postern.home + "/" + path) else { continue }
            let secrets =
                [StaffSignIn.password, anna.recoveryCodes[2]] + [anna.cookie.split(separator: "=").last.map(String.init) ?? ""]
            for secret in secrets { #expect(content.range(of: Data(secret.utf8)) == nil, "\(path)") }
        }
        #expect(!postern.log.contains(StaffSignIn.password) && !postern.log.contains("/enrol/"))
    }

    @Test func `While nothing runs, accounts are added as well; and a record that is put back signs nobody in`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let path = try postern.linkPath(try await postern.succeed("staff", "add", "anna", "--role", "reviewer").output)
        try await postern.start()
        let anna = try await postern.enrolStaff("anna", by: path)
        try await postern.stop()
        // As somebody who can write to the store, and has kept what was there.
        let rows = try await Program.run(
            "sqlite3", [postern.store, "SELECT version, hex(record) FROM staff_account"]
        ).output.split(separator: "|")
        try #require(rows.count == 2)
        let record = rows[1].trimmingCharacters(in: .whitespacesAndNewlines)
        try await postern.succeed("staff", "reset", "anna")
        let put = try await Program.run(
            "sqlite3",
            [postern.store, "UPDATE staff_account SET version = \(rows[0]), record = x'\(record)', role = 'administrator'"])
        try #require(put.status == 0, "\(put.errors)")
        try await postern.start()
        let form = ["name": "anna", "password": StaffSignIn.password, "code": anna.recoveryCodes[0]]
        #expect(try await postern.postStaff(form, to: "/sign-in").status == 403)
        try await postern.stop()
    }
}
