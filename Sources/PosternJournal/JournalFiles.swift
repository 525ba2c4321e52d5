/// The files of a journal, read from its folder, as far as their names are those of a journal.
struct JournalFiles {
    let all: [String: [UInt8]]
    /// In the order of their places.
    let tiles: [(path: TilePath, bytes: [UInt8])]
    /// Files that no journal has.
    let strangers: [String]
    private let widths: [TilePath.Content: [Int: Set<Int>]]

    init(_ all: [String: [UInt8]]) {
        self.all = all
        let named = all.filter { $0.key != JournalExamination.checkpointFile }.map { (TilePath($0.key), $0.key, $0.value) }
        strangers = named.filter { $0.0 == nil }.map(\.1).sorted()
        tiles = named.compactMap { path, _, bytes in path.map { ($0, bytes) } }.sorted {
            ($0.0.rank, $0.0.index, $0.0.width) < ($1.0.rank, $1.0.index, $1.0.width)
        }
        var widths: [TilePath.Content: [Int: Set<Int>]] = [:]
        for (path, _) in tiles { widths[path.content, default: [:]][path.index, default: []].insert(path.width) }
        self.widths = widths
    }

    /// Every entry that can be read, in order, up to the first gap.
    func entries(of size: Int) -> [[UInt8]] { joined(.entries, size) { EntryBundle.entries(in: $0).entries } }

    /// The hashes that the lowest tiles hold, up to the first gap.
    func hashes(of size: Int) -> [TreeHash] {
        joined(.hashes(level: 0), size) { bytes in
            stride(from: 0, to: bytes.count - bytes.count % TreeHash.length, by: TreeHash.length).compactMap {
                TreeHash(bytes[$0..<($0 + TreeHash.length)])
            }
        }
    }

    /// Goes from full file to full file, and ends with the partial one of this size or, where there is none, the widest.
    private func joined<Item>(_ content: TilePath.Content, _ size: Int, _ read: ([UInt8]) -> [Item]) -> [Item] {
        var (items, index) = ([Item](), 0)
        while let there = widths[content]?[index] {
            let exact = index == size / TilePath.width ? size % TilePath.width : TilePath.width
            let width = there.contains(exact) ? exact : there.max() ?? 0
            items += read(all[TilePath(content, index, width: width).text] ?? [])
            guard width == TilePath.width, items.count == (index + 1) * TilePath.width else { break }
            index += 1
        }
        return items
    }

    /// What a journal of this size must have and this one has not, and how much of it a narrower file has. A wider file does for a
    /// partial one.
    func missing(under size: Int) -> [(path: TilePath, present: Int)] {
        var missing: [(path: TilePath, present: Int)] = []
        var (contents, count) = ([TilePath.Content.entries, .hashes(level: 0)], size)
        var level = 0
        while count > 0 {
            for content in contents {
                for index in 0...((count - 1) / TilePath.width) {
                    let width = min(TilePath.width, count - index * TilePath.width)
                    let widest = widths[content]?[index]?.max() ?? 0
                    if widest < width { missing.append((TilePath(content, index, width: width), widest)) }
                }
            }
            count /= TilePath.width
            level += 1
            contents = [.hashes(level: level)]
        }
        return missing
    }
}

extension TilePath {
    /// Entries before hashes.
    fileprivate var rank: Int {
        switch content {
        case .entries: -1
        case .hashes(let level): level
        }
    }
}
