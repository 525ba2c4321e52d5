internal import Crypto
internal import PosternCore

/// What is remembered under one name, in 32 bytes: in memory as in the file.
struct RecordEntry: Equatable, Sendable {
    /// A keyed digest of the name, 96 bits: neither memory nor file tells a name, and nobody without the key can make two that
    /// collide.
    struct Name: Hashable, Sendable {
        let head: UInt64
        let tail: UInt32
    }

    let name: Name
    /// The highest bit says that the recipient was erased; the rest is the version.
    private let word: UInt32
    /// Zero for a site.
    private let recipient: RecipientID

    private static let erased: UInt32 = 1 << 31

    init(_ name: Name, _ newest: NewestAuthorisation) {
        self.name = name
        word = UInt32(max(newest.version, 0)) | (newest.isErased ? Self.erased : 0)
        recipient = newest.recipient ?? RecipientID(high: 0, low: 0)
    }

    var newest: NewestAuthorisation {
        NewestAuthorisation(
            version: Int32(word & ~Self.erased), recipient: recipient == RecipientID(high: 0, low: 0) ? nil : recipient,
            isErased: word & Self.erased != 0)
    }

    /// In whatever order two come: the higher version, and erased for ever.
    func merged(with other: RecordEntry) -> RecordEntry {
        let (newer, older) = word & ~Self.erased < other.word & ~Self.erased ? (other, self) : (self, other)
        return older.word & Self.erased == 0
            ? newer
            : RecordEntry(
                name,
                NewestAuthorisation(version: newer.newest.version, recipient: older.newest.recipient, isErased: true))
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
        name = Name(head: number(at: 0), tail: number(at: 8))
        word = number(at: 12)
        recipient = RecipientID(high: number(at: 16), low: number(at: 24))
    }
}

/// Entries by name. A million take less than 40 MB: open addressing in 256 parts that grow by an eighth each, so that growing
/// never holds a second copy of everything. The digests are random, so their own bits say where they are looked for.
struct RecordTable: Sendable {
    private struct Part: Sendable {
        /// Nil where nothing is. A name of zeros never comes: see `RecordEntry.Name.init`.
        var places: [RecordEntry] = []
        var count = 0

        /// - Returns: where the name is, or the free place where it belongs; nil when there are no places at all.
        func place(of name: RecordEntry.Name) -> Int? {
            guard !places.isEmpty else { return nil }
            var place = Int(UInt64(UInt32(truncatingIfNeeded: name.head)) * UInt64(places.count) >> 32)
            while !places[place].name.isFree, places[place].name != name {
                place = place + 1 == places.count ? 0 : place + 1
            }
            return place
        }

        /// Makes room for one more. One place in ten stays free, or a search would not end soon.
        mutating func grow() {
            guard (count + 1) * 10 > places.count * 9 else { return }
            let former = places
            places = Array(repeating: .free, count: former.count + max(former.count / 8, 8))
            for entry in former where !entry.name.isFree {
                if let place = place(of: entry.name) { places[place] = entry }
            }
        }
    }

    private var parts = [Part](repeating: Part(), count: 256)
    private(set) var count = 0
    var bytes: Int { parts.reduce(0) { $0 + $1.places.count } * MemoryLayout<RecordEntry>.stride }

    subscript(name: RecordEntry.Name) -> RecordEntry? {
        let part = parts[Int(name.head >> 56)]
        guard let place = part.place(of: name), !part.places[place].name.isFree else { return nil }
        return part.places[place]
    }

    mutating func merge(_ entry: RecordEntry) {
        let index = Int(entry.name.head >> 56)
        parts[index].grow()
        guard let place = parts[index].place(of: entry.name) else { return }
        if parts[index].places[place].name.isFree {
            parts[index].places[place] = entry
            parts[index].count += 1
            count += 1
        } else {
            parts[index].places[place] = parts[index].places[place].merged(with: entry)
        }
    }

    var entries: some Sequence<RecordEntry> { parts.lazy.flatMap(\.places).filter { !$0.name.isFree } }
}

extension RecordEntry.Name {
    var isFree: Bool { head == 0 && tail == 0 }
    /// In place of a name it marks the end of a batch in the file.
    static let seal = Self(head: .max, tail: .max)

    init(of name: AuthorisedName, under key: SymmetricKey) {
        var writer = ByteWriter(capacity: 128)
        switch name {
        case .recipient(let handle, let site):
            writer.write("recipient")
            writer.write(site.text)
            writer.write(handle.text)
        case .site(let site):
            writer.write("site")
            writer.write(site.text)
        }
        self.init(of: writer.bytes, under: key)
    }

    init(of bytes: [UInt8], under key: SymmetricKey) {
        let code = HMAC<SHA256>.authenticationCode(for: bytes, using: key)
        let (head, tail) = code.withUnsafeBytes { code in
            (code.loadUnaligned(as: UInt64.self), code.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        }
        // Both marks are as unlikely as any other digest; a name that had one would be lost.
        let isMark = (head == 0 && tail == 0) || (head == .max && tail == .max)
        self.init(head: UInt64(bigEndian: head), tail: isMark ? 1 : UInt32(bigEndian: tail))
    }
}

extension RecordEntry {
    fileprivate static let free = RecordEntry(
        Name(head: 0, tail: 0), NewestAuthorisation(version: 0, recipient: nil))
}
