/// Where a tile or a bundle of entries lies in a journal's folder (c2sp.org/tlog-tiles, "Merkle Tree" and "Log entries").
package struct TilePath: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case hashes(level: Int)
        case entries
    }

    /// Hashes of a full tile, entries of a full bundle: trees of height 8.
    package static let width = 256
    private static let highestLevel = 63

    package let content: Content
    package let index: Int
    /// 1…256. The name of a full one says nothing of it.
    package let width: Int

    package init(_ content: Content, _ index: Int, width: Int = Self.width) {
        self.content = content
        self.index = index
        self.width = width
    }

    package var isFull: Bool { width == Self.width }

    /// `tile/0/x001/x234/067`, `tile/entries/000.p/12`.
    package var text: String { isFull ? full : "\(partials)/\(width)" }

    /// The folder of its partial forms.
    package var partials: String { full + ".p" }

    private var full: String {
        let root =
            switch content {
            case .hashes(let level): "tile/\(level)/"
            case .entries: "tile/entries/"
            }
        var (steps, rest) = ([Self.three(index % 1_000)], index / 1_000)
        while rest > 0 {
            steps.append("x" + Self.three(rest % 1_000))
            rest /= 1_000
        }
        return root + steps.reversed().joined(separator: "/")
    }

    private static func three(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// Nil for any other spelling.
    package init?(_ text: String) {
        var steps = text.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard steps.popFirst() == "tile", let root = steps.popFirst() else { return nil }
        if root == "entries" {
            content = .entries
        } else {
            guard let level = Int(root), (0...Self.highestLevel).contains(level) else { return nil }
            content = .hashes(level: level)
        }
        var width = Self.width
        if steps.count > 1, let folder = steps.dropLast().last, folder.hasSuffix(".p") {
            guard let count = steps.popLast().flatMap({ Int($0) }), (1..<Self.width).contains(count) else { return nil }
            width = count
            steps[steps.endIndex - 1] = folder.dropLast(2)
        }
        var index = 0
        for step in steps {
            let digits = step.hasPrefix("x") ? step.dropFirst() : step
            guard digits.utf8.count == 3, let number = Int(digits), index < 1 << 40 else { return nil }
            index = index * 1_000 + number
        }
        self.index = index
        self.width = width
        // One spelling for each: no sign, no leading zeros, an x where one belongs.
        guard self.text == text else { return nil }
    }
}
