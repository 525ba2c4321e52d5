private import FoundationEssentials

/// That one entry is in the journal, in a file that needs neither the journal nor this program (c2sp.org/tlog-proof, `.tlog-proof`).
package struct EntryProof: Equatable, Sendable {
    private static let head = "c2sp.org/tlog-proof@v1"

    /// The entry itself, and whom or what it is about, if that is still known. The format lets us put them where nothing vouches for
    /// them: that they are right follows from the hash.
    package struct Extra: Codable, Equatable, Sendable {
        package let entry: String
        package let subject: String?
        /// In base64.
        package let salt: String?

        package init(entry: String, subject: String?, salt: String?) {
            self.entry = entry
            self.subject = subject
            self.salt = salt
        }
    }

    package let extra: Extra
    package let index: Int
    package let path: [TreeHash]
    package let checkpoint: SignedCheckpoint

    package init(extra: Extra, index: Int, path: [TreeHash], checkpoint: SignedCheckpoint) {
        self.extra = extra
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let extra = ((try? encoder.encode(extra)) ?? Data()).base64EncodedString()
        let lines = [Self.head, "extra \(extra)", "index \(index)"] + path.map(\.base64)
        return lines.joined(separator: "\n") + "\n\n\(checkpoint.note)"
    }

    /// Nil for what is no proof, and for one without the entry, as another program may write it.
    package init?(_ text: String) {
        guard let gap = text.firstRange(of: "\n\n"), let checkpoint = SignedCheckpoint(String(text[gap.upperBound...])) else {
            return nil
        }
        let lines = text[..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[0] == Self.head, lines[1].hasPrefix("extra "), lines[2].hasPrefix("index "),
            let data = Data(strictBase64: lines[1].dropFirst(6)), let extra = try? JSONDecoder().decode(Extra.self, from: data),
            let index = Int(lines[2].dropFirst(6)), "index \(index)" == lines[2], index >= 0
        else { return nil }
        let path = lines.dropFirst(3).compactMap { TreeHash(base64: $0) }
        guard path.count == lines.count - 3 else { return nil }
        self.init(extra: extra, index: index, path: path, checkpoint: checkpoint)
    }

    /// Whether the entry stands at its place in the journal that this key signs.
    package func holds(under key: NoteKey) -> Bool {
        checkpoint.checkpoint.origin == key.name && checkpoint.note.isSigned(by: key)
            && MerkleProof.root(.leaf(Array(extra.entry.utf8)), at: index, of: checkpoint.checkpoint.size, by: path)
                == checkpoint.checkpoint.root
    }

    /// Whom the entry is about, if the proof shows it: the text and its salt give the digest that is in the entry.
    package var subject: String? {
        guard let text = extra.subject, let salt = extra.salt, let digest = EntrySubject(text, saltText: salt)?.digest,
            digest == JournalEntry(Array(extra.entry.utf8))?.about
        else { return nil }
        return text
    }
}
