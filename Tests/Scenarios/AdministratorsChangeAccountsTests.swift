import Foundation
import PosternTestSupport
import Testing

@Suite(
    "Administrators change accounts and sites on the staff's pages, for a reason and a second factor (issue 14)", .serialized,
    .timeLimit(.minutes(40)))
struct AdministratorsChangeAccountsTests {
    private static let reason = "They begin on Monday."

    /// Asks, reads the change in words, and answers with a code.
    private func change(
        _ path: String, _ fields: [String: String], by staff: StaffSignIn, code: String, _ postern: Installation
    ) async throws -> Web.Answer {
        let page = try await Web.get(postern.staffURL(path), headers: [("Cookie", staff.cookie)])
        guard let token = page.field("form") else { return page }
        let wish = fields.merging(["form": token, "reason": Self.reason]) { $1 }
        let asked = try await postern.postStaff(wish, to: path, cookie: staff.cookie)
        guard let challenge = asked.field("challenge") else { return asked }
        return try await postern.postStaff(
            wish.merging(["challenge": challenge, "code": code]) { $1 }, to: path, cookie: staff.cookie)
    }

    @Test func `Somebody is added, gets another role and is removed; a site gets another name; all of it in trace and journal`()
        async throws
    {
        let postern = try await Installation(smtpPort: 2_525)
        try await postern.start()
        let anna = try await postern.addStaff("anna")
        let codes = anna.recoveryCodes

        let added = try await change(
            "/staff/add", ["name": "carl", "what": "reviewer"], by: anna, code: codes[0], postern)
        #expect(added.status == 200 && added.header("Cache-Control") == "no-store", "\(added.status) \(added.text)")
        #expect(added.text.contains("carl can sign in and decide about letters at once, and may reveal"))
        let link = try #require(StaffSignIn.text(after: "id=\"link\"", in: added.text))
        let carl = try await postern.enrolStaff("carl", by: try postern.linkPath(link))
        #expect(try await Web.get(postern.staffURL("/blocks"), headers: [("Cookie", carl.cookie)]).status == 200)
        #expect(try await Web.get(postern.staffURL("/staff/add"), headers: [("Cookie", carl.cookie)]).status == 404)

        // A code counts once, whatever it is for.
        let again = try await change("/staff/carl/change", ["what": "remove"], by: anna, code: codes[0], postern)
        #expect(again.status == 403 && again.text.contains("was used before"))
        let taken = try await change("/staff/add", ["name": "carl", "what": "auditor"], by: anna, code: codes[1], postern)
        #expect(taken.status == 409 && taken.text.contains("already a member of staff"))
        let own = try await change("/staff/anna/change", ["what": "remove"], by: anna, code: codes[1], postern)
        #expect(own.status == 403 && own.text.contains("cannot remove your own account"))

        let moved = try await change("/staff/carl/change", ["what": "auditor"], by: anna, code: codes[1], postern)
        #expect(moved.status == 200, "\(moved.text)")
        let second = try postern.linkPath(try #require(StaffSignIn.text(after: "id=\"link\"", in: moved.text)))
        #expect(try await Web.get(postern.staffURL("/blocks"), headers: [("Cookie", carl.cookie)]).status == 303)
        let form = ["name": "carl", "password": StaffSignIn.password, "code": carl.recoveryCodes[0]]
        #expect(try await postern.postStaff(form, to: "/sign-in").status == 403)
        #expect(try await Web.get(postern.staffURL(second)).text.contains("auditor"))

        let removed = try await change("/staff/carl/change", ["what": "remove"], by: anna, code: codes[2], postern)
        #expect(removed.status == 200 && removed.text.contains("is removed"))
        #expect(try await Web.get(postern.staffURL(second)).status == 404)
        #expect(try await !postern.succeed("staff", "list").output.contains("carl"))

        let site = try await change(
            "/sites/photos/name", ["site-name": "New photos", "origins": "https://new.example"], by: anna, code: codes[3], postern
        )
        #expect(site.status == 200, "\(site.text)")
        let sites = try await postern.succeed("site", "list").output
        #expect(sites.contains("New photos") && sites.contains("https://new.example"))
        // The vault authorised it: it takes the row for its own again.
        try await postern.succeed("site", "set", "photos", "--name", "Newer photos")
        #expect(try await postern.succeed("site", "list").output.contains("https://new.example"))

        // The operator's command gives another role too.
        try await postern.succeed("staff", "add", "dora", "--role", "reviewer")
        _ = try postern.linkPath(try await postern.succeed("staff", "reset", "dora", "--role", "auditor").output)
        let staff = try await postern.succeed("staff", "list").output.split(separator: "\n")
        #expect(staff.contains { $0.contains("dora") && $0.contains("auditor") })

        let trace = try await postern.succeed("log", "operations").output
        for part in ["staff.add", "staff.role", "staff.remove", "site.change", "staff:anna", Self.reason] {
            #expect(trace.contains(part), "\(part): \(trace)")
        }
        let journal = try await postern.succeed("log", "journal").output
        for part in [
            "the new account of somebody who is reviewer", "the role of somebody who is auditor",
            "the removal of somebody’s account", "the name or the origins of site photos", "staff anna", "staff carl",
            Self.reason,
        ] {
            #expect(journal.contains(part), "\(part): \(journal)")
        }
        #expect(try await postern.command("log", "verify").status == 0)
        try await postern.stop()
        #expect(postern.log.contains("postern staff remove carl"))
        #expect(!postern.log.contains("/enrol/") && !postern.log.contains(codes[3]))
    }
}
