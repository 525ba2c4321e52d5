internal import ArgumentParser
private import Foundation
private import PosternCore
internal import PosternHost
private import PosternImport
private import PosternLink

extension RecipientCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add many recipients from a file with the columns handle,name,email[,locale].",
            discussion: """
                Wrong rows are listed in the rejects file with their line and the reason; the others are added. With --resume, \
                an import that was interrupted continues where it stopped.
                """)

        @Argument(help: ArgumentHelp("Comma-separated values in UTF-8 (RFC 4180), with a header line.", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Flag(help: "You know that the addresses are theirs.")
        var confirmed = false

        @Option(help: ArgumentHelp("Where wrong rows are listed.", discussion: "Default: FILE.rejects.csv", valueName: "file"))
        var rejects: String?

        @Flag(help: "Continue the last import of this file where it was interrupted.")
        var resume = false

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let enrolling = Enrolling(caller: caller, site: site)
            let content = try OperatorFile(file, users: caller.users).content()
            var reader = CSVReader(Array(content))
            guard let head = reader.next(), head.isHeader else {
                throw Exit.data.saying("\(file) does not start with the line handle,name,email or handle,name,email,locale")
            }
            let rejectsPath = rejects ?? file + ".rejects.csv"
            guard URL(fileURLWithPath: rejectsPath).standardized != URL(fileURLWithPath: file).standardized else {
                throw Exit.data.saying("--rejects names the file to be imported, which would be emptied\n    Choose another.")
            }
            let progress = ImportProgress(file: OperatorFile(file + ".progress", users: caller.users), content: content)
            let done = try progress.begin(resume: resume)
            let rejectsFile = try RejectsFile(
                OperatorFile(rejectsPath, users: caller.users), kept: resume ? done.rejectBytes : nil)
            var batch = ImportBatch(done: done, rejects: rejectsFile, progress: progress, isResumed: resume)

            var seen: Set<String> = []
            while let record = reader.next() {
                guard record.line > done.line else {
                    if let handle = record.fields.first { seen.insert(handle) }
                    continue
                }
                batch.take(record, seen: &seen)
                if batch.isFull {
                    try await batch.enrol(by: enrolling, confirmed: confirmed)
                    Terminal.progress(batch.bar(reader.progress))
                }
            }
            try await batch.enrol(by: enrolling, confirmed: confirmed)
            progress.finish()
            Terminal.progress("")
            rejectsFile.close(rejected: batch.done.rejected)
            Terminal.say("\(batch.done.added) recipients added, \(batch.done.rejected) rows rejected.")
            if batch.done.rejected > 0 { Terminal.say("See \(rejectsPath) for what is wrong with them.") }
        }
    }
}

extension CSVReader.Record {
    fileprivate var isHeader: Bool {
        let names = fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        return fault == nil && (names == ["handle", "name", "email"] || names == ["handle", "name", "email", "locale"])
    }
}

/// The rows that are added together, and how far the import has come. Rejects and progress are written after the rows are
/// added: if the import is interrupted before that, the batch is done again.
private struct ImportBatch {
    private(set) var done: ImportProgress.Done
    private let rejects: RejectsFile
    private let progress: ImportProgress
    /// The first batch of a resumed import may have been added before the interruption.
    private var mayBeIn: Bool
    private var rows: [(line: Int, row: RecipientRow)] = []
    private var wrong: [(line: Int, handle: String, reason: String)] = []
    private var last: Int

    init(done: ImportProgress.Done, rejects: RejectsFile, progress: ImportProgress, isResumed: Bool) {
        self.done = done
        self.rejects = rejects
        self.progress = progress
        mayBeIn = isResumed
        last = done.line
    }

    var isFull: Bool { rows.count == EnrolRequest.most }

    mutating func take(_ record: CSVReader.Record, seen: inout Set<String>) {
        last = record.line
        do {
            let row = try RecipientRow(record)
            if seen.insert(row.handle.text).inserted {
                rows.append((record.line, row))
            } else {
                wrong.append((record.line, row.handle.text, "this handle is in the file twice; the first one counts"))
            }
        } catch {
            wrong.append((record.line, record.fields.first ?? "", error.description))
        }
    }

    mutating func enrol(by enrolling: Enrolling, confirmed: Bool) async throws {
        if !rows.isEmpty {
            let results = try await enrolling.enrol(rows.map(\.row), confirmed: confirmed, replace: false)
            for (numbered, isStored) in zip(rows, results) {
                if isStored || mayBeIn {
                    done.added += 1
                } else {
                    wrong.append((numbered.line, numbered.row.handle.text, "this handle is already taken"))
                }
            }
            mayBeIn = false
            rows = []
        }
        for reject in wrong.sorted(by: { $0.line < $1.line }) {
            try rejects.write(line: reject.line, handle: reject.handle, reason: reject.reason)
        }
        done.rejected += wrong.count
        wrong = []
        done.line = last
        done.rejectBytes = rejects.size
        try progress.note(done)
    }

    func bar(_ share: Double) -> String {
        let width = 30
        let filled = Int((share * Double(width)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "\(bar) \(Int(share * 100)) %  \(done.added) added, \(done.rejected) rejected"
    }
}
