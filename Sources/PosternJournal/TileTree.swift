/// A tree that grows, as its tiles: of each level the hashes that no full tile has yet. That is all it takes to go on.
package struct TileTree: Sendable {
    package private(set) var size = 0
    /// The tile at the right edge of each level, 0…255 hashes; the lowest level first.
    private var edge: [[TreeHash]] = []

    package init() {}

    /// - Returns: the tiles that this leaf completes, with their content.
    @discardableResult
    package mutating func append(_ leaf: TreeHash) -> [(path: TilePath, hashes: [TreeHash])] {
        size += 1
        var full: [(path: TilePath, hashes: [TreeHash])] = []
        var (level, hash) = (0, leaf)
        while true {
            if level == edge.count { edge.append([]) }
            edge[level].append(hash)
            guard edge[level].count == TilePath.width else { return full }
            let index = (size >> (8 * (level + 1))) - 1
            full.append((TilePath(.hashes(level: level), index), edge[level]))
            hash = .root(of: edge[level])
            edge[level] = []
            level += 1
        }
    }

    /// The partial tiles of a tree of this size.
    package var partials: [(path: TilePath, hashes: [TreeHash])] {
        edge.enumerated().filter { !$1.isEmpty }.map { level, hashes in
            (TilePath(.hashes(level: level), size >> (8 * (level + 1)), width: hashes.count), hashes)
        }
    }

    package var root: TreeHash {
        // Perfect trees from the left, the largest first; joined from the right.
        var perfect: [TreeHash] = []
        for hashes in edge.reversed() {
            var rest = hashes[...]
            while !rest.isEmpty {
                let count = 1 << (Int.bitWidth - 1 - rest.count.leadingZeroBitCount)
                perfect.append(.root(of: rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
        }
        guard var root = perfect.popLast() else { return .empty }
        while let left = perfect.popLast() { root = .node(left, root) }
        return root
    }
}
