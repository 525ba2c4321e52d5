/// File by file, once it is known what was signed.
extension JournalExamination {
    mutating func examineFiles(_ leaves: ArraySlice<TreeHash>) {
        for (path, present) in files.missing(under: leaves.count) {
            switch path.content {
            case .entries:
                let (first, last) = (path.index * TilePath.width + present, path.index * TilePath.width + path.width - 1)
                let which = first == last ? "entry \(first)" : "entries \(first) to \(last)"
                find(.removed, entry: first, file: path.text, "\(path.text) is missing, with \(which)")
            case .hashes: find(.removed, file: path.text, "\(path.text) is missing")
            }
        }
        let tiles = Tiles(leaves)
        for (path, bytes) in files.tiles {
            let want = tiles[path]
            switch path.content {
            case .entries: compareEntries(bytes, at: path, with: want)
            case .hashes:
                let isBeyond = want.count < path.width
                guard isBeyond || bytes != want.flatMap(\.bytes) else { continue }
                if isBeyond, bytes.starts(with: want.flatMap(\.bytes)) {
                    find(.unsigned, file: path.text, "\(path.text) has hashes of entries that no checkpoint covers")
                } else {
                    find(.changed, file: path.text, "\(path.text) is not what its entries give")
                }
            }
        }
    }

    /// Names what became of the entries of one file.
    private mutating func compareEntries(_ bytes: [UInt8], at path: TilePath, with want: [TreeHash]) {
        let (entries, isWhole) = EntryBundle.entries(in: bytes)
        let have = entries.map { TreeHash.leaf($0) }
        let base = path.index * TilePath.width
        guard have != want || !isWhole || want.count != path.width else { return }
        if isWhole, have.count > want.count, have.starts(with: want) {
            let place = base + want.count
            if want.count < path.width {
                find(
                    .unsigned, entry: place, file: path.text,
                    "entry \(place) comes after the last checkpoint: the vault was stopped as it wrote it, and will sign it at its next "
                        + "start, or somebody has added it")
            } else {
                find(.inserted, entry: place, file: path.text, "after entry \(place - 1) stands one that was not written there")
            }
            return
        }
        let before = zip(have, want).prefix { $0 == $1 }.count
        let after = zip(have.dropFirst(before).reversed(), want.dropFirst(before).reversed()).prefix { $0 == $1 }.count
        let (here, there) = (have[before..<(have.count - after)], want[before..<(want.count - after)])
        let place = base + before
        let many = there.count > 1 ? "entries \(place) to \(place + there.count - 1)" : "entry \(place)"
        if !isWhole {
            find(.changed, entry: place, file: path.text, "from entry \(place) on, \(path.text) cannot be read")
        } else if here.isEmpty {
            find(.removed, entry: place, file: path.text, "\(many) \(there.count > 1 ? "were" : "was") removed")
        } else if there.isEmpty {
            find(.inserted, entry: place, file: path.text, "before entry \(place) stands one that was not written there")
        } else if here.count == there.count, Set(here) == Set(there) {
            find(.moved, entry: place, file: path.text, "\(many) stand in another order")
        } else if here.count == there.count {
            for (offset, (one, other)) in zip(here, there).enumerated() where one != other {
                find(.changed, entry: place + offset, file: path.text, "entry \(place + offset) was changed")
            }
        } else {
            find(.changed, entry: place, file: path.text, "\(many) \(there.count > 1 ? "are" : "is") not what was written there")
        }
    }
}

/// What each tile of a journal must hold.
private struct Tiles {
    private let leaves: ArraySlice<TreeHash>
    /// Hashes of the full tiles below, by level; level 0 is the leaves.
    private let levels: [[TreeHash]]

    init(_ leaves: ArraySlice<TreeHash>) {
        self.leaves = leaves
        var levels = [Array(leaves)]
        while let below = levels.last, below.count >= TilePath.width {
            levels.append(
                stride(from: 0, through: below.count - TilePath.width, by: TilePath.width).map {
                    TreeHash.root(of: below[$0..<($0 + TilePath.width)])
                })
        }
        self.levels = levels
    }

    /// Shorter than the tile's width where the journal does not go so far.
    subscript(path: TilePath) -> [TreeHash] {
        let level = if case .hashes(let level) = path.content { level } else { 0 }
        guard level < levels.count else { return [] }
        return Array(levels[level].dropFirst(path.index * TilePath.width).prefix(path.width))
    }
}
