package import PosternCore
private import PosternJournal
package import PosternLink
private import Synchronization

/// Shows the journal, page by page. What it says of the whole is the vault's own word: who does not trust the vault verifies a copy
/// elsewhere (`postern log verify --journal`).
package final class JournalExcerpts: Sendable {
    /// The whole of it is read for this.
    private static let freshness = Duration.minutes(1)

    private let place: JournalPlace
    private let keys: KeyFolder
    private let known = Mutex<JournalExcerpt.Standing?>(nil)

    package init(_ place: JournalPlace, keys: KeyFolder) {
        self.place = place
        self.keys = keys
    }

    /// - Throws: `LinkRefusal` (unavailable) when it cannot be read.
    package func page(_ request: JournalExcerptRequest, at now: Timestamp) async throws -> JournalExcerpt {
        do {
            return try await blocking("postern.vault.journal.pages") { try self.read(request, at: now) }
        } catch let fault as FileFault {
            throw LinkRefusal(.unavailable, "\(fault)")
        }
    }

    private func read(_ request: JournalExcerptRequest, at now: Timestamp) throws -> JournalExcerpt {
        let reader = try JournalReader(place, keys: keys)
        let standing = try standing(reader, at: now)
        let lines = try reader.lines().prefix { $0.number < request.before ?? .max }
        return JournalExcerpt(
            standing: standing, lines: lines.suffix(JournalExcerpt.length).reversed().map(JournalExcerpt.Line.init))
    }

    private func standing(_ reader: JournalReader, at now: Timestamp) throws -> JournalExcerpt.Standing {
        if let known = known.withLock({ $0 }), now >= known.checked, now.since(known.checked) < Self.freshness { return known }
        let report = try reader.report()
        let standing = JournalExcerpt.Standing(
            name: report?.origin, size: report?.size ?? 0, root: report?.root ?? "",
            findings: report.map { $0.findings.map(\.text) } ?? ["there is no journal"], agreesSince: report?.agreesSince,
            checked: now)
        known.withLock { $0 = standing }
        return standing
    }
}

extension JournalExcerpt.Line {
    fileprivate init(_ line: JournalReader.Line) {
        let entry = JournalEntry(Array(line.entry.utf8))
        let about: About = line.subject.map { .known($0) } ?? (entry?.about == nil ? .nothing : .erased)
        self.init(
            number: line.number, at: entry?.at, by: entry?.actor.rawValue ?? "–", did: entry?.event.words ?? line.entry,
            about: about)
    }
}
