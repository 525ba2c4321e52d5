package import PosternStore

/// Why a store in a file cannot be opened or copied. Sentences for the operator, with the remedy.
package enum SQLiteError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process has it open.
    case owned(path: String, pid: Int32?)
    /// The system refused something about a file.
    case file(path: String, doing: String, reason: String)
    /// SQLite cannot use the file.
    case unusable(path: String, StoreFault)
    /// The settings that make a commit durable did not take.
    case notDurable(path: String, SQLiteReport)
    /// The backup's destination is there already.
    case backupExists(path: String)
    /// The copy was made and is not sound; it was removed.
    case backupDamaged(path: String, finding: String)

    /// Whether the next try may succeed without anybody having mended the file: the disk was full or did not answer, or
    /// somebody else had the store locked (SQLite's primary result codes BUSY, IOERR and FULL).
    package var isOfTheMoment: Bool {
        guard case .unusable(_, let fault) = self else { return false }
        return [5, 10, 13].contains(fault.code & 0xFF)
    }

    package var description: String {
        switch self {
        case .unusable(let path, let fault) where isOfTheMoment:
            "\(path) cannot be used at the moment (\(fault)): see that its disk has room and answers, and that nothing else has "
                + "the file open; letters in it are kept, and it is tried again"
        case .owned(let path, let pid?):
            "\(path) is in use by process \(pid): stop that one, or let it do what you want done"
        case .owned(let path, nil):
            "\(path) is in use by another process: stop that one, or let it do what you want done"
        case .file(let path, let doing, let reason): "cannot \(doing) \(path): \(reason)"
        case .unusable(let path, let fault):
            "\(path) cannot be used as a store (\(fault)): restore a backup, or move the file away to begin anew"
        case .notDurable(let path, let report):
            "\(path) would not keep letters safe in a power cut (journal \(report.journalMode), synchronous "
                + "\(report.synchronous)): put it on a local file system"
        case .backupExists(let path): "\(path) exists and is not overwritten: name another file"
        case .backupDamaged(let path, let finding):
            "the backup \(path) was not sound and has been removed (\(finding)): check the disk and the store"
        }
    }
}
