import Crypto
import Foundation
import PosternCore
import PosternJournal
import PosternTestSupport
import PosternVault
import Testing

@Suite("The vault's journal is on disk before anybody is answered, and goes on from what was signed")
struct JournalTests {
    private static let hour = Journal.Record(.vault, .hour(uncounted: 0))

    private static func confirmed(_ handle: String) throws -> Journal.Record {
        Journal.Record(.operator, .recipientAuthorised(try SiteID("photos")), about: "photos/\(handle)")
    }

    @Test func `An entry is there when the call returns, over starts, and another program verifies every file of it`()
        async throws
    {
        let fixture = try JournalFixture()
        for start in 0..<3 {
            let journal = fixture.open()
            try await journal.record([Journal.Record(.vault, .started(version: "\(start)"))])
            #expect(try fixture.entries().last?.event == .started(version: "\(start)"))
            try await journal.record(Array(repeating: Self.hour, count: 120))
            let report = try #require(try fixture.report())
            #expect(report.holds && report.size == 1 + (start + 1) * 121, "\(report.findings)")
            let opinion = try await fixture.secondOpinion()
            #expect(opinion.status == 0 && opinion.said == "holds \(report.size)", "\(opinion)")
        }
        #expect(try fixture.entries().map(\.number) == Array(0..<364))
        // Full files have no partial ones beside them any more; the vault's user alone may read any of it.
        #expect(!FileManager.default.fileExists(atPath: fixture.folder + "/tile/entries/000.p"))
        for name in try fixture.content().keys {
            let mode =
                try FileManager.default.attributesOfItem(atPath: fixture.vault.folder.path(name))[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        #expect(fixture.log.criticals.isEmpty)
    }

    @Test func `A proof that another program verifies says whom the entry is about, until that is erased`() async throws {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        try await journal.record([try Self.confirmed("pat"), try Self.confirmed("sam"), try Self.confirmed("pat")])
        let proof = try #require(try fixture.reader().proof(of: 1))
        let file = fixture.vault.folder.path("entry.tlog-proof")
        try proof.text.write(toFile: file, atomically: true, encoding: .utf8)
        let key = try #require(try fixture.report()?.key)
        let opinion = try await fixture.secondOpinion(["--proof", file, key])
        #expect(opinion.status == 0 && opinion.said == "proves 1 photos/pat")
        #expect(try fixture.reader().lines().map(\.subject) == [nil, "photos/pat", "photos/sam", "photos/pat"])

        await journal.forget("photos/pat")
        #expect(try fixture.reader().lines().map(\.subject) == [nil, nil, "photos/sam", nil])
        #expect(try fixture.reader().proof(of: 1)?.subject == nil)
        #expect(try fixture.report()?.holds == true)
        // Neither name nor salt is left anywhere, and what a member has kept still proves it.
        for (name, bytes) in try fixture.content() {
            #expect(bytes.firstRange(of: Data("photos/pat".utf8)) == nil, "\(name)")
            if let salt = proof.extra.salt.flatMap({ Data(base64Encoded: $0) }) {
                #expect(bytes.firstRange(of: salt) == nil, "\(name)")
            }
        }
        #expect(try #require(NoteKey(key)).name.hasPrefix("contact.example.org/postern-journal/"))
        #expect(EntryProof(proof.text)?.subject == "photos/pat")
    }

    @Test func `Wherever a crash cuts the newest entry short, the next start goes on, and nothing that was answered is lost`()
        async throws
    {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        try await journal.record([Self.hour, try Self.confirmed("pat")])
        let answered = try fixture.content()
        try await journal.record([try Self.confirmed("sam")])
        let whole = try fixture.content()
        // In the order in which they are written. What a file of the answered entries has in its place stays.
        let order = [
            "journal-subjects", "journal/tile/entries/000.p/4", "journal/tile/0/000.p/4", "journal-last", "journal/checkpoint",
        ]
        #expect(Set(whole.keys) == Set(answered.keys).union(order))
        for (place, name) in order.enumerated() {
            var before = answered
            for done in order.prefix(place) { before[done] = whole[done] }
            let bytes = try #require(whole[name])
            // These are written to a draft and renamed, so that a crash leaves all or nothing of them; the others at every byte.
            let cuts = ["journal-last", "journal/checkpoint"].contains(name) ? [bytes.count] : Array(0...bytes.count)
            for cut in cuts {
                var content = before
                content[name] =
                    (name == "journal-subjects" ? max(cut, answered[name]?.count ?? 0) : cut) == bytes.count
                    ? bytes : bytes.prefix(name == "journal-subjects" ? max(cut, answered[name]?.count ?? 0) : cut)
                try fixture.put(content)
                try await fixture.open().record([Self.hour])
                let entries = try fixture.entries()
                #expect(entries.count == 4 || entries.count == 5, "\(name) at \(cut)")
                #expect(Array(entries.prefix(3)) == Array(try Self.entries(answered)), "\(name) at \(cut)")
                let report = try #require(try fixture.report())
                #expect(report.holds, "\(name) at \(cut): \(report.findings)")
                // Whom the entries are about fits them.
                let subjects = try fixture.reader().lines().map(\.subject)
                #expect(subjects[2] == "photos/pat" && (entries.count == 4 || subjects[3] == "photos/sam"), "\(name) at \(cut)")
            }
        }
        #expect(fixture.log.criticals.isEmpty, "\(fixture.log.criticals)")
    }

    private static func entries(_ content: [String: Data]) throws -> [JournalEntry] {
        let bundle = try #require(content["journal/tile/entries/000.p/3"])
        return EntryBundle.entries(in: Array(bundle)).entries.compactMap { JournalEntry($0) }
    }

    @Test func `Tiles and a checkpoint that are missing are made again from the entries`() async throws {
        let fixture = try JournalFixture()
        try await fixture.open().record(Array(repeating: Self.hour, count: 300))
        let whole = try fixture.content()
        let made = whole.keys.filter { $0.hasPrefix("journal/tile/") && !$0.contains("entries") } + ["journal/checkpoint"]
        #expect(made.count == 4)
        for name in made {
            try FileManager.default.removeItem(atPath: fixture.vault.folder.path(name))
            #expect(try fixture.report()?.holds == false, "\(name)")
            try await fixture.open().check()
            #expect(try fixture.content() == whole, "\(name)")
        }
        #expect(fixture.log.notices.count { $0.contains("made again") } == 3)
    }

    @Test func `A journal that was changed, cut, put back or removed is not gone on with, and the reason names the place`()
        async throws
    {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        try await journal.record([Self.hour])
        let former = try fixture.content()
        try await journal.record(Array(repeating: Self.hour, count: 300))
        let whole = try fixture.content()
        func refused(_ change: (inout [String: Data]) -> Void, _ words: String) async throws {
            var content = whole
            change(&content)
            try fixture.put(content)
            let fault = await #expect(throws: JournalFault.self) { try await fixture.open().record([Self.hour]) }
            #expect(fault?.description.contains(words) == true, "\(words): \(fault.map { "\($0)" } ?? "")")
            // Nothing was signed.
            #expect(try fixture.content()["journal-last"] == content["journal-last"])
        }
        let bundle = "journal/tile/entries/000"
        try await refused({ $0[bundle]?[100] ^= 1 }, "entry 1 was changed")
        try await refused({ $0[bundle]?.removeLast() }, "from entry 255 on")
        try await refused({ $0["journal/tile/entries/001.p/46"] = nil }, "with entries 256 to 301")
        // The whole folder, without what is beside it: gone, and an older one.
        try await refused({ $0 = $0.filter { !$0.key.hasPrefix("journal/") } }, "the journal ends before entry 0")
        try await refused(
            { content in
                content = content.filter { !$0.key.hasPrefix("journal/") }
                for (name, bytes) in former where name.hasPrefix("journal/") { content[name] = bytes }
            }, "the journal ends before entry 2")
        // What is beside it, without the folder.
        try await refused(
            {
                $0["journal-last"] = former["journal-last"]; $0[bundle] = nil
            }, "missing")
        try await refused({ $0["journal-last"] = Data("no checkpoint".utf8) }, "holds no checkpoint")
        try await refused(
            {
                $0["journal-last"] = nil; $0["journal/checkpoint"] = nil
            }, "neither a checkpoint nor")
        // As it was, it goes on.
        try fixture.put(whole)
        try await fixture.open().record([Self.hour])
        #expect(try fixture.report()?.size == 303)
    }

    @Test func `An older journal with all that is beside it is refused where its checkpoints have a second place`() async throws {
        let fixture = try JournalFixture(hasCopy: true)
        let journal = fixture.open()
        try await journal.record([Self.hour])
        let former = try fixture.content()
        try await journal.record([Self.hour])
        let copied = try String(contentsOfFile: fixture.copyPath, encoding: .utf8)
        #expect(SignedCheckpoint.all(in: copied).map(\.checkpoint.checkpoint.size) == [1, 2, 3])
        #expect(try fixture.report()?.agreesSince == 3)
        try fixture.put(former)
        let fault = await #expect(throws: JournalFault.self) { try await fixture.open().record([Self.hour]) }
        #expect(fault?.description.contains("3 entries") == true, "\(fault.map { "\($0)" } ?? "")")
        #expect(try fixture.report()?.findings.first?.kind == .truncated)
        // Removed altogether, another one begins, under another name, and says what was here.
        try fixture.put([:])
        try await fixture.open().record([Self.hour])
        guard case .began(let after?) = try fixture.entries().first?.event else {
            Issue.record("the journal says nothing of the former one")
            return
        }
        #expect(after.contains(" 3 "))
        let report = try #require(try fixture.report())
        #expect(report.holds && report.foreign == 3 && report.size == 2)
    }

    @Test func `What cannot be written to the second place is said, and the journal goes on`() async throws {
        let fixture = try JournalFixture(hasCopy: true)
        try FileManager.default.createDirectory(atPath: fixture.copyPath, withIntermediateDirectories: false)
        let journal = fixture.open()
        // A folder cannot be read as a file; then there is nothing to go on from.
        await #expect(throws: JournalFault.self) { try await journal.record([Self.hour]) }
        try FileManager.default.removeItem(atPath: fixture.copyPath)
        try await journal.record([Self.hour])
        try FileManager.default.removeItem(atPath: fixture.copyPath)
        try FileManager.default.createDirectory(atPath: fixture.copyPath, withIntermediateDirectories: false)
        try await journal.record([Self.hour])
        #expect(fixture.log.criticals.count { $0.contains("second place") } == 1)
        #expect(try fixture.entries().count == 3)
    }

    @Test func `Another key signs nothing of a journal that is there, and the right one among several is found`() async throws {
        let fixture = try JournalFixture()
        try await fixture.open().record([Self.hour])
        let other = try VaultFixture().ring.journalSigners
        let fault = await #expect(throws: JournalFault.self) { try await fixture.open(signers: other).record([Self.hour]) }
        #expect(fault == .otherKey(fixture.last))
        await #expect(throws: JournalFault.noKey) { try await fixture.open(signers: []).record([Self.hour]) }
        try await fixture.open(signers: other + fixture.vault.ring.journalSigners).record([Self.hour])
        #expect(try fixture.report()?.holds == true)
    }

    @Test func `An entry is written every hour that the process runs, whether or not anything happened`() async throws {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        for minute in stride(from: 0, through: 240, by: 1) { await journal.keep(at: .seconds(minute * 60 + 7)) }
        #expect(try fixture.entries().map(\.event) == [.began(after: nil)] + Array(repeating: .hour(uncounted: 0), count: 4))
    }

    @Test func `What a relay asks for fills no disk: beyond a hundred an hour it is counted`() async throws {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        await journal.keep(at: .zero)
        let site = try SiteID("photos")
        for _ in 0..<130 { await journal.noteForRelay(Journal.Record(.relay, .reportSealed(site))) }
        await journal.keep(at: .hours(1))
        await journal.keep(at: .hours(2))
        let events = try fixture.entries().map(\.event)
        #expect(events.count { $0 == .reportSealed(site) } == Journal.mostOfRelayAnHour)
        #expect(Array(events.suffix(2)) == [.hour(uncounted: 30), .hour(uncounted: 0)])
    }

    @Test func `A flood of one kind keeps no other out of the journal, and the hour's entry counts what has no own one`()
        async throws
    {
        let fixture = try JournalFixture()
        let journal = fixture.open()
        await journal.keep(at: .zero)
        let site = try SiteID("photos")
        let floods: [Journal.Record] = [
            .init(.relay, .reportSealed(site)), .init(.member, .recipientErased(site)),
            .init(.relay, .adopted(sites: 1, recipients: 1)), .init(.staff, .blockAdded(7)),
        ]
        for flood in floods {
            for _ in 0..<(Journal.mostOfRelayAnHour + 5) { await journal.noteForRelay(flood) }
        }
        #expect(await journal.noteForRelay(.init(.staff, .tokenRevoked(SiteTokenID(high: 1, low: 2)))) == false)
        #expect(await journal.noteForRelay(.init(.staff, .staffLockedOut, about: "staff berta")))
        await journal.keep(at: .hours(1))
        #expect(await journal.noteForRelay(.init(.staff, .tokenRevoked(SiteTokenID(high: 1, low: 2)))))
        let events = try fixture.entries().map(\.event)
        for flood in [
            JournalEvent.reportSealed(site), .recipientErased(site), .adopted(sites: 1, recipients: 1), .blockAdded(7),
        ] {
            #expect(events.count { $0 == flood } == Journal.mostOfRelayAnHour, "\(flood)")
        }
        #expect(
            Array(events.suffix(3)) == [
                .staffLockedOut, .hour(uncounted: 4 * 5 + 1), .tokenRevoked(SiteTokenID(high: 1, low: 2)),
            ])
    }

    @Test func `A journal that was set aside is kept, and the next one has another name and says what it follows`() async throws {
        let fixture = try JournalFixture()
        try await fixture.open().record([try Self.confirmed("pat")])
        let former = try #require(try fixture.report())
        let aside = try #require(
            try JournalReplacement.setAside(fixture.place, at: Timestamp(seconds: 1_795_514_709)))
        let next = Journal(
            at: fixture.place, signers: fixture.vault.ring.journalSigners, host: "contact.example.org", former: aside.checkpoint,
            randomness: .system, now: { Timestamp(seconds: 1_795_514_709) })
        try await next.check()
        let report = try #require(try fixture.report())
        #expect(report.holds && report.size == 1 && report.origin != former.origin)
        #expect(try fixture.entries().map(\.event) == [.began(after: "\(former.origin ?? "") 2 \(former.root ?? "")")])
        let key = try #require(former.key.flatMap { NoteKey($0) })
        #expect(try JournalReader(copy: aside.folder, key: key).report()?.holds == true)
        // Who is erased now is erased there as well.
        await next.forget("photos/pat")
        for (file, bytes) in try fixture.content() { #expect(bytes.firstRange(of: Data("photos/pat".utf8)) == nil, "\(file)") }
    }
}
