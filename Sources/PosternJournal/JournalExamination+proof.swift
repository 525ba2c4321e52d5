extension JournalExamination {
    /// Entries up to the checkpoint, no matter who signed it; all of them where there is none.
    package static func entries(of files: [String: [UInt8]]) -> [[UInt8]] {
        let size = signed(files)?.checkpoint.size
        let entries = JournalFiles(files).entries(of: size ?? 0)
        return Array(entries.prefix(size ?? entries.count))
    }

    /// - Returns: nil unless the entry is there, under a checkpoint that counts, and the proof holds.
    package static func proof(
        of number: Int, about subject: EntrySubject?, in files: [String: [UInt8]], trust: Trust
    ) -> EntryProof? {
        guard let signed = signed(files), let key = trust.key(of: signed) else { return nil }
        let entries = entries(of: files)
        guard entries.indices.contains(number) else { return nil }
        let isTheirs = subject != nil && subject?.digest == JournalEntry(entries[number])?.about
        let proof = EntryProof(
            extra: .init(
                entry: String(decoding: entries[number], as: UTF8.self), subject: isTheirs ? subject?.text : nil,
                salt: isTheirs ? subject.map { $0.saltText } : nil),
            index: number, path: MerkleProof.inclusion(of: number, in: entries.map { TreeHash.leaf($0) }[...]), checkpoint: signed
        )
        return proof.holds(under: key) ? proof : nil
    }

    private static func signed(_ files: [String: [UInt8]]) -> SignedCheckpoint? {
        files[checkpointFile].flatMap { String(validating: $0, as: UTF8.self) }.flatMap { SignedCheckpoint($0) }
    }
}

extension JournalExamination.Anchor {
    /// Every checkpoint in a text that somebody has kept.
    package static func all(in text: String, of file: String) -> [JournalExamination.Anchor] {
        SignedCheckpoint.all(in: text).map { .init($0.checkpoint, from: "\(file), line \($0.line)") }
    }
}
