import PosternCore
import PosternImport

/// A file of a test, and what an import makes of it.
struct Sample {
    let file: RecipientFile
    var plan: ImportPlan

    static let languages = KnownLanguages(["ar", "de", "en", "fr"].compactMap { Language($0) })

    init(_ bytes: [UInt8], encoding: String? = nil, columns: [String] = []) throws {
        file = try RecipientFile(bytes, encoding: encoding, assigned: columns)
        plan = ImportPlan(file, languages: Self.languages)
    }

    init(_ text: String, columns: [String] = []) throws {
        try self.init(Array(text.utf8), columns: columns)
    }

    var recipients: [RecipientRow] {
        plan.rows.compactMap { if case .recipient(let row) = $0.content { row } else { nil } }
    }

    /// `handle|name|address|language` of each row that would be added.
    var added: [String] { recipients.map { "\($0.handle)|\($0.name)|\($0.address.text)|\($0.language)" } }

    var wrong: [(line: Int, problem: String, handle: String?)] {
        plan.rows.compactMap { row in
            if case .wrong(let problem, let handle) = row.content { (row.line, problem, handle) } else { nil }
        }
    }

    /// The rejects file.
    var rejects: String {
        let text = RejectsText(file)
        return text.header
            + plan.rows.compactMap { row in
                if case .wrong(let problem, let handle) = row.content {
                    text.line(of: row, problem: problem, handle: handle)
                } else {
                    nil
                }
            }.joined()
    }
}
