import Foundation
import PosternTestSupport

/// What a disk holds of a folder's files, and what only the kernel's memory holds. It is told what a program did, and says what
/// is left after a power cut.
///
/// Content: a write is safe once its file was synced. Names (made, renamed, linked, removed) are safe once their folder was
/// synced, as in POSIX; `Names.journalled` is what ext4 does in practice, where any sync writes the whole journal.
/// What is not safe may still reach the disk: any 512-octet sector independently of the others, and any first few of a folder's
/// changes. After a failed sync the kernel marks its pages as clean and does not write them again until they change (known as
/// fsyncgate, 2018).
struct PowerCutDisk {
    enum Names: CaseIterable { case byFolder, journalled }

    /// What happens to data that was not synced.
    enum Fate: CaseIterable { case nothingGotOut, someGotOut, allGotOut }

    static let sectorBytes = 512
    static let pageBytes = 4_096

    private struct Change {
        enum Kind {
            case write(offset: Int, octets: ArraySlice<UInt8>)
            case resize(Int)
            case mode(Int)
        }
        let kind: Kind
        /// Its sync failed: no later one writes it.
        var isStranded = false

        var page: Int? {
            if case .write(let offset, _) = kind { offset / PowerCutDisk.pageBytes } else { nil }
        }
    }

    fileprivate enum Renaming {
        case set(String, Int)
        case remove(String)
        /// Within one folder, where a rename is a single step.
        case move(from: String, to: String, Int)
    }

    private struct Node {
        let isFolder: Bool
        var mode: Int
        var content: [UInt8] = []
        var changes: [Change] = []
        var hasStranded = false
        /// A folder as it is on the disk, and as programs see it.
        var names: [String: Int] = [:]
        var seen: [String: Int] = [:]
        var renamings: [Renaming] = []
    }

    let root: String
    /// False for a disk that says "synced" and does nothing.
    var isHonest: Bool
    let names: Names
    private var nodes: [Int: Node]
    private var nextNode = 1
    private var byInode: [UInt64: Int] = [:]
    private static let rootNode = 0

    /// An empty folder.
    init(root: String, names: Names = .byFolder, isHonest: Bool = true) throws {
        (self.root, self.names, self.isHonest) = (root, names, isHonest)
        nodes = [Self.rootNode: Node(isFolder: true, mode: 0o755)]
        byInode[try Self.inode(of: root)] = Self.rootNode
    }

    // MARK: - What the program did

    mutating func apply(_ records: some Sequence<DiskRecord>) throws {
        for record in records { try apply(record) }
    }

    private mutating func apply(_ record: DiskRecord) throws {
        switch record {
        case .made(let path, let inode, let isFolder, let mode):
            let node = nextNode
            nextNode += 1
            nodes[node] = Node(isFolder: isFolder, mode: mode)
            byInode[inode] = node
            try rename(in: path) { .set($0, node) }
        case .wrote(let inode, let offset, let octets):
            write(octets, at: offset, to: try node(inode))
        case .resized(let inode, let size):
            nodes[try node(inode)]?.changes.append(Change(kind: .resize(size)))
        case .modeSet(let inode, let mode):
            nodes[try node(inode)]?.changes.append(Change(kind: .mode(mode)))
        case .synced(let inode):
            if isHonest { sync(try node(inode)) }
        case .syncFailed(let inode):
            strand(try node(inode))
        case .renamed(let from, let to):
            let moved = try find(from)
            let (fromFolder, fromName) = try split(from)
            let (toFolder, toName) = try split(to)
            if fromFolder == toFolder {
                note(.move(from: fromName, to: toName, moved), in: fromFolder)
            } else {
                note(.set(toName, moved), in: toFolder)
                note(.remove(fromName), in: fromFolder)
            }
        case .linked(let path, let inode):
            let node = try node(inode)
            try rename(in: path) { .set($0, node) }
        case .unlinked(let path):
            // Sockets are bound, not opened, so they are not known here.
            try rename(in: path) { .remove($0) }
        }
    }

    private mutating func write(_ octets: ArraySlice<UInt8>, at offset: Int, to node: Int) {
        var rest = octets
        var position = offset
        while !rest.isEmpty {
            let length = min(rest.count, Self.pageBytes - position % Self.pageBytes)
            let page = position / Self.pageBytes
            if nodes[node]?.hasStranded == true {
                // The page is dirty again, with everything that was ever written to it.
                for index in nodes[node]?.changes.indices ?? 0..<0 where nodes[node]?.changes[index].page == page {
                    nodes[node]?.changes[index].isStranded = false
                }
            }
            nodes[node]?.changes.append(Change(kind: .write(offset: position, octets: rest.prefix(length))))
            rest = rest.dropFirst(length)
            position += length
        }
    }

    private mutating func sync(_ node: Int) {
        settle(node) { _ in true }
        switch names {
        case .byFolder: settleNames(of: node, first: .max)
        case .journalled: for folder in nodes.keys { settleNames(of: folder, first: .max) }
        }
    }

    private mutating func strand(_ node: Int) {
        guard let count = nodes[node]?.changes.count else { return }
        for index in 0..<count where nodes[node]?.changes[index].page != nil { nodes[node]?.changes[index].isStranded = true }
        nodes[node]?.hasStranded = true
    }

    // MARK: - The cut

    /// Cuts the power. From now on this is what the disk holds.
    mutating func cut(_ fate: Fate, using randomness: inout SeededRandomness) {
        for number in nodes.keys.sorted() {
            switch fate {
            case .nothingGotOut: break
            case .allGotOut:
                settle(number) { _ in true }
                settleNames(of: number, first: .max)
            case .someGotOut:
                let share = [0.1, 0.5, 0.9].randomElement(using: &randomness) ?? 0.5
                settle(number) { _ in Double.random(in: 0..<1, using: &randomness) < share }
                let count = nodes[number]?.renamings.count ?? 0
                settleNames(of: number, first: Int.random(in: 0...count, using: &randomness))
            }
            nodes[number]?.changes = []
            nodes[number]?.hasStranded = false
            nodes[number]?.renamings = []
            if let names = nodes[number]?.names { nodes[number]?.seen = names }
        }
        removeUnreachable()
    }

    /// Writes changes to the disk, in order, except those of failed syncs.
    /// - Parameter isKept: asked for every sector of a write, and for every other change.
    private mutating func settle(_ number: Int, _ isKept: (Int) -> Bool) {
        guard let changes = nodes[number]?.changes, !changes.isEmpty, var node = nodes.removeValue(forKey: number) else { return }
        node.changes = changes.filter(\.isStranded)
        for change in changes where !change.isStranded {
            switch change.kind {
            case .mode(let mode): if isKept(0) { node.mode = mode }
            case .resize(let size):
                guard isKept(0) else { continue }
                if size < node.content.count {
                    node.content.removeLast(node.content.count - size)
                } else {
                    node.content.append(contentsOf: repeatElement(0, count: size - node.content.count))
                }
            case .write(let offset, let octets):
                var position = offset
                var rest = octets
                while !rest.isEmpty {
                    let length = min(rest.count, Self.sectorBytes - position % Self.sectorBytes)
                    if isKept(position / Self.sectorBytes) { Self.put(rest.prefix(length), at: position, into: &node.content) }
                    position += length
                    rest = rest.dropFirst(length)
                }
            }
        }
        nodes[number] = node
    }

    private static func put(_ octets: ArraySlice<UInt8>, at offset: Int, into content: inout [UInt8]) {
        let end = offset + octets.count
        if end > content.count { content.append(contentsOf: repeatElement(0, count: end - content.count)) }
        content.withUnsafeMutableBytes { target in
            octets.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: target[offset..<end]).copyMemory(from: source)
            }
        }
    }

    private mutating func settleNames(of number: Int, first count: Int) {
        guard let renamings = nodes[number]?.renamings, !renamings.isEmpty else { return }
        for renaming in renamings.prefix(count) { renaming.done(in: &nodes[number, default: Self.gone].names) }
        nodes[number]?.renamings = Array(renamings.dropFirst(count))
    }

    private static let gone = Node(isFolder: true, mode: 0)

    private mutating func removeUnreachable() {
        var reached: Set<Int> = []
        var waiting = [Self.rootNode]
        while let number = waiting.popLast() {
            guard reached.insert(number).inserted else { continue }
            waiting += nodes[number].map { Array($0.names.values) } ?? []
        }
        nodes = nodes.filter { reached.contains($0.key) }
        byInode = byInode.filter { reached.contains($0.value) }
    }

    // MARK: - Folders

    /// Replaces the content of a folder with what the disk holds.
    /// - Parameter isGoingOn: whether the program continues in this folder, which is `root`.
    mutating func write(to folder: String, isGoingOn: Bool = false) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        var inodes = [try Self.inode(of: folder): Self.rootNode]
        try write(Self.rootNode, to: folder, &inodes)
        if isGoingOn { byInode = inodes }
    }

    private func write(_ number: Int, to path: String, _ inodes: inout [UInt64: Int]) throws {
        guard let node = nodes[number] else { throw Failure("\(path) names a file the disk does not have") }
        if node.isFolder {
            if number != Self.rootNode { mkdir(path, 0o700) }
            for (name, child) in node.names { try write(child, to: "\(path)/\(name)", &inodes) }
        } else {
            guard FileManager.default.createFile(atPath: path, contents: Data(node.content)) else {
                throw Failure("cannot write \(path)")
            }
        }
        if number != Self.rootNode { chmod(path, mode_t(node.mode)) }
        inodes[try Self.inode(of: path)] = number
    }

    private static func inode(of path: String) throws -> UInt64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Failure("cannot look at \(path)") }
        return UInt64(status.st_ino)
    }

    private func node(_ inode: UInt64) throws -> Int {
        guard let node = byInode[inode] else { throw Failure("the power-cut layer did not see where file \(inode) came from") }
        return node
    }

    private func split(_ path: String) throws -> (folder: Int, name: String) {
        guard let slash = path.lastIndex(of: "/") else { throw Failure("\(path) is not absolute") }
        return (try find(String(path[..<slash])), String(path[path.index(after: slash)...]))
    }

    private func find(_ path: String) throws -> Int {
        guard path.hasPrefix(root) else { throw Failure("\(path) is not in \(root)") }
        var number = Self.rootNode
        for name in path.dropFirst(root.count).split(separator: "/") {
            guard let next = nodes[number]?.seen[String(name)] else {
                throw Failure("the power-cut layer did not see where \(path) came from")
            }
            number = next
        }
        return number
    }

    private mutating func rename(in path: String, _ change: (String) -> Renaming) throws {
        let (folder, name) = try split(path)
        note(change(name), in: folder)
    }

    private mutating func note(_ renaming: Renaming, in folder: Int) {
        nodes[folder]?.renamings.append(renaming)
        renaming.done(in: &nodes[folder, default: Self.gone].seen)
    }
}

extension PowerCutDisk.Renaming {
    fileprivate func done(in names: inout [String: Int]) {
        switch self {
        case .set(let name, let node): names[name] = node
        case .remove(let name): names[name] = nil
        case .move(let from, let to, let node):
            names[from] = nil
            names[to] = node
        }
    }
}
