internal import PosternCore
internal import PosternJournal

/// A journal that can go on: everything about it that is not on disk, and the order in which things get there.
///
/// Entries first, then the tiles that follow from them, the checkpoint in `journal-last`, the checkpoint in the folder, and its copy
/// elsewhere. Each file is complete or not there. Wherever a crash cuts this short, the next opening makes the rest from the entries;
/// and nothing is signed that does not go on from what was signed before.
struct OpenJournal {
    /// What is to be written.
    struct Draft {
        let actor: JournalActor
        let event: JournalEvent
        var subject: EntrySubject?
    }

    let origin: String
    private let place: JournalPlace
    private let signer: JournalSigner
    private let key: NoteKey
    private var tree = TileTree()
    /// Entries that no full bundle has yet.
    private var bundle: [[UInt8]] = []
    private var subjects: SubjectFile
    private(set) var last: SignedCheckpoint?
    /// Whether the second place lacks the last checkpoint, and why.
    private(set) var copyFault: FileFault?

    var size: Int { tree.size }

    private init(_ place: JournalPlace, _ signer: JournalSigner, _ key: NoteKey) {
        (origin, self.place, self.signer, self.key) = (key.name, place, signer, key)
        subjects = SubjectFile(path: place.subjects)
    }

    // MARK: - Opening

    struct Opening {
        var journal: OpenJournal
        /// Entries that a crash had left without a checkpoint.
        var recovered = 0
        /// Tiles that were missing or wrong, and were made again.
        var mended = 0
        /// There is no entry yet.
        var isNew = false
        /// The last checkpoint of the journal that was here before, as the second place tells.
        var former: String?
    }

    /// Reads everything, and makes what is missing. Blocks.
    /// - Parameter newOrigin: names a journal that begins now.
    /// - Throws: `JournalFault`, `FileFault`.
    static func open(_ place: JournalPlace, signers: [JournalSigner], newOrigin: () -> String) throws -> Opening {
        guard let newest = signers.first else { throw JournalFault.noKey }
        let keys = signers.map(\.publicKey)
        let files = try place.folder.files() ?? [:]
        guard let last = try lastSigned(place, files) else {
            guard !files.keys.contains(where: { $0.hasPrefix("tile/") && !firstEntry.contains($0) }) else {
                throw JournalFault.broken(place.folder.path, "it has entries, and neither a checkpoint nor \(place.last)")
            }
            guard let key = NoteKey(name: newOrigin(), publicKey: newest.publicKey) else { throw JournalFault.noKey }
            let former = try place.copy?.latest(of: nil, by: keys)?.checkpoint
            return Opening(
                journal: OpenJournal(place, newest, key), isNew: true,
                former: former.map { "\($0.origin) \($0.size) \($0.root.base64)" })
        }
        guard let key = last.key(among: keys), let signer = signers.first(where: { $0.publicKey == key.publicKey }) else {
            throw JournalFault.otherKey(place.last)
        }
        let copied = try place.copy?.latest(of: key.name, by: keys)
        var journal = OpenJournal(place, signer, key)
        // The one in the folder is the same or, after a crash, the one before. Who has put `journal-last` back has a newer one there.
        let shown = shownCheckpoint(files).flatMap { key == $0.key(among: keys) ? $0 : nil }
        guard journal.read(files, known: [last, shown, copied].compactMap { $0?.checkpoint }) else {
            throw JournalFault.broken(place.folder.path, whatIsWrong(files, last, copied, key))
        }
        let mended = try journal.mend(files)
        let recovered = journal.size - last.checkpoint.size
        journal.last = last
        if recovered > 0 || files[JournalExamination.checkpointFile] != Array(last.note.description.utf8) {
            try journal.publish()
        } else if copied?.checkpoint != last.checkpoint {
            journal.copy(last)
        }
        try journal.subjects.open(under: journal.size)
        return Opening(journal: journal, recovered: recovered, mended: mended)
    }

    /// What a crash may leave of a journal whose first entry has no checkpoint yet: it begins once more.
    private static let firstEntry = ["tile/entries/000.p/1", "tile/0/000.p/1"]

    /// The checkpoint beside the journal or, where that file is gone, the one in the folder.
    private static func lastSigned(_ place: JournalPlace, _ files: [String: [UInt8]]) throws -> SignedCheckpoint? {
        guard let text = try File.text(at: place.last) else { return shownCheckpoint(files) }
        guard let signed = SignedCheckpoint(text) else {
            throw JournalFault.broken(place.folder.path, "\(place.last) holds no checkpoint")
        }
        return signed
    }

    private static func shownCheckpoint(_ files: [String: [UInt8]]) -> SignedCheckpoint? {
        files[JournalExamination.checkpointFile].flatMap { SignedCheckpoint(String(decoding: $0, as: UTF8.self)) }
    }

    /// Takes the entries that are there, as far as they give what was signed.
    /// - Returns: false where they do not.
    private mutating func read(_ files: [String: [UInt8]], known: [Checkpoint]) -> Bool {
        var (leaves, index) = ([TreeHash](), 0)
        while let bytes = files[TilePath(.entries, index).text] {
            let (entries, isWhole) = EntryBundle.entries(in: bytes)
            guard isWhole, entries.count == TilePath.width else { return false }
            leaves += entries.map { .leaf($0) }
            index += 1
        }
        // The widest that is whole: a crash may have cut one that no checkpoint covers.
        for width in stride(from: TilePath.width - 1, through: 0, by: -1) {
            let path = TilePath(.entries, index, width: width)
            guard let bytes = width == 0 ? [] : files[path.text] else { continue }
            let (entries, isWhole) = EntryBundle.entries(in: bytes)
            guard isWhole, entries.count == width else { continue }
            let all = leaves + entries.map { .leaf($0) }
            guard known.allSatisfy({ $0.size <= all.count && TreeHash.root(of: all[..<$0.size]) == $0.root }) else { continue }
            bundle = entries
            tree = TileTree()
            for leaf in all { tree.append(leaf) }
            self.leaves = all
            return true
        }
        return false
    }

    /// Only while it is opened.
    private var leaves: [TreeHash] = []

    /// Makes tiles that are missing or wrong, and removes what no entry stands for.
    /// - Returns: how many were made.
    private mutating func mend(_ files: [String: [UInt8]]) throws -> Int {
        var (tree, mended) = (TileTree(), 0)
        var tiles = leaves.flatMap { tree.append($0) }
        leaves = []
        tiles += tree.partials
        for (path, hashes) in tiles where files[path.text] != hashes.flatMap(\.bytes) {
            try place.folder.write(hashes.flatMap(\.bytes), to: path.text)
            mended += 1
        }
        for name in files.keys {
            guard let path = TilePath(name), !path.isFull else { continue }
            if files[TilePath(path.content, path.index).text] != nil {
                place.folder.remove(name)
            } else if case .entries = path.content, path.index * TilePath.width + path.width > tree.size {
                place.folder.remove(name)
            } else if case .hashes(level: 0) = path.content, path.index * TilePath.width + path.width > tree.size {
                place.folder.remove(name)
            }
        }
        return mended
    }

    private static func whatIsWrong(
        _ files: [String: [UInt8]], _ last: SignedCheckpoint, _ copied: SignedCheckpoint?, _ key: NoteKey
    ) -> String {
        var files = files
        files[JournalExamination.checkpointFile] = Array(last.note.description.utf8)
        let report = JournalExamination.report(
            on: files, trust: .key(key), anchors: copied.map { [.init($0, from: "its second place")] } ?? [])
        return report.findings.first?.text ?? "its entries do not give the root that was signed"
    }

    // MARK: - Writing

    /// Writes entries, so that they are on disk when this returns. Blocks. After it has thrown, the journal must be opened again.
    /// - Throws: `FileFault`.
    mutating func append(_ drafts: [Draft], at now: Timestamp) throws {
        var (bundles, tiles) = ([(path: TilePath, entries: [[UInt8]])](), [(path: TilePath, hashes: [TreeHash])]())
        var named: [(number: Int, subject: EntrySubject)] = []
        for draft in drafts {
            let number = tree.size
            let entry = JournalEntry(
                number: number, at: now, actor: draft.actor, event: draft.event, about: draft.subject?.digest
            ).bytes
            if let subject = draft.subject { named.append((number, subject)) }
            bundle.append(entry)
            tiles += tree.append(.leaf(entry))
            if bundle.count == TilePath.width {
                bundles.append((TilePath(.entries, number / TilePath.width), bundle))
                bundle = []
            }
        }
        let full = bundles.map(\.path) + tiles.map(\.path)
        if !bundle.isEmpty { bundles.append((TilePath(.entries, tree.size / TilePath.width, width: bundle.count), bundle)) }
        try subjects.add(named)
        for (path, entries) in bundles { try place.folder.write(EntryBundle.bytes(of: entries), to: path.text) }
        // Above the lowest level a partial tile is another one only after a full tile below it.
        for (path, hashes) in tiles + tree.partials.prefix(full.isEmpty ? 1 : .max) {
            try place.folder.write(hashes.flatMap(\.bytes), to: path.text)
        }
        try publish()
        for path in full { place.folder.removeFolder(path.partials) }
    }

    private mutating func publish() throws {
        let checkpoint = Checkpoint(origin: origin, size: tree.size, root: tree.root)
        let signed = SignedCheckpoint(checkpoint, try SignedNote(checkpoint.text, signedBy: key, signer.signature))
        let bytes = Array(signed.note.description.utf8)
        try File.write(SecretBytes(bytes), to: place.last, mode: 0o600, in: place.last.folder)
        try place.folder.write(bytes, to: JournalExamination.checkpointFile)
        last = signed
        copy(signed)
    }

    /// The entries are on disk whether or not this succeeds; the next checkpoint says all that this one says.
    private mutating func copy(_ signed: SignedCheckpoint) {
        copyFault = nil
        do throws(FileFault) { try place.copy?.append(signed) } catch { copyFault = error }
    }

}
