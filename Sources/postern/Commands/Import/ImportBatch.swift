private import PosternCore
internal import PosternHost
internal import PosternImport
private import PosternLink

/// The rows that are added together, and how far the import has come. Rejects and progress are written after the rows are
/// added: if the import is interrupted before that, the batch is done again.
struct ImportBatch {
    private(set) var done: ImportProgress.Done
    /// The first rejects, for the person who waits.
    private(set) var examples: [String] = []
    private let rejects: RejectsFile
    private let progress: ImportProgress
    /// The first batch of a resumed import may have been added before the interruption.
    private var mayBeIn: Bool
    private var rows: [(row: ImportPlan.Row, recipient: RecipientRow)] = []
    private var wrong: [(row: ImportPlan.Row, problem: String, handle: String?)] = []
    private var last: Int
    /// How much is to be said of aliases, in bytes: all of a batch is one frame.
    private var aliasBytes = 0

    static let exampleCount = 5

    init(done: ImportProgress.Done, rejects: RejectsFile, progress: ImportProgress, isResumed: Bool) {
        self.done = done
        self.rejects = rejects
        self.progress = progress
        mayBeIn = isResumed
        last = done.line
    }

    private static let mostAliasBytes = 256 * 1_024

    var isFull: Bool { rows.count == EnrolRequest.most || aliasBytes >= Self.mostAliasBytes }

    mutating func take(_ row: ImportPlan.Row) {
        last = row.line
        switch row.content {
        case .recipient(let recipient):
            rows.append((row, recipient))
            aliasBytes += recipient.aliases.reduce(0) { $0 + $1.text.utf8.count }
        case .wrong(let problem, let handle): wrong.append((row, problem, handle))
        }
    }

    mutating func enrol(by enrolling: Enrolling, confirmed: Bool) async throws {
        if !rows.isEmpty {
            let results = try await enrolling.enrol(rows.map(\.recipient), confirmed: confirmed)
            for (entry, result) in zip(rows, results) {
                let handle = entry.recipient.handle
                switch result {
                case .stored: done.added += 1
                case .taken where mayBeIn: done.added += 1
                case .taken: wrong.append((entry.row, "the handle “\(handle)” is already taken", nil))
                case .erased:
                    let remedy = "postern recipient add \(handle) --new-person gives it to another"
                    wrong.append((entry.row, "the handle “\(handle)” was that of somebody who was erased; \(remedy)", nil))
                }
            }
            mayBeIn = false
            (rows, aliasBytes) = ([], 0)
        }
        for reject in wrong.sorted(by: { $0.row.line < $1.row.line }) {
            try rejects.write(reject.row, problem: reject.problem, handle: reject.handle)
            if examples.count < Self.exampleCount {
                examples.append(ImportText.example(reject.row, reject.problem, reject.handle))
            }
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
