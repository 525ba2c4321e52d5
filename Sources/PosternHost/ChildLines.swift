/// What a child wrote, as lines that are safe to print: nothing in them moves a terminal's cursor or types into it, none is longer than
/// 8 KiB, and one that does not look like the child's own log says whose it is.
package struct ChildLines {
    private let child: String
    private var line: [UInt8] = []
    private var isTooLong = false

    private static let longest = 8_192
    private static let levels: Set<Substring> = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    /// - Parameter child: its name in the log.
    package init(of child: String) {
        self.child = child
    }

    /// - Returns: the lines that are complete.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0A {
                if let line = end() { lines.append(line) }
            } else if line.count < Self.longest {
                line.append(byte)
            } else {
                isTooLong = true
            }
        }
        return lines
    }

    /// The last line, which has no end. Nil when nothing is left, or the line is empty.
    package mutating func end() -> String? {
        defer {
            line.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        guard !line.isEmpty else { return nil }
        let text = Self.printable(line) + (isTooLong ? " …" : "")
        return isOwn(text) ? text : "\(child)| \(text)"
    }

    /// `TIME LEVEL NAME: …`, as the child's own log writes it. Nobody can make a line of another process.
    private func isOwn(_ text: String) -> Bool {
        let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count > 2, let first = words[0].utf8.first else { return false }
        return (0x30...0x39).contains(first) && words[0].hasSuffix("Z") && Self.levels.contains(words[1])
            && words[2] == "\(child):"
    }

    private static func printable(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard !bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            // Control characters, and what turns the direction of text or ends a line of it.
            switch scalar.value {
            case 0x00..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
                line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
