import Crypto
import Foundation
import PosternCore
import PosternJournal
import Testing

@Suite("Notes, checkpoints and proofs are those of c2sp.org")
struct SignedNoteTests {
    /// golang.org/x/mod/sumdb/note, and c2sp.org/signed-note.
    @Test(
        arguments: [
            (
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                """
                If you think cryptography is the answer to your problem,
                then you don't know what your problem is.

                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

                """
            ),
            (
                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                """
                This is an example message.

                — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

                """
            ),
        ])
    func `The published notes are read, verified and written as they are`(key: String, note: String) throws {
        let (key, signed) = (try #require(NoteKey(key)), try #require(SignedNote(note)))
        #expect(signed.isSigned(by: key) && signed.description == note && NoteKey(key.description) == key)
        // A change of any character of the text.
        for place in signed.text.indices where signed.text[place] != "\n" {
            var text = note
            text.replaceSubrange(place...place, with: "#")
            #expect(SignedNote(text)?.isSigned(by: key) == false)
        }
    }

    @Test(
        arguments: [
            "", "text\n", "text\n\n", "text\n\n— name\n", "text\n\n- name AAAAAAA=\n", "text\n\n— name AAAA\n",
            "text\n\n— name x08go/ZJkuBS9UG= more\n", "text\n\n— name x08go/ZJkuBS", "te\u{1}xt\n\n— name x08go/ZJkuBS\n",
            "text\n\n—  x08go/ZJkuBS\n", "text\n\n— name x08go/ZJkuBS\n\n— name x08go/ZJkuBT\nmore\n",
        ])
    func `What is no note is none`(note: String) {
        #expect(SignedNote(note) == nil)
    }

    @Test(
        arguments: [
            "", "name", "name+12345678", "name+c74f20a3+", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+ARpc2QcU",
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ])
    func `What is no key is none`(key: String) {
        #expect(NoteKey(key) == nil)
    }

    @Test func `Signatures of others count for nothing, and a wrong one under the key's own name and id spoils the note`() throws
    {
        let key = try #require(SampleJournal.key)
        let signed = try SampleJournal.checkpoint(SampleJournal.entries(3))
        let other = try SampleJournal.signed(3, signed.checkpoint.root, by: Curve25519.Signing.PrivateKey())
        let line = try #require(other.note.description.split(separator: "\n").last)
        let both = try #require(SignedNote(signed.note.description + line + "\n"))
        #expect(both.isSigned(by: key) && !other.note.isSigned(by: key))
        let own = try #require(signed.note.signatures.first)
        let wrong = Data(own.keyID + [UInt8](repeating: 1, count: 64)).base64EncodedString()
        let spoilt = try #require(SignedNote(signed.note.description + "— \(own.name) \(wrong)\n"))
        #expect(!spoilt.isSigned(by: key))
    }

    @Test func `Checkpoints are found in a file to which notes were appended, and in a system's log`() throws {
        let all = try (1...5).map { try SampleJournal.checkpoint(SampleJournal.entries($0)) }
        let notes = all.map(\.note.description).joined()
        #expect(SignedCheckpoint.all(in: notes).map(\.checkpoint) == all)
        #expect(SignedCheckpoint.all(in: notes).map(\.line) == [1, 6, 11, 16, 21])
        // Where the beginning was cut off, and with other lines between.
        let rest = notes.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)[1]
        #expect(SignedCheckpoint.all(in: String(rest)).map(\.checkpoint) == Array(all.dropFirst()))
        let log = all.map { "2026-11-29T11:40:00 host postern[77]: \($0.line)\nsomething else\n" }.joined()
        #expect(SignedCheckpoint.all(in: log).map(\.checkpoint) == all)
        let key = try #require(SampleJournal.key)
        #expect(SignedCheckpoint.all(in: log).allSatisfy { $0.checkpoint.note.isSigned(by: key) })
    }

    @Test(arguments: [
        "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1\nCsUY\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
    ])
    func `What is no checkpoint is none`(text: String) {
        #expect(Checkpoint(text) == nil)
    }

    /// c2sp.org/tlog-checkpoint.
    @Test func `The format's example of a checkpoint is read`() throws {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        let checkpoint = try #require(Checkpoint(text))
        #expect(checkpoint.origin == "example.com/behind-the-sofa" && checkpoint.size == 20_852_163 && checkpoint.text == text)
    }

    @Test func `A proof holds for its entry alone, and shows whom it is about`() throws {
        let key = try #require(SampleJournal.key)
        let salted = EntrySubject("photos/pat", salt: [UInt8](repeating: 3, count: EntrySubject.saltLength))
        var entries = SampleJournal.entries(300)
        entries[77] =
            JournalEntry(
                number: 77, at: Timestamp(seconds: 1_795_514_709), actor: .operator,
                event: .recipientAuthorised(try SiteID("photos")),
                about: salted.digest
            ).bytes
        let files = try SampleJournal.files(entries)
        let proof = try #require(JournalExamination.proof(of: 77, about: salted, in: files, trust: .key(key)))
        let read = try #require(EntryProof(proof.text))
        #expect(read == proof && read.holds(under: key) && read.subject == "photos/pat")
        #expect(proof.text.hasPrefix("c2sp.org/tlog-proof@v1\nextra ") && proof.text.contains("\nindex 77\n"))
        // Another's salt shows nobody, and another name neither.
        let other = EntrySubject("photos/pat", salt: [UInt8](repeating: 4, count: EntrySubject.saltLength))
        #expect(JournalExamination.proof(of: 77, about: other, in: files, trust: .key(key))?.subject == nil)
        let stranger = try #require(NoteKey(name: SampleJournal.origin, publicKey: [UInt8](repeating: 5, count: 32)))
        #expect(!read.holds(under: stranger))
        for change in [("index 77", "index 78"), ("index 77", "index 76")] {
            let changed = try #require(EntryProof(proof.text.replacing(change.0, with: change.1)))
            #expect(!changed.holds(under: key))
        }
        let swapped = EntryProof(
            extra: .init(entry: String(decoding: entries[78], as: UTF8.self), subject: nil, salt: nil), index: 77,
            path: proof.path,
            checkpoint: proof.checkpoint)
        #expect(!swapped.holds(under: key))
        #expect(JournalExamination.proof(of: 300, about: nil, in: files, trust: .key(key)) == nil)
    }

    @Test func `Every event is read back as it was written, in one line of JSON with sorted keys`() throws {
        let (site, token) = (try SiteID("photos"), SiteTokenID(high: 1, low: 2))
        let events: [JournalEvent] =
            [
                .began(after: nil), .began(after: "a 1 b"), .started(version: "0.1.0"), .hour(uncounted: 0), .hour(uncounted: 4),
                .keysMade(["letter-2026-11-29"]), .keysDestroyed(["tag-2026-01-01"]), .keysExported(["0a"]),
                .keysImported(added: 2, hasMemory: true), .clockTrusted, .siteAuthorised(site), .recipientAuthorised(site),
                .recipientErased(site), .adopted(sites: 1, recipients: 2), .tokenMade(site, token), .tokenRevoked(token),
                .reportSealed(site), .clientFollowed(site, LetterID(high: 1, low: 2)), .blockAdded(7), .blockRemoved(7),
                .senderNamed(site, LetterID(high: 1, low: 2)),
                .other("seen-by-staff"),
                .staffLockedOut, .addressSought, .decided(StaffDecisionID(high: 1, low: 2), .drop, count: 23),
                .decisionUndone(StaffDecisionID(high: 1, low: 2)),
            ]
            + StaffRole.allCases.map { .staffLink($0) }
            + StaffMeans.allCases.flatMap { means in [.staffSignedIn(means), .staffEnrolled(.reviewer, means)] }
            + WaveStep.allCases.map { .waveDecided(LetterID(high: 3, low: 4), $0) }
            + ChangeStep.allCases.flatMap { step in
                StaffRole.allCases.flatMap { role -> [JournalEvent] in
                    [
                        .change(step, .account(.add(role))), .change(step, .account(.reset(role))),
                        .change(step, .account(.move(to: role))),
                    ]
                } + [.change(step, .account(.remove)), .change(step, .site(site))]
            }
            + RevealStep.allCases.flatMap { step in
                RevealEntry.What.allCases.map { what in
                    let report = what == .reportedLetter ? ReportID(high: 5, low: 6) : nil
                    return .reveal(step, RevealEntry(site: site, what: what, letter: LetterID(high: 3, low: 4), report: report))
                }
            }
        for (number, event) in events.enumerated() {
            let entry = JournalEntry(number: number, at: Timestamp(seconds: 1_795_514_709), actor: .operator, event: event)
            #expect(JournalEntry(entry.bytes) == entry, "\(event)")
            #expect(!event.words.isEmpty)
            let keys = try JSONSerialization.jsonObject(with: Data(entry.bytes)) as? [String: Any]
            #expect(keys?["n"] as? Int == number && !entry.bytes.contains(0x0A))
        }
    }
}
