private import Glibc
internal import PosternCore
internal import PosternHost
private import PosternJournal
private import PosternVault

/// Whether the vault's journal is as it was signed, and goes on.
struct JournalReading: Codable, Sendable {
    /// Nil when it could not be read; then `obstacle` says why.
    private var report: JournalFacts?
    private var isMissing = false
    private var obstacle: Finding?

    private struct JournalFacts: Codable, Sendable {
        let size: Int
        /// Milliseconds since 1970 of the last entry.
        let last: Int64?
        let findings: [String]
        let agreesSince: Int?
    }

    /// Reads all of it, as the vault's user.
    /// - Parameter copy: where its checkpoints are written a second time.
    static func look(home: Home, copy: JournalCopyPlace?) -> JournalReading {
        let place = JournalPlace(
            folder: home.journal, last: home.journalLast, subjects: home.journalSubjects,
            copy: copy.map { CheckpointCopy($0) })
        var reading = JournalReading()
        do throws(FileFault) {
            let report = try JournalReader(place, keys: KeyFolder(path: home.keys)).report()
            reading.isMissing = report == nil
            reading.report = report.map { report in
                JournalFacts(
                    size: report.size, last: report.last.flatMap { Timestamp(rfc3339: $0) }?.milliseconds,
                    findings: report.findings.map(\.text), agreesSince: report.agreesSince)
            }
        } catch {
            let isForbidden = error.code == EACCES || error.code == EPERM
            reading.obstacle =
                isForbidden
                ? .skipped(.journal, because: "this user may not look into \(home.vault)", .asRoot)
                : .fail(.journal, "\(error)", Remedy("Read what postern log verify says.", commands: ["postern log verify"]))
        }
        return reading
    }

    /// - Parameters:
    ///   - isRunning: whether the vault runs.
    ///   - copy: where its checkpoints are written a second time.
    func findings(isRunning: Bool, copy: JournalCopyPlace?, now: Timestamp) -> [Finding] {
        if let obstacle { return [obstacle] }
        guard let report, !isMissing else {
            return isRunning
                ? [
                    .fail(
                        .journal, "the vault runs and has no journal",
                        Remedy("The vault's log says why. What operators want is refused until there is one."))
                ] : [.ok(.journal, "there is none yet; the vault begins one at its start")]
        }
        if let first = report.findings.first {
            let more = report.findings.count == 1 ? "" : ", and \(report.findings.count - 1) more"
            return [
                .fail(
                    .journal, "it is not as it was signed: \(first)\(more)",
                    Remedy(
                        "Keep a copy of the vault's folder and find out who did it, and when. Then put back a journal that is not older, or "
                            + "begin another.", commands: ["postern log verify", "postern log begin"]))
            ]
        }
        let last = report.last.map { Timestamp(milliseconds: $0) }
        if isRunning, let last, now.since(last) > JournalExamination.longestSilence {
            return [
                .fail(
                    .journal, "the vault runs, and wrote its last entry at \(last.rfc3339): it writes one every hour",
                    Remedy("The vault's log says why: most often a full or read-only disk. Then restart the service."))
            ]
        }
        let entries = "\(counted(report.size, "entry", "entries"))\(last.map { ", the last at \($0.rfc3339)" } ?? "")"
        let place =
            copy.map { "its checkpoints also go to \($0)" } ?? "its checkpoints go to no second place (POSTERN_JOURNAL_COPY)"
        return [.ok(.journal, "\(entries), as it was signed; \(place)")]
    }
}
