/// That an entry is in a tree, and that one tree continues another (RFC 9162 §2.1.3 and §2.1.4).
package enum MerkleProof {
    // MARK: - Inclusion

    /// The path from a leaf to the root, the leaf's sibling first.
    /// - Precondition: `index` is one of the leaves.
    package static func inclusion(of index: Int, in leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + leaves.count.largestPowerOfTwoBelow
        return index < middle - leaves.startIndex
            ? inclusion(of: index, in: leaves[..<middle]) + [.root(of: leaves[middle...])]
            : inclusion(of: index - (middle - leaves.startIndex), in: leaves[middle...]) + [.root(of: leaves[..<middle])]
    }

    /// The root that a path leads to; nil when its length does not fit the place (RFC 9162 §2.1.3.2).
    package static func root(_ leaf: TreeHash, at index: Int, of size: Int, by path: [TreeHash]) -> TreeHash? {
        guard index >= 0, index < size else { return nil }
        var (node, last, hash) = (index, size - 1, leaf)
        for step in path {
            guard last > 0 else { return nil }
            if node & 1 == 1 || node == last {
                hash = .node(step, hash)
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = .node(hash, step)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }

    // MARK: - Consistency

    /// - Precondition: `former` is more than none and at most all of the leaves.
    package static func consistency(from former: Int, in leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        subproof(former, leaves, isWhole: true)
    }

    private static func subproof(_ former: Int, _ leaves: ArraySlice<TreeHash>, isWhole: Bool) -> [TreeHash] {
        guard former < leaves.count else { return isWhole ? [] : [.root(of: leaves)] }
        let count = leaves.count.largestPowerOfTwoBelow
        let middle = leaves.startIndex + count
        return former <= count
            ? subproof(former, leaves[..<middle], isWhole: isWhole) + [.root(of: leaves[middle...])]
            : subproof(former - count, leaves[middle...], isWhole: false) + [.root(of: leaves[..<middle])]
    }

    /// Whether the tree with `size` leaves begins with the one that had `former` (RFC 9162 §2.1.4.2).
    package static func isConsistent(
        _ formerRoot: TreeHash, of former: Int, with root: TreeHash, of size: Int, by proof: [TreeHash]
    ) -> Bool {
        guard former > 0, former <= size else { return false }
        guard former < size else { return proof.isEmpty && formerRoot == root }
        var rest = proof[...]
        if former & (former - 1) == 0 { rest = ([formerRoot] + proof)[...] }
        guard let first = rest.popFirst() else { return false }
        var (node, last) = (former - 1, size - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        var (old, new) = (first, first)
        for step in rest {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                (old, new) = (.node(step, old), .node(step, new))
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                new = .node(new, step)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && old == formerRoot && new == root
    }
}
