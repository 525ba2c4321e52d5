internal import ArgumentParser
private import Foundation
private import Glibc
private import PosternCore
internal import PosternHost
private import PosternJournal
private import PosternVault

extension LogCommand {
    struct JournalList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "journal", abstract: "List what was done with keys, addresses and tokens, as the vault wrote it down.",
            discussion: """
                The journal names nobody: whom an entry is about is kept beside it, and goes when they are erased. Whether the journal \
                is as it was signed says postern log verify.
                """)

        @Option(help: "At most this many, the latest; 0 for all.")
        var limit = 50

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws { try checkLimit(limit) }

        private struct View: Encodable {
            let number: Int
            let at, by, did, about: String?
            /// As it is in the journal.
            let entry: String

            init(_ line: JournalReader.Line) {
                let entry = JournalEntry(Array(line.entry.utf8))
                (number, about) = (line.number, line.subject ?? (entry?.about == nil ? nil : "erased"))
                (at, by, did) = (entry?.at.rfc3339, entry?.actor.rawValue, entry?.event.words)
                self.entry = line.entry
            }
        }

        func run() async throws {
            guard case .lines(let all) = try await JournalCaller(home.caller()).ask(.lines) else { throw ControlCaller.mismatch }
            let views = (limit == 0 ? all : all.suffix(limit)).map(View.init)
            try output.print(views) {
                guard !views.isEmpty else { return "No entries." }
                return TextTable(
                    views, ("ENTRY", { "\($0.number)" }), ("TIME", { $0.at ?? "–" }), ("WHO", { $0.by ?? "–" }),
                    ("DID", { $0.did ?? $0.entry }), ("ABOUT", { $0.about ?? "" })
                ).text
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Verify the journal: that no entry was changed, removed, added or moved, and that none is missing at the end.",
            discussion: """
                Anyone who has the vault's keys can write a journal again from its first entry on, and sign it. What shows that nobody did \
                is a checkpoint that was kept elsewhere: POSTERN_JOURNAL_COPY keeps them all, and --checkpoints takes any others.

                A copy of the folder can be verified anywhere: with --journal, and with --key, the key that this command prints.

                Exit codes: 0 it holds · 65 it does not, and each place is named · 66 there is no journal
                """)

        @Option(help: ArgumentHelp("A copy of a journal's folder, instead of this installation's.", valueName: "folder"))
        var journal: String?

        @Option(help: ArgumentHelp("The key that must have signed it, as this command printed it where it is.", valueName: "key"))
        var key: String?

        @Option(help: ArgumentHelp("A file with checkpoints that were kept elsewhere.", valueName: "file"))
        var checkpoints: [String] = []

        @Option(help: ArgumentHelp("A .tlog-proof instead of a journal.", valueName: "file"))
        var proof: String?

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard journal == nil || proof == nil else { throw ValidationError("--journal and --proof do not go together") }
            guard (journal == nil && proof == nil) == (key == nil) else {
                throw ValidationError("--key goes with --journal or --proof")
            }
            guard key.map({ NoteKey($0) != nil }) ?? true else {
                throw ValidationError("--key is not a key: it looks like NAME+12345678+BASE64, in quotation marks for a shell")
            }
        }

        func run() async throws {
            if let proof { return try verify(proof: proof) }
            let texts = Dictionary(try checkpoints.map { ($0, try Self.text(of: $0)) }) { first, _ in first }
            guard let report = try await report(texts) else {
                throw Exit.noInput.saying("there is no journal in \(journal ?? home.folder.journal)")
            }
            try output.print(report) { Self.text(report) }
            guard report.holds else { throw Exit.data.code }
        }

        private func report(_ texts: [String: String]) async throws -> JournalReport? {
            guard let journal, let key = key.flatMap({ NoteKey($0) }) else {
                guard case .report(let report) = try await JournalCaller(home.caller()).ask(.report(checkpoints: texts)) else {
                    return nil
                }
                return report
            }
            do {
                let anchors = texts.flatMap { name, text in JournalExamination.Anchor.all(in: text, of: name) }
                return try JournalReader(copy: URL(fileURLWithPath: journal).standardized.path, key: key).report(anchors: anchors)
            } catch {
                throw Exit.noInput.saying("\(error)")
            }
        }

        private struct ProofView: Encodable {
            let holds: Bool
            let number: Int
            let entry: String
            let about: String?
        }

        private func verify(proof path: String) throws {
            guard let proof = EntryProof(try Self.text(of: path)), let key = key.flatMap({ NoteKey($0) }) else {
                throw Exit.data.saying("\(path) is not a proof that postern log proof made")
            }
            let holds = proof.holds(under: key)
            let view = ProofView(holds: holds, number: proof.index, entry: proof.extra.entry, about: proof.subject)
            try output.print(view) {
                holds
                    ? "It is entry \(proof.index) of \(key.name):\n\(proof.extra.entry)"
                        + (proof.subject.map { "\nIt is about \($0)." } ?? "")
                    : "It is not proven: this key has signed no journal with this entry at this place."
            }
            guard holds else { throw Exit.data.code }
        }

        /// Of what it holds only checkpoints count that the key has signed, and none of it is printed.
        private static func text(of path: String) throws -> String {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Exit.noInput.saying("\(path) cannot be read")
            }
            return String(decoding: data, as: UTF8.self)
        }

        private static func text(_ report: JournalReport) -> String {
            var lines: [String] = []
            let name = report.origin ?? "The journal"
            if report.holds {
                let span = [report.first, report.last].compactMap { $0 }.joined(separator: " to ")
                lines.append("\(name) holds: \(counted(report.size, "entry", "entries")), \(span).")
            } else {
                lines.append("\(name) does not hold:")
                lines += report.findings.map { "  \($0.text)" }
            }
            if let size = report.agreesSince {
                lines.append(
                    "It goes on from \(counted(report.agreeing, "checkpoint")) that \(report.agreeing == 1 ? "was" : "were") kept elsewhere, "
                        + "the longest over \(counted(size, "entry", "entries")).")
            } else if report.holds {
                lines.append(
                    "No checkpoint from elsewhere was compared. Anyone who has the vault's keys could have written all of it again: keep the "
                        + "checkpoints where they cannot be changed (POSTERN_JOURNAL_COPY).")
            }
            if report.foreign > 0 {
                lines.append("\(counted(report.foreign, "checkpoint")) of other journals said nothing about it.")
            }
            if let first = report.silences.first {
                lines.append(
                    "For more than two hours nothing was written before \(counted(report.silences.count, "entry", "entries")), the first of "
                        + "them entry \(first): the vault stood still, or its clock was set.")
            }
            if let key = report.key { lines.append("Key: \(key)") }
            return lines.joined(separator: "\n")
        }
    }

    struct Proof: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the proof that an entry is in the journal, to be kept in a file called NAME.tlog-proof.",
            discussion: """
                Anybody can check it without the journal and without asking anybody: postern log verify --proof FILE --key KEY, or any \
                program that reads c2sp.org/tlog-proof. It also says whom the entry is about, as long as the vault knows, and \
                then it proves that too.
                """)

        @Argument(help: "The number of the entry, as postern log journal lists it.")
        var number: Int

        @OptionGroup var home: HomeOption

        func run() async throws {
            guard case .proof(let text) = try await JournalCaller(home.caller()).ask(.proof(number)) else {
                throw Exit.data.saying("there is no entry \(number), or the journal does not hold\n    See: postern log verify")
            }
            // It ends with a line break of its own.
            Terminal.say(String(text.dropLast()))
        }
    }

    struct Begin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the journal aside and begin another: only where it cannot go on.",
            discussion: """
                Stop the service first. Nothing is deleted. The new journal has another name, and its first entry says which checkpoint \
                the former one ended with. What happened to that one is for you to explain.
                """)

        @OptionGroup var home: HomeOption

        func run() async throws {
            guard case .began(let aside) = try await JournalCaller(home.caller()).ask(.begin) else {
                throw ControlCaller.mismatch
            }
            Terminal.say("Another journal begins." + (aside.map { " The former one is now in \($0)." } ?? ""))
        }
    }
}
