package import PosternCore
package import PosternStore

/// What recipients report, and what the operator sees of it: never a text.
package struct ReportOperations: Sendable {
    let operations: Operations

    /// A second report of the same letter changes nothing.
    func add(_ report: Report, of recipient: Recipient) async throws {
        let record = operations.trace(.reportLetter, "\(recipient.site)/\(recipient.handle) \(report.letter)")
        try await operations.store.write { transaction in
            guard try transaction.reports.add(report) else { return }
            try transaction.operationTrace.add(record)
        }
    }

    /// Deletes a report that has not been decided, with what was sealed for it.
    func withdraw(about letter: LetterID, of recipient: Recipient) async throws {
        let record = operations.trace(.withdrawReport, "\(recipient.site)/\(recipient.handle) \(letter)")
        try await operations.store.write(isErasing: true) { transaction in
            guard try transaction.reports.withdraw(about: letter) else { return }
            try transaction.operationTrace.add(record)
        }
    }

    /// The latest, newest first.
    /// - Parameter before: the last one of the page before.
    package func list(before: ReportID? = nil, limit: Int) async throws -> [ReportLine] {
        try await operations.store.read { try $0.reports.latest(before: before, limit: limit) }
    }

    /// How many have not been decided.
    package func countOpen() async throws -> Int {
        try await operations.store.read { try $0.reports.open().count }
    }
}
