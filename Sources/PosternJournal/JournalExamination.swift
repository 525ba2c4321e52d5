internal import PosternCore

/// Verifies a journal: its checkpoint, every entry, every tile, and checkpoints that were kept elsewhere. It reads nothing itself.
package struct JournalExamination {
    /// Whose signature counts.
    package enum Trust: Sendable {
        /// This key under this name: for somebody who was given it.
        case key(NoteKey)
        /// These public keys, under whatever name the journal has: for who holds the vault's keys.
        case publicKeys([[UInt8]])

        package func key(of checkpoint: SignedCheckpoint) -> NoteKey? {
            switch self {
            case .key(let key): checkpoint.checkpoint.origin == key.name && checkpoint.note.isSigned(by: key) ? key : nil
            case .publicKeys(let keys): checkpoint.key(among: keys)
            }
        }
    }

    /// A checkpoint that was kept elsewhere.
    package struct Anchor: Sendable {
        /// For a person: where it was read.
        let place: String
        let checkpoint: SignedCheckpoint
        /// Whether it was kept where nobody who can change the journal can change it.
        let isElsewhere: Bool

        package init(_ checkpoint: SignedCheckpoint, from place: String, isElsewhere: Bool = true) {
            self.checkpoint = checkpoint
            self.place = place
            self.isElsewhere = isElsewhere
        }
    }

    package static let checkpointFile = "checkpoint"
    /// Longer than an hour by what a busy machine may need.
    package static let longestSilence = Duration.hours(2)
    private static let mostFindings = 50

    let files: JournalFiles
    private let trust: Trust
    private var report = JournalReport()
    private var entries: [[UInt8]] = []
    /// Of the entries, and those that the lowest tiles hold.
    private var leaves: [TreeHash] = []
    private var hashes: [TreeHash] = []

    /// - Parameter files: everything in the journal's folder, by path.
    package static func report(
        on files: [String: [UInt8]], trust: Trust, anchors: [Anchor] = []
    ) -> JournalReport {
        var examination = JournalExamination(files: JournalFiles(files), trust: trust)
        examination.run(anchors)
        return examination.report
    }

    private init(files: JournalFiles, trust: Trust) {
        self.files = files
        self.trust = trust
    }

    private mutating func run(_ anchors: [Anchor]) {
        let signed = checkpoint()
        let own = anchorsOfOurs(anchors, origin: signed?.checkpoint.origin)
        // Where the folder's own is no good, the longest from elsewhere says what there should be.
        let target = signed ?? own.map(\.checkpoint).max { $0.checkpoint.size < $1.checkpoint.size }
        for path in files.strangers { find(.inserted, file: path, "\(path) does not belong to a journal") }
        guard let target = target?.checkpoint else { return }
        (report.origin, report.size, report.root) = (target.origin, target.size, target.root.base64)
        entries = files.entries(of: target.size)
        leaves = entries.map { TreeHash.leaf($0) }
        hashes = files.hashes(of: target.size)
        guard let known = signedLeaves(target) else { return locate(target, own) }
        examineFiles(known[...])
        if leaves.starts(with: known) { checkNumbers() }
        compare(own, with: known)
        readTimes(entries.prefix(target.size))
    }

    mutating func find(_ kind: JournalFinding.Kind, entry: Int? = nil, file: String? = nil, _ text: String) {
        guard report.findings.count < Self.mostFindings else { return }
        report.findings.append(JournalFinding(kind: kind, entry: entry, file: file, text: text))
    }

    // MARK: - Checkpoints

    private mutating func checkpoint() -> SignedCheckpoint? {
        let name = Self.checkpointFile
        guard let bytes = files.all[name] else {
            find(.removed, file: name, "there is no checkpoint")
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self), let signed = SignedCheckpoint(text) else {
            find(.changed, file: name, "the checkpoint is not one")
            return nil
        }
        // One spelling: what is added after the signature is a change too.
        guard let key = trust.key(of: signed), signed.note.description == text else {
            find(.changed, file: name, "the checkpoint is not signed by the journal's key")
            return nil
        }
        report.key = key.description
        return signed
    }

    private mutating func anchorsOfOurs(_ anchors: [Anchor], origin: String?) -> [Anchor] {
        anchors.filter { anchor in
            let theirs = anchor.checkpoint.checkpoint.origin
            guard trust.key(of: anchor.checkpoint) != nil else {
                if theirs == origin {
                    find(.changed, file: nil, "\(anchor.place): a checkpoint that the journal's key did not sign")
                } else {
                    report.foreign += 1
                }
                return false
            }
            guard origin == nil || theirs == origin else {
                report.foreign += 1
                return false
            }
            return true
        }
    }

    private mutating func compare(_ anchors: [Anchor], with leaves: [TreeHash]) {
        var (tree, agreed) = (TileTree(), 0)
        for anchor in anchors.sorted(by: { $0.checkpoint.checkpoint.size < $1.checkpoint.checkpoint.size }) {
            let checkpoint = anchor.checkpoint.checkpoint
            guard checkpoint.size <= leaves.count else {
                find(
                    .truncated, entry: leaves.count,
                    "the journal ends before entry \(leaves.count), and a checkpoint says that it had \(checkpoint.size) entries "
                        + "(\(anchor.place))")
                return
            }
            while tree.size < checkpoint.size { tree.append(leaves[tree.size]) }
            guard tree.root == checkpoint.root else {
                find(
                    .changed, entry: agreed,
                    "entries \(agreed) to \(checkpoint.size - 1) are not those of a checkpoint that was signed (\(anchor.place)): one of "
                        + "them was changed, moved, added or removed, and signed again")
                return
            }
            agreed = checkpoint.size
            guard anchor.isElsewhere else { continue }
            report.agreeing += 1
            report.agreesSince = agreed
        }
    }

    // MARK: - Entries

    /// The hashes of the entries, as they were signed: from the entries or, where these were changed, from the tiles. Nil where neither
    /// gives the signed root.
    private func signedLeaves(_ target: Checkpoint) -> [TreeHash]? {
        for leaves in [leaves, hashes] where leaves.count >= target.size {
            let signed = Array(leaves.prefix(target.size))
            if TreeHash.root(of: signed) == target.root { return signed }
        }
        return nil
    }

    /// An entry says its number. A vault never signs one in another's place; somebody else with its key may have.
    private mutating func checkNumbers() {
        for (place, entry) in entries.prefix(report.size).enumerated() {
            guard let number = JournalEntry(entry)?.number, number != place else { continue }
            return find(.moved, entry: place, "where entry \(place) belongs stands one that says it is entry \(number)")
        }
    }

    /// Neither entries nor tiles are what was signed.
    private mutating func locate(_ target: Checkpoint, _ anchors: [Anchor]) {
        checkNumbers()
        if leaves.count < target.size, hashes.count < target.size {
            let count = max(leaves.count, hashes.count)
            find(
                .truncated, entry: count,
                "the journal ends before entry \(count), and its checkpoint says that it has \(target.size) entries")
        }
        for (path, _) in files.missing(under: target.size) { find(.removed, file: path.text, "\(path.text) is missing") }
        if let place = zip(leaves, hashes).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            find(.changed, entry: place, "entry \(place) does not have the hash that its tile says")
        }
        var (tree, agreed, until) = (TileTree(), 0, target.size)
        for anchor in anchors.map(\.checkpoint.checkpoint).sorted(by: { $0.size < $1.size }) where anchor.size <= leaves.count {
            while tree.size < anchor.size { tree.append(leaves[tree.size]) }
            guard tree.root == anchor.root else {
                until = anchor.size
                break
            }
            agreed = anchor.size
        }
        guard !report.findings.contains(where: { $0.entry != nil }) else { return }
        find(
            .changed, entry: agreed,
            "entries \(agreed) to \(max(until, agreed + 1) - 1) do not give the root that was signed: one of them was changed, moved, added "
                + "or removed")
    }

    private mutating func readTimes(_ entries: ArraySlice<[UInt8]>) {
        let read = entries.map { JournalEntry($0) }
        (report.first, report.last) = (read.first??.at.rfc3339, read.last??.at.rfc3339)
        for (former, next) in zip(read, read.dropFirst()) {
            guard let former, let next, next.at.since(former.at) > Self.longestSilence else { continue }
            if case .started = next.event { continue }
            report.silences.append(next.number)
        }
    }
}
