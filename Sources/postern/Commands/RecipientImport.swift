internal import ArgumentParser
private import Foundation
private import PosternCore
private import PosternLink
private import PosternRelay

extension RecipientCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add many recipients from a file with the columns handle,name,email[,locale].",
            discussion: """
                Rows that are wrong go to the rejects file with their line and the reason, and the others go in. An import that \
                was broken off goes on with --resume where it stopped.
                """)

        @Argument(help: ArgumentHelp("Comma-separated values in UTF-8 (RFC 4180), with a head line.", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Flag(help: "You know that the addresses are theirs.")
        var confirmed = false

        @Option(help: ArgumentHelp("Where wrong rows go.", discussion: "Default: FILE.rejects.csv", valueName: "file"))
        var rejects: String?

        @Flag(help: "Go on where the last import of this file was broken off.")
        var resume = false

        @OptionGroup var home: HomeOption

        func run() async throws {
            let configuration = try await home.configuration()
            guard let content = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
                throw Exit.noInput.saying("\(file) cannot be read\n    Name a file with the columns handle,name,email[,locale].")
            }
            var reader = CSVReader(Array(content))
            guard let head = reader.next(), head.isHeadOfRecipients else {
                throw Exit.data.saying("\(file) does not begin with the line handle,name,email or handle,name,email,locale")
            }
            let rejectsPath = rejects ?? file + ".rejects.csv"
            let progress = ImportProgress(path: file + ".progress", content: content)
            let done = try progress.begin(resume: resume)
            let enrolling = Enrolling(home: home.folder, configuration: configuration, site: site)
            var tally = ImportTally(rejects: try RejectsFile(path: rejectsPath, append: done.line > 0), added: done.added, rejected: done.rejected)
            var seen: Set<String> = []
            var chunk: [(line: Int, row: RecipientRow)] = []

            func flush(upTo line: Int) async throws {
                if !chunk.isEmpty {
                    let results = try await enrolling.enrol(chunk.map(\.row), confirmed: confirmed, replace: false)
                    for (numbered, result) in zip(chunk, results) {
                        // A row of the chunk that was broken off may have gone in already.
                        if result == .stored || (resume && done.mayHave(numbered.line)) {
                            tally.added += 1
                        } else {
                            try tally.reject(numbered.line, numbered.row.handle.text, "this handle is taken already")
                        }
                    }
                    chunk = []
                }
                try progress.note(line: line, added: tally.added, rejected: tally.rejected)
                Terminal.progress(tally.bar(reader.progress))
            }

            var last = done.line
            while let record = reader.next() {
                guard record.line > done.line else {
                    if let handle = record.fields.first { seen.insert(handle) }
                    continue
                }
                last = record.line
                do {
                    let row = try RecipientRow(record)
                    if seen.insert(row.handle.text).inserted {
                        chunk.append((record.line, row))
                    } else {
                        try tally.reject(record.line, row.handle.text, "this handle stands in the file twice; the first one counts")
                    }
                } catch let reject as RecipientRow.Reject {
                    try tally.reject(record.line, record.fields.first ?? "", reject.description)
                }
                if chunk.count == EnrolRequest.most { try await flush(upTo: last) }
            }
            try await flush(upTo: last)
            progress.finish()
            Terminal.progress("")
            tally.rejects.removeIfEmpty(rejected: tally.rejected)
            Terminal.say("\(tally.added) recipients added, \(tally.rejected) rows rejected.")
            if tally.rejected > 0 { Terminal.say("What is wrong with those stands in \(rejectsPath).") }
        }
    }
}

extension CSVReader.Record {
    fileprivate var isHeadOfRecipients: Bool {
        let names = fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        return fault == nil && (names == ["handle", "name", "email"] || names == ["handle", "name", "email", "locale"])
    }
}

/// What an import has come to so far.
private struct ImportTally {
    let rejects: RejectsFile
    var added: Int
    var rejected: Int

    mutating func reject(_ line: Int, _ handle: String, _ reason: String) throws {
        try rejects.write(line: line, handle: handle, reason: reason)
        rejected += 1
    }

    func bar(_ progress: Double) -> String {
        let width = 30
        let filled = Int((progress * Double(width)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "\(bar) \(Int(progress * 100)) %  \(added) added, \(rejected) rejected"
    }
}
