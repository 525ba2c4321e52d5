/// Up to 256 entries in a file, each after its length in two bytes (c2sp.org/tlog-tiles, "Log entries").
package enum EntryBundle {
    package static let longestEntry = Int(UInt16.max)

    /// - Precondition: no entry is longer than `longestEntry`.
    package static func bytes(of entries: some Sequence<[UInt8]>) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes.append(UInt8(truncatingIfNeeded: entry.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: entry.count))
            bytes += entry
        }
        return bytes
    }

    /// Every whole entry from the beginning on.
    /// - Returns: also whether nothing was left.
    package static func entries(in bytes: [UInt8]) -> (entries: [[UInt8]], isWhole: Bool) {
        var (entries, rest) = ([[UInt8]](), bytes[...])
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            guard rest.count >= 2 + length else { break }
            entries.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        return (entries, rest.isEmpty)
    }
}
