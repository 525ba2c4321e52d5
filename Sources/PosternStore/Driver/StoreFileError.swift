/// Why a store cannot be opened or copied. Sentences for the operator, with the remedy.
package enum StoreFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process has it open.
    case owned(path: String, pid: Int32?)
    /// The system refused something about a file.
    case file(path: String, doing: String, reason: String)
    /// The disk is full or does not answer, or something else has the store locked: the next try may succeed.
    case unavailable(path: String, StoreFault)
    /// The file is no store, or is damaged.
    case unusable(path: String, StoreFault)
    /// Something else stands where the store should: a link, another program's database, a schema that is not ours.
    case strange(path: String, finding: String)
    /// The settings that make a commit durable were not accepted.
    case notDurable(path: String, settings: String)
    /// The backup's destination exists already.
    case backupExists(path: String)
    /// The copy was made and is not sound; it was removed.
    case backupDamaged(path: String, finding: String)
    /// What was to be restored is no backup that this program can use. Nothing was changed.
    case notRestored(path: String, finding: String)

    /// Whether the next try may succeed although nobody has repaired anything.
    package var isTemporary: Bool {
        switch self {
        case .owned, .unavailable: true
        case .file, .unusable, .strange, .notDurable, .backupExists, .backupDamaged, .notRestored: false
        }
    }

    package var description: String {
        switch self {
        case .owned(let path, let pid):
            "\(path) is in use by \(pid.map { "process \($0)" } ?? "another process"): stop that one, or have it do what you want "
                + "done"
        case .file(let path, let doing, let reason): "cannot \(doing) \(path): \(reason)"
        case .unavailable(let path, let fault):
            "\(path) cannot be used at the moment (\(fault)): see that its disk has room and answers, and that nothing else has "
                + "the file open; letters in it are kept, and it is tried again"
        case .unusable(let path, let fault):
            "\(path) cannot be used as a store (\(fault)): restore a backup, or move the file away to start afresh"
        case .strange(let path, let finding):
            "\(path) is not used as the store, and was left as it was: \(finding). Find out who put it there; restore a backup, or move "
                + "it away to start afresh"
        case .notDurable(let path, let settings):
            "\(path) would not keep letters safe in a power cut (\(settings)): put it on a local file system"
        case .backupExists(let path): "\(path) exists and is not overwritten: name another file"
        case .backupDamaged(let path, let finding):
            "the copy of the store is damaged (\(finding)) and was removed; there is no backup at \(path): check the disk, and the "
                + "store with postern doctor"
        case .notRestored(let path, let finding):
            "\(path) was not restored: \(finding). Nothing was changed, neither the store nor this file"
        }
    }
}
