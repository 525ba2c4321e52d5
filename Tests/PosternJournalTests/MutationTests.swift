import Crypto
import PosternCore
import PosternJournal
import PosternTestSupport
import Testing

@Suite("Whatever is changed in a journal is found, and its place is named (L6)")
struct MutationTests {
    private static let size = 600
    private static let original = SampleJournal.entries(size)

    @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 513, 700])
    func `A journal that nobody has touched holds, whatever its size`(size: Int) throws {
        let entries = SampleJournal.entries(size)
        let report = SampleJournal.report(
            try SampleJournal.files(entries), anchors: [try SampleJournal.checkpoint(Array(entries.prefix(max(1, size / 2))))])
        #expect(report.holds, "\(report.findings)")
        #expect(report.size == size && report.agreeing == 1 && report.agreesSince == max(1, size / 2))
        #expect(report.key == SampleJournal.key?.description && report.silences.isEmpty)
    }

    /// What can be done to a journal. Each says which entry it is about, where it is about one.
    private enum Mutation: CaseIterable {
        // In the folder, by somebody without a key.
        case byte, cutFile, file, stranger
        case entry, entryRemoved, entryInserted, entriesSwapped, entriesCut, entryAdded
        // With all tiles made to fit.
        case entryAndTiles, entryRemovedWithTiles, entriesSwappedWithTiles, cutWithTiles
        case checkpointOfBefore, checkpointOfAnother
        // Signed again, by somebody who has the key but not the copy of the checkpoints.
        case entrySignedAgain, removedSignedAgain, insertedSignedAgain, swappedSignedAgain, olderFolder
    }

    private struct Mutated {
        var files: [String: [UInt8]]
        /// Entries one of which the first finding with an entry must name; nil where none is concerned.
        var places: ClosedRange<Int>?
        var hasAnchors = false
    }

    @Test func `Of 1,000 mutations each is found, and those of entries with their place`() throws {
        var randomness = SeededRandomness(seed: 20_261_129)
        let files = try SampleJournal.files(Self.original)
        // Every twentieth checkpoint was kept elsewhere.
        let anchors = try stride(from: 20, through: Self.size, by: 20).map {
            try SampleJournal.checkpoint(Array(Self.original.prefix($0)))
        }
        var count = 0
        while count < 1_000 {
            for kind in Mutation.allCases {
                let mutated = try Self.mutate(kind, files, &randomness)
                let report = SampleJournal.report(mutated.files, anchors: mutated.hasAnchors ? anchors : [])
                #expect(!report.holds, "\(kind) was not found")
                if let places = mutated.places {
                    let named = report.findings.first { $0.entry != nil }?.entry
                    #expect(named.map(places.contains) == true, "\(kind) at \(places): \(report.findings)")
                }
                count += 1
            }
        }
    }

    private static func mutate(
        _ kind: Mutation, _ files: [String: [UInt8]], _ randomness: inout SeededRandomness
    ) throws -> Mutated {
        var mutated = Mutated(files: files)
        let place = Int.random(in: 0..<size - 1, using: &randomness)
        var entries = original
        // Files of which no other holds the same.
        let needed = files.keys.filter { name in
            TilePath(name).map { path in
                // A wider one does for it.
                let whole = path.content == .hashes(level: 1) ? size / TilePath.width : size
                return path.isFull || path.index * TilePath.width + path.width == whole
            } ?? true
        }.sorted()
        switch kind {
        case .byte:
            let name = try #require(files.keys.sorted().randomElement(using: &randomness))
            let index = Int.random(in: 0..<(files[name]?.count ?? 1), using: &randomness)
            mutated.files[name]?[index] ^= UInt8.random(in: 1...255, using: &randomness)
            if case .entries = TilePath(name)?.content {
                let base = (TilePath(name)?.index ?? 0) * 256
                let (read, _) = EntryBundle.entries(in: Array(try #require(files[name]).prefix(index)))
                mutated.places = (base + read.count)...(base + read.count)
            }
        case .cutFile:
            let name = try #require(files.keys.sorted().randomElement(using: &randomness))
            mutated.files[name]?.removeLast(Int.random(in: 1...(files[name]?.count ?? 1), using: &randomness))
        case .file:
            mutated.files[try #require(needed.randomElement(using: &randomness))] = nil
        case .stranger:
            let names = ["tile/entries/notes.txt", "tile/0/001.p/x", "seals", "tile/entries/000.p", "tile/64/000"]
            mutated.files[try #require(names.randomElement(using: &randomness))] = [1]
        case .entry, .entryAndTiles:
            entries[place] = SampleJournal.entry(place + 10_000)
            mutated.places = place...place
        case .entrySignedAgain:
            entries[place] =
                JournalEntry(
                    number: place, at: Timestamp(seconds: 1_795_514_709), actor: .operator, event: .clockTrusted
                ).bytes
        case .entryRemoved, .entryRemovedWithTiles, .removedSignedAgain:
            entries.remove(at: place)
            mutated.places = place...place
        case .entryInserted, .insertedSignedAgain:
            entries.insert(SampleJournal.entry(20_000), at: place)
            mutated.places = place...place
        case .entriesSwapped, .entriesSwappedWithTiles, .swappedSignedAgain:
            entries.swapAt(place, place + 1)
            mutated.places = place...place
        case .entriesCut, .cutWithTiles, .olderFolder:
            entries.removeLast(size - 1 - place)
            mutated.places = entries.count...entries.count
        case .entryAdded:
            entries.append(SampleJournal.entry(size))
            mutated.places = size...size
        case .checkpointOfBefore:
            mutated.files["checkpoint"] = Array(
                try SampleJournal.checkpoint(Array(original.prefix(place + 1))).note.description.utf8)
        case .checkpointOfAnother:
            let root = TreeHash.root(of: original.map { TreeHash.leaf($0) })
            let other = try SampleJournal.signed(size, root, by: Curve25519.Signing.PrivateKey())
            mutated.files["checkpoint"] = Array(other.note.description.utf8)
        }
        switch kind {
        case .entry, .entryRemoved, .entryInserted, .entriesSwapped, .entriesCut, .entryAdded:
            // The bundle alone, as somebody with an editor would.
            try rewrite(&mutated, entries, kind)
        case .entryAndTiles, .entryRemovedWithTiles, .entriesSwappedWithTiles, .cutWithTiles:
            mutated.files = SampleJournal.tiles(entries)
            mutated.files["checkpoint"] = files["checkpoint"]
        case .entrySignedAgain, .removedSignedAgain, .insertedSignedAgain, .swappedSignedAgain:
            mutated.files = try SampleJournal.files(entries)
            mutated.hasAnchors = true
            // What an entry says of itself, or between two checkpoints that were kept.
            mutated.places = (place / 20 * 20)...place
        case .olderFolder:
            mutated.files = try SampleJournal.files(entries)
            mutated.hasAnchors = true
        case .byte, .cutFile, .file, .stranger, .checkpointOfBefore, .checkpointOfAnother: break
        }
        return mutated
    }

    /// Puts changed entries into the one bundle they are in, and leaves the others as they were.
    private static func rewrite(_ mutated: inout Mutated, _ entries: [[UInt8]], _ kind: Mutation) throws {
        let place = try #require(mutated.places?.lowerBound)
        let index = min(place, size) / 256
        var (first, last) = (index * 256, min(size, index * 256 + 256))
        switch kind {
        case .entryRemoved: last -= 1
        case .entryInserted: last += 1
        case .entriesCut:
            // Everything from here on.
            for name in mutated.files.keys {
                guard let path = TilePath(name), case .entries = path.content else { continue }
                if path.index * 256 + path.width > place { mutated.files[name] = nil }
            }
            guard place > index * 256 else { return }
            mutated.files[TilePath(.entries, index, width: place - index * 256).text] = EntryBundle.bytes(
                of: entries[first..<place])
            return
        case .entryAdded:
            mutated.files[TilePath(.entries, index, width: size + 1 - first).text] = EntryBundle.bytes(of: entries[first...])
            return
        case .entriesSwapped where place % 256 == 255:
            // Across two bundles.
            let next = index + 1
            let path = TilePath(.entries, next, width: min(256, size - next * 256))
            mutated.files[path.text] = EntryBundle.bytes(of: entries[(next * 256)..<min(size, next * 256 + 256)])
        default: break
        }
        (first, last) = (max(first, 0), min(last, entries.count))
        let path = TilePath(.entries, index, width: min(256, size - index * 256))
        mutated.files[path.text] = EntryBundle.bytes(of: entries[first..<last])
    }

    @Test func `Hours without an entry are named, and a start explains them`() throws {
        var entries = SampleJournal.entries(5)
        func late(_ event: JournalEvent) -> [UInt8] {
            JournalEntry(number: 5, at: Timestamp(seconds: 1_795_514_709 + 9 * 3_600), actor: .vault, event: event).bytes
        }
        entries.append(late(.hour(uncounted: 0)))
        #expect(SampleJournal.report(try SampleJournal.files(entries)).silences == [5])
        entries[5] = late(.started(version: "0.1.0"))
        #expect(SampleJournal.report(try SampleJournal.files(entries)).silences.isEmpty)
    }

    @Test func `Checkpoints of another journal say nothing, and one that was forged for this one is named`() throws {
        let entries = SampleJournal.entries(10)
        let files = try SampleJournal.files(entries)
        let root = TreeHash.root(of: entries.map { TreeHash.leaf($0) })
        let foreign = try SampleJournal.signed(20, root, as: "elsewhere.example/journal")
        let report = SampleJournal.report(files, anchors: [foreign])
        #expect(report.holds && report.foreign == 1 && report.agreesSince == nil)
        let forged = try SampleJournal.signed(10, root, by: Curve25519.Signing.PrivateKey())
        #expect(!SampleJournal.report(files, anchors: [forged]).holds)
    }

    @Test func `Without its checkpoint a journal is held against the longest one that was kept elsewhere`() throws {
        let entries = SampleJournal.entries(300)
        var files = try SampleJournal.files(entries)
        files["checkpoint"] = nil
        let report = SampleJournal.report(files, anchors: [try SampleJournal.checkpoint(Array(entries.prefix(299)))])
        #expect(
            report.findings.map(\.kind).contains(.removed) && report.findings.contains { $0.entry == 299 && $0.kind == .unsigned }
        )
        #expect(!SampleJournal.report([:]).holds)
    }
}
