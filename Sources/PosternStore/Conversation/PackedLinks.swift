package import PosternCore

/// The links of a first letter as they lie in its conversation's row: for each a byte for its purpose, the token's digest and the masked
/// key of the summary, sixteen bytes each. So a letter stores one row for its conversation instead of six.
package struct PackedLinks {
    private static let part = 16
    private static let length = 1 + 2 * part

    package let bytes: [UInt8]

    /// - Parameter bytes: as they were stored. What somebody else put there leads nowhere.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// - Precondition: digests and keys of sixteen bytes, as tokens and summary keys give them.
    package init(_ links: some Collection<StoredLink>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(links.count * Self.length)
        for link in links {
            precondition(
                link.digest.count == Self.part && link.summaryKey.count == Self.part, "a link has a digest and a key of 16 bytes")
            bytes.append(link.purpose.number)
            bytes += link.digest
            bytes += link.summaryKey
        }
        self.bytes = bytes
    }

    /// - Returns: nil when there is no such link among these.
    package func summaryKey(of digest: [UInt8], for purpose: LinkPurpose) -> [UInt8]? {
        for start in stride(from: 0, through: bytes.count - Self.length, by: Self.length) where bytes[start] == purpose.number {
            let key = start + 1 + Self.part
            if bytes[(start + 1)..<key].elementsEqual(digest) { return Array(bytes[key..<(key + Self.part)]) }
        }
        return nil
    }
}

extension LinkPurpose {
    /// As it is stored: never another purpose's.
    fileprivate var number: UInt8 {
        switch self {
        case .reply: 1
        case .mute: 2
        case .report: 3
        case .pause: 4
        case .letter: 5
        case .prove: 6
        case .manage: 7
        }
    }
}
