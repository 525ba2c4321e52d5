/// What is known of the store.
package enum StoreFacts: Equatable, Sendable {
    case looked(Look)
    /// No file there.
    case missing(path: String)
    /// It cannot be used; why, with what to do.
    case broken(path: String, reason: String)
    case unknown(reason: String, Remedy)

    package struct Look: Equatable, Sendable {
        package let path: String
        package let journal: String
        /// Whether a commit is on disk when it returns; nil where nobody has it open, since that is set by who opens it.
        package let isDurable: Bool?
        package let schema: Int
        package let knownSchema: Int
        /// Letters accepted that are in no state, or the other way round (A6).
        package let difference: Int
        /// Other processes that have the file open.
        package let strangers: [String]

        package init(
            path: String, journal: String, isDurable: Bool?, schema: Int, knownSchema: Int, difference: Int, strangers: [String]
        ) {
            (self.path, self.journal, self.isDurable, self.schema) = (path, journal, isDurable, schema)
            (self.knownSchema, self.difference, self.strangers) = (knownSchema, difference, strangers)
        }
    }

    package var findings: [Finding] {
        switch self {
        case .looked(let look): look.findings
        case .missing(let path):
            [
                .fail(
                    .store, "there is no store at \(path)",
                    "Restore a backup to it, or begin anew with postern init and postern site add.")
            ]
        case .broken(let path, let reason):
            [.fail(.store, "\(path) cannot be used: \(reason)", "Restore a backup, or see to what is named here.")]
        case .unknown(let reason, let remedy): [.skipped(.store, because: reason, remedy)]
        }
    }
}

extension StoreFacts.Look {
    fileprivate var findings: [Finding] {
        var findings: [Finding] = []
        if isDurable == false {
            findings.append(
                .fail(
                    .store, "\(path) would lose accepted letters in a power cut (journal \(journal), commits not synced)",
                    "Put it on a local file system, and restart the service."))
        } else if isDurable == nil, journal != "wal" {
            findings.append(
                .warn(
                    .store, "\(path) has journal \(journal), as a backup has; the relay switches it to WAL when it starts",
                    "Nothing to do if a backup was just restored; otherwise see who else has used the file."))
        }
        if schema > knownSchema {
            findings.append(
                .fail(
                    .store, "\(path) has schema \(schema), this program knows \(knownSchema): it was made by a later Postern",
                    "Install the newer Postern, or restore the backup made before the upgrade."))
        } else if schema < knownSchema {
            findings.append(
                .warn(
                    .store, "\(path) has schema \(schema); the next start brings it to \(knownSchema), and there is no way back",
                    Remedy("Make a backup first, with the Postern it was made by.", commands: ["postern backup FILE"])))
        }
        if difference != 0 {
            findings.append(
                .fail(
                    .store,
                    "letters accepted and letters in some state differ by \(abs(difference)): the store was changed by "
                        + "other hands, or is damaged",
                    "Keep a copy of the file, restore the last backup, and report it."))
        }
        if !strangers.isEmpty {
            findings.append(
                .fail(
                    .store,
                    "\(path) is open in another process (\(strangers.joined(separator: ", "))): two that write at once "
                        + "can lose committed letters",
                    "End that process. To look into the store, make a copy with postern backup."))
        }
        guard findings.isEmpty else { return findings }
        let durability =
            isDurable == nil
            ? "the relay sets synchronous FULL when it opens it, and starts with nothing less" : "each commit is synced (FULL)"
        return [.ok(.store, "\(path): journal WAL, schema \(schema); \(durability); every accepted letter is accounted for")]
    }
}
