import PosternJournal
import PosternTestSupport
import Testing

@Suite("The tree is that of RFC 6962, laid out in tiles as c2sp.org/tlog-tiles has it")
struct MerkleTreeTests {
    /// The tree heads of Certificate Transparency's own tests (google/certificate-transparency, merkle_tree_test).
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].map { TreeHash.leaf(Hex.bytes($0)) }

    @Test(
        arguments: zip(
            0...8,
            [
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
            ]))
    func `Tree heads are the published ones, computed at once and grown`(size: Int, root: String) {
        #expect(Hex.text(TreeHash.root(of: Self.leaves.prefix(size)).bytes) == root)
        var tree = TileTree()
        for leaf in Self.leaves.prefix(size) { tree.append(leaf) }
        #expect(Hex.text(tree.root.bytes) == root)
    }

    @Test func `A tree that grows has the root of its leaves at every size, also beyond a tile`() {
        let leaves = (0..<700).map { TreeHash.leaf(Array("\($0)".utf8)) }
        var tree = TileTree()
        for (number, leaf) in leaves.enumerated() {
            tree.append(leaf)
            guard number % 37 == 0 || (250..<260).contains(number) || (508..<516).contains(number) else { continue }
            #expect(tree.root == .root(of: leaves[...number]), "at \(number + 1)")
        }
    }

    @Test func `Every inclusion proof holds for its entry, and for no other entry, place or size`() throws {
        for size in 1...40 {
            let leaves = (0..<size).map { TreeHash.leaf([UInt8($0)]) }
            let root = TreeHash.root(of: leaves)
            for index in 0..<size {
                let path = MerkleProof.inclusion(of: index, in: leaves[...])
                #expect(MerkleProof.root(leaves[index], at: index, of: size, by: path) == root)
                #expect(MerkleProof.root(.leaf([200]), at: index, of: size, by: path) != root)
                if size > 1 { #expect(MerkleProof.root(leaves[index], at: (index + 1) % size, of: size, by: path) != root) }
                #expect(MerkleProof.root(leaves[index], at: index, of: size, by: path + [root]) != root)
                if !path.isEmpty { #expect(MerkleProof.root(leaves[index], at: index, of: size, by: path.dropLast()) != root) }
            }
            #expect(MerkleProof.root(leaves[0], at: size, of: size, by: []) == nil)
        }
    }

    @Test func `Every consistency proof holds between its two trees, and between no others`() {
        let leaves = (0..<40).map { TreeHash.leaf([UInt8($0)]) }
        for size in 1...40 {
            for former in 1...size {
                let proof = MerkleProof.consistency(from: former, in: leaves[..<size])
                let (old, new) = (TreeHash.root(of: leaves[..<former]), TreeHash.root(of: leaves[..<size]))
                #expect(MerkleProof.isConsistent(old, of: former, with: new, of: size, by: proof))
                #expect(!MerkleProof.isConsistent(.leaf([9]), of: former, with: new, of: size, by: proof))
                #expect(!MerkleProof.isConsistent(old, of: former, with: .leaf([9]), of: size, by: proof))
                #expect(!MerkleProof.isConsistent(old, of: former, with: new, of: size, by: proof + [old]))
            }
        }
    }

    @Test(
        arguments: [
            // The examples of the format.
            (TilePath(.hashes(level: 0), 1_234_067), "tile/0/x001/x234/067"),
            (TilePath(.hashes(level: 1), 0, width: 17), "tile/1/000.p/17"),
            (TilePath(.entries, 273, width: 112), "tile/entries/273.p/112"),
            (TilePath(.entries, 1_000), "tile/entries/x001/000"),
            (TilePath(.hashes(level: 63), 999, width: 1), "tile/63/999.p/1"),
        ])
    func `A tile is where the format has it`(path: TilePath, text: String) {
        #expect(path.text == text)
        #expect(TilePath(text) == path)
    }

    @Test(
        arguments: [
            "", "tile", "tile/0", "tile/0/", "tile/0/1", "tile/0/0001", "tile/00/000", "tile/64/000", "tile/-1/000",
            "tile/0/x000/000",
            "tile/0/001/000", "tile/0/000.p", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/+1",
            "tile/0/+01", "tile/entry/000", "tiles/0/000", "/tile/0/000", "tile//000", "tile/0/000/", "tile/0/x00/000",
            "checkpoint",
        ])
    func `Nothing else is a tile's name`(text: String) {
        #expect(TilePath(text) == nil)
    }

    /// The format's own example: 70,000 entries.
    @Test func `Seventy thousand entries make the tiles that the format counts`() {
        var (tree, full) = (TileTree(), [TilePath: Int]())
        for number in 0..<70_000 {
            for (path, hashes) in tree.append(.leaf([UInt8(number & 255), UInt8(number >> 8 & 255)])) {
                full[path] = hashes.count
            }
        }
        #expect(full.values.allSatisfy { $0 == 256 })
        #expect(full.keys.count { $0.content == .hashes(level: 0) } == 273)
        #expect(full.keys.count { $0.content == .hashes(level: 1) } == 1 && full.count == 274)
        #expect(
            tree.partials.map(\.path) == [
                TilePath(.hashes(level: 0), 273, width: 112), TilePath(.hashes(level: 1), 1, width: 17),
                TilePath(.hashes(level: 2), 0, width: 1),
            ])
    }

    @Test func `A bundle gives its entries back, and those before the place where it was cut`() {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300)]
        let bytes = EntryBundle.bytes(of: entries)
        #expect(bytes.prefix(5) == [0, 0, 0, 1, 1])
        #expect(EntryBundle.entries(in: bytes).entries == entries)
        for cut in 0..<bytes.count {
            let (read, isWhole) = EntryBundle.entries(in: Array(bytes.prefix(cut)))
            #expect(entries.starts(with: read))
            #expect(isWhole == [0, 2, 5].contains(cut))
        }
    }
}
