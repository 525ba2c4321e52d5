/// How long a journal is and what it holds, in three lines that are signed (c2sp.org/tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// Names the journal. It is the name of the key as well.
    package let origin: String
    package let size: Int
    package let root: TreeHash

    package init(origin: String, size: Int, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    package var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// Nil for what is none. Further lines are ignored, as the format asks; ours never has any.
    package init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last?.isEmpty == true, !lines.dropLast().contains(where: \.isEmpty),
            let size = Int(lines[1]), size >= 0, String(size) == lines[1], let root = TreeHash(base64: lines[2])
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// A checkpoint as it was signed.
package struct SignedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    package let note: SignedNote

    package init(_ checkpoint: Checkpoint, _ note: SignedNote) {
        self.checkpoint = checkpoint
        self.note = note
    }

    /// Nil for what is no note with a checkpoint in it. Says nothing about who signed it.
    package init?(_ text: String) {
        guard let note = SignedNote(text), let checkpoint = Checkpoint(note.text) else { return nil }
        self.init(checkpoint, note)
    }

    /// The key that signed it under the journal's own name, of these public keys.
    package func key(among publicKeys: [[UInt8]]) -> NoteKey? {
        publicKeys.compactMap { NoteKey(name: checkpoint.origin, publicKey: $0) }.first { note.isSigned(by: $0) }
    }

    /// In one line, for a system log: what precedes it is ignored when it is read.
    package var line: String {
        let signature = note.description.split(separator: "\n").last.map(String.init) ?? ""
        return "\(Self.mark)\(checkpoint.origin) \(checkpoint.size) \(checkpoint.root.base64) \(signature)"
    }

    private static let mark = "postern-checkpoint "

    /// Every checkpoint in a file to which they were appended, as notes or as lines of a system log. Other text is passed over.
    /// - Returns: also the number of the line each begins at, from 1.
    package static func all(in text: String) -> [(line: Int, checkpoint: SignedCheckpoint)] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var (found, index) = ([(line: Int, checkpoint: SignedCheckpoint)](), 0)
        while index < lines.count {
            if let mark = lines[index].firstRange(of: mark) {
                let words = lines[index][mark.upperBound...].split(separator: " ", maxSplits: 3)
                let note = words.count == 4 ? words[..<3].joined(separator: "\n") + "\n\n\(words[3])\n" : ""
                if let checkpoint = SignedCheckpoint(note) { found.append((index + 1, checkpoint)) }
                index += 1
            } else if index + 4 < lines.count, lines[index + 3].isEmpty, lines[index + 4].hasPrefix("— ") {
                var end = index + 4
                while end < lines.count, lines[end].hasPrefix("— ") { end += 1 }
                if let checkpoint = SignedCheckpoint(lines[index..<end].joined(separator: "\n") + "\n") {
                    found.append((index + 1, checkpoint))
                }
                index = end
            } else {
                index += 1
            }
        }
        return found
    }
}
