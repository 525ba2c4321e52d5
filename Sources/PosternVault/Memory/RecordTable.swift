internal import PosternCore

/// What is remembered under one name, in 32 bytes: in memory as in the file.
struct RecordEntry: Equatable, Sendable {
    let name: KeyedDigest
    /// The highest bit says that the recipient was erased; the rest is the version.
    private let word: UInt32
    /// Zero for a site, ones for a version that is only reserved.
    private let recipient: RecipientID

    private static let erased: UInt32 = 1 << 31
    private static let none = RecipientID(high: 0, low: 0)
    private static let reserved = RecipientID(high: .max, low: .max)
    fileprivate static let free = RecordEntry(.free, NewestAuthorisation(version: 0, recipient: nil))

    init(_ name: KeyedDigest, _ newest: NewestAuthorisation) {
        self.name = name
        word = UInt32(max(newest.version, 0)) | (newest.isErased ? Self.erased : 0)
        recipient = newest.recipient ?? Self.none
    }

    init(_ name: KeyedDigest, reserved version: Int32) {
        self.init(name, NewestAuthorisation(version: version, recipient: Self.reserved))
    }

    var version: Int32 { Int32(word & ~Self.erased) }
    var isErased: Bool { word & Self.erased != 0 }
    var isReservation: Bool { recipient == Self.reserved }
    var newest: NewestAuthorisation {
        NewestAuthorisation(version: version, recipient: recipient == Self.none ? nil : recipient, isErased: isErased)
    }

    /// The higher version of the two, and erased if either is, unless the newer one is another person's: then the name was given to
    /// them. The order in which they come does not matter.
    func merged(with other: RecordEntry) -> RecordEntry {
        let newer = version < other.version ? other : self
        guard isErased || other.isErased else { return newer }
        let whose = isErased && (!other.isErased || other.version < version) ? self : other
        guard whose.newest.isReplaced(by: newer.version, of: newer.newest.recipient) == false else { return newer }
        return RecordEntry(
            name, NewestAuthorisation(version: newer.version, recipient: whose.newest.recipient, isErased: true))
    }

    func write(to writer: inout ByteWriter) {
        writer.write(name.head)
        writer.write(name.tail)
        writer.write(word)
        writer.write(recipient)
    }

    /// - Parameter slot: 32 bytes.
    init(_ slot: UnsafeRawBufferPointer) {
        func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
            Number(bigEndian: slot.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        name = KeyedDigest(head: number(at: 0), tail: number(at: 8))
        word = number(at: 12)
        recipient = RecipientID(high: number(at: 16), low: number(at: 24))
    }
}

/// Entries by name. Each takes less than 40 bytes: open addressing in 256 parts that grow by an eighth each, so that growing
/// never holds a second copy of everything. The digests are random, so their own bits choose the place.
struct RecordTable: Sendable {
    private struct Part: Sendable {
        var places: [RecordEntry] = []
        var count = 0

        /// - Returns: where the name is, or the free place where it belongs; nil when there are no places at all.
        func place(of name: KeyedDigest) -> Int? {
            guard !places.isEmpty else { return nil }
            var place = OpenAddressing.home(of: UInt32(truncatingIfNeeded: name.head), among: places.count)
            while places[place].name != .free, places[place].name != name {
                place = place + 1 == places.count ? 0 : place + 1
            }
            return place
        }

        /// Makes room for one more. One place in ten stays free, so that searches stay short.
        mutating func grow() {
            guard (count + 1) * 10 > places.count * 9 else { return }
            let former = places
            places = Array(repeating: .free, count: former.count + max(former.count / 8, 8))
            for entry in former where entry.name != .free {
                if let place = place(of: entry.name) { places[place] = entry }
            }
        }
    }

    private var parts = [Part](repeating: Part(), count: 256)
    private(set) var count = 0
    var bytes: Int { parts.reduce(0) { $0 + $1.places.count } * MemoryLayout<RecordEntry>.stride }

    subscript(name: KeyedDigest) -> RecordEntry? {
        let part = parts[Int(name.head >> 56)]
        guard let place = part.place(of: name), part.places[place].name != .free else { return nil }
        return part.places[place]
    }

    mutating func merge(_ entry: RecordEntry) {
        let index = Int(entry.name.head >> 56)
        parts[index].grow()
        guard let place = parts[index].place(of: entry.name) else { return }
        if parts[index].places[place].name == .free {
            parts[index].places[place] = entry
            parts[index].count += 1
            count += 1
        } else {
            parts[index].places[place] = parts[index].places[place].merged(with: entry)
        }
    }

    /// Who was erased and has no record under another name that counts.
    var erased: Set<RecipientID> {
        let erased = Set(entries.lazy.filter(\.isErased).compactMap(\.newest.recipient))
        guard !erased.isEmpty else { return [] }
        return erased.subtracting(entries.lazy.filter { !$0.isErased }.compactMap(\.newest.recipient).filter(erased.contains))
    }

    var entries: some Sequence<RecordEntry> { parts.lazy.flatMap(\.places).filter { $0.name != .free } }
}
