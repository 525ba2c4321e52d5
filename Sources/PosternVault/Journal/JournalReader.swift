package import PosternJournal

/// Reads a journal that a vault may be writing at this moment, and changes nothing.
package struct JournalReader {
    private let folder: JournalFolder
    private let trust: JournalExamination.Trust
    /// Beside the folder, in an installation: the last checkpoint, and whom entries are about.
    private let place: JournalPlace?

    /// A copy, with the key that its reader was given.
    package init(copy folder: String, key: NoteKey) {
        self.folder = JournalFolder(path: folder)
        trust = .key(key)
        place = nil
    }

    /// - Parameter keys: the vault's. Keys that are lost sign nothing, and what they signed cannot be verified here.
    /// - Throws: `FileFault`.
    package init(_ place: JournalPlace, keys: KeyFolder) throws(FileFault) {
        folder = place.folder
        trust = .publicKeys(KeyRing.journalSigners(of: try keys.look().keys).map(\.publicKey))
        self.place = place
    }

    /// One entry, as far as it can be read.
    package struct Line: Codable, Sendable {
        package let number: Int
        /// The entry itself.
        package let entry: String
        /// Whom it is about, unless that was erased.
        package let subject: String?
    }

    /// - Parameter anchors: checkpoints that somebody has kept.
    /// - Returns: nil when there is no journal.
    /// - Throws: `FileFault`.
    package func report(anchors: [JournalExamination.Anchor] = []) throws(FileFault) -> JournalReport? {
        var known = anchors
        if let place {
            if let text = try File.text(at: place.last), let last = SignedCheckpoint(text) {
                known.append(.init(last, from: place.last, isElsewhere: false))
            }
            known += try place.copy?.anchors() ?? []
        }
        let anchors = known
        return try steady { files in
            JournalExamination.report(on: files, trust: trust, anchors: anchors)
        } until: {
            $0.holds
        }
    }

    /// Entries up to the last checkpoint.
    /// - Throws: `FileFault`.
    package func lines() throws(FileFault) -> [Line] {
        let subjects = try knownSubjects()
        guard let files = try folder.files() else { return [] }
        return JournalExamination.entries(of: files).enumerated().map { number, entry in
            // A name that the entry does not say is nobody's.
            let subject = subjects[number].flatMap { $0.digest == JournalEntry(entry)?.about ? $0.text : nil }
            return Line(number: number, entry: String(decoding: entry, as: UTF8.self), subject: subject)
        }
    }

    /// - Returns: nil when there is no such entry under the last checkpoint, or the journal does not hold.
    /// - Throws: `FileFault`.
    package func proof(of number: Int) throws(FileFault) -> EntryProof? {
        let subject = try knownSubjects()[number]
        return try steady { files in
            JournalExamination.proof(of: number, about: subject, in: files, trust: trust)
        } until: {
            $0 != nil
        } ?? nil
    }

    private func knownSubjects() throws(FileFault) -> [Int: EntrySubject] {
        guard let place else { return [:] }
        return try SubjectFile.subjects(at: place.subjects)
    }

    /// Looks again while a vault writes: between two files of one entry nothing fits.
    private func steady<Answer>(
        _ look: ([String: [UInt8]]) -> Answer, until isGood: (Answer) -> Bool
    ) throws(FileFault) -> Answer? {
        var former: [UInt8]?
        for _ in 0..<5 {
            guard let files = try folder.files() else { return nil }
            let answer = look(files)
            let checkpoint = files[JournalExamination.checkpointFile]
            guard !isGood(answer), checkpoint != former || former == nil else { return answer }
            former = checkpoint
        }
        return try folder.files().map(look)
    }
}
