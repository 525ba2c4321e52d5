import Crypto
import PosternCore
import PosternJournal

/// A journal in memory: what the vault would have written.
struct SampleJournal {
    static let origin = "contact.example.org/postern-journal/sample"
    static let privateKey = Curve25519.Signing.PrivateKey()
    static let key = NoteKey(name: origin, publicKey: privateKey.publicKey.rawRepresentation)

    static func entry(_ number: Int) -> [UInt8] {
        JournalEntry(
            number: number, at: Timestamp(seconds: 1_795_514_709 + Int64(number) * 3_600), actor: .vault,
            event: number == 0 ? .began(after: nil) : .hour(uncounted: number % 3)
        ).bytes
    }

    static func entries(_ count: Int) -> [[UInt8]] { (0..<count).map(entry) }

    static func signed(
        _ size: Int, _ root: TreeHash, by privateKey: Curve25519.Signing.PrivateKey = privateKey, as origin: String = origin
    ) throws -> SignedCheckpoint {
        let checkpoint = Checkpoint(origin: origin, size: size, root: root)
        let key = NoteKey(name: origin, publicKey: privateKey.publicKey.rawRepresentation)
        guard let key else { throw NoKey() }
        let note = try SignedNote(checkpoint.text, signedBy: key) { Array(try privateKey.signature(for: $0)) }
        return SignedCheckpoint(checkpoint, note)
    }

    private struct NoKey: Error {}

    /// Every file, with the partial ones of the last few entries.
    static func files(_ entries: [[UInt8]]) throws -> [String: [UInt8]] {
        var files = tiles(entries)
        files[JournalExamination.checkpointFile] = Array(try checkpoint(entries).note.description.utf8)
        return files
    }

    static func checkpoint(_ entries: [[UInt8]]) throws -> SignedCheckpoint {
        try signed(entries.count, .root(of: entries.map { TreeHash.leaf($0) }))
    }

    /// Without a checkpoint: what somebody can make who has no key.
    static func tiles(_ entries: [[UInt8]]) -> [String: [UInt8]] {
        var (files, tree) = ([String: [UInt8]](), TileTree())
        for (number, entry) in entries.enumerated() {
            for (path, hashes) in tree.append(.leaf(entry)) { files[path.text] = hashes.flatMap(\.bytes) }
            let bundle = entries[(number / 256 * 256)...number]
            let path = TilePath(.entries, number / 256, width: bundle.count)
            guard path.isFull || number >= entries.count - 3 else { continue }
            files[path.text] = EntryBundle.bytes(of: bundle)
            for (path, hashes) in tree.partials { files[path.text] = hashes.flatMap(\.bytes) }
        }
        // Of a full tile no partial one is left.
        return files.filter { name, _ in
            guard let path = TilePath(name), !path.isFull else { return true }
            return files[TilePath(path.content, path.index).text] == nil
        }
    }

    static func report(
        _ files: [String: [UInt8]], anchors: [SignedCheckpoint] = []
    ) -> JournalReport {
        JournalExamination.report(
            on: files, trust: .publicKeys([Array(privateKey.publicKey.rawRepresentation)]),
            anchors: anchors.map { JournalExamination.Anchor($0, from: "a copy") })
    }
}
