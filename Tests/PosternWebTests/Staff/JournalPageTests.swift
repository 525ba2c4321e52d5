import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import PosternWeb
import Testing

@Suite("The journal, for those who look at what others did")
struct JournalPageTests {
    private func get(_ path: String, as role: StaffRole = .auditor, journal: FakeJournal = FakeJournal()) async throws
        -> TestResponse
    {
        let application = buildStaffApplication(
            try configuration(), try StaffSignInTests.services(FakeStaff(), journal: journal),
            templates: try Templates(folder: templatesFolder), logger: silent)
        return try await application.test(.live) { client in
            try await client.execute(uri: path, method: .get, headers: [.cookie: FakeStaff.cookie(role)]) { $0 }
        }
    }

    @Test func `The newest entries, whether it holds, and pages back to the first`() async throws {
        let page = try await get("/journal")
        #expect(page.status == .ok && page.headers[.cacheControl] == "no-store")
        for part in [
            "The journal is intact:", "postern-journal/x", "did number 119 &lt;i&gt;", "staff &lt;b&gt;anna&lt;/b&gt;",
            "<em>erased</em>",
            "check a copy on another machine", #"href="/journal?before=70""#,
        ] {
            #expect(page.text.contains(part), "\(part) is missing")
        }
        #expect(!page.text.contains("did number 69 "))
        let last = try await get("/journal?before=20").text
        #expect(last.contains("did number 0 ") && !last.contains("Older entries"))
        for odd in ["x", "-5", "99999999999999999999"] { #expect(try await get("/journal?before=\(odd)").status == .ok) }
    }

    @Test func `What is wrong with it comes first`() async throws {
        let page = try await get("/journal", journal: FakeJournal(findings: ["entry 7 <b>was</b> changed"])).text
        #expect(page.contains("The journal is not intact.") && page.contains("entry 7 &lt;b&gt;was&lt;/b&gt; changed"))
        #expect(!page.contains("The journal is intact:"))
    }

    @Test func `It is for auditors and administrators, and says when it cannot be read`() async throws {
        #expect(try await get("/journal", as: .administrator).status == .ok)
        #expect(try await get("/journal", as: .reviewer).status == .notFound)
        #expect(try await get("/journal", journal: FakeJournal(isAway: true)).status == .serviceUnavailable)
    }
}
