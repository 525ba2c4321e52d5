/// Writes values one after another: numbers big-endian, texts and bytes after their length.
///
/// All our binary data is written like this: associated data, sealed letters, link frames. The length precedes every part of
/// variable size, so two different lists of values never give the same bytes.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func write(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func write(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    /// - Precondition: fewer than 4 GiB. No value of ours comes near that.
    package mutating func write(_ part: some Collection<UInt8>) {
        write(UInt32(part.count))
        bytes.append(contentsOf: part)
    }

    package mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write($0) }
    }

    /// Nil and empty are written differently.
    package mutating func write(_ text: String?) {
        write(text != nil)
        if let text { write(text) }
    }

    package mutating func write<Kind>(_ identifier: Identifier<Kind>) {
        write(identifier.high)
        write(identifier.low)
    }

    package mutating func writeRaw(_ part: some Collection<UInt8>) {
        bytes.append(contentsOf: part)
    }
}

/// Bytes that `ByteWriter` did not write.
package enum ByteFault: Error, Equatable, Sendable {
    case truncated
    case tooLong
    case notUTF8
    case badValue
    case trailing(Int)
}

/// Reads what `ByteWriter` wrote, from bytes that may be hostile: never past the end, never more than `limit` at once.
package struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private let limit: Int

    /// - Parameter limit: the longest single text or byte string that is accepted.
    package init(_ bytes: ArraySlice<UInt8>, limit: Int) {
        self.bytes = bytes
        self.limit = limit
        position = bytes.startIndex
    }

    package init(_ bytes: [UInt8], limit: Int) {
        self.init(bytes[...], limit: limit)
    }

    package var remaining: Int { bytes.endIndex - position }

    package mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(ByteFault) -> Number {
        var number: UInt64 = 0
        for octet in try raw(Number.bitWidth / 8) { number = number << 8 | UInt64(octet) }
        return Number(truncatingIfNeeded: number)
    }

    package mutating func flag() throws(ByteFault) -> Bool {
        switch try number(UInt8.self) {
        case 0: false
        case 1: true
        default: throw .badValue
        }
    }

    package mutating func part() throws(ByteFault) -> [UInt8] {
        Array(try rawPart())
    }

    package mutating func text() throws(ByteFault) -> String {
        guard let text = String(validating: try rawPart(), as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    private mutating func rawPart() throws(ByteFault) -> ArraySlice<UInt8> {
        let count = try number(UInt32.self)
        guard count <= limit else { throw .tooLong }
        return try raw(Int(count))
    }

    package mutating func optionalText() throws(ByteFault) -> String? {
        try flag() ? try text() : nil
    }

    package mutating func identifier<Kind>() throws(ByteFault) -> Identifier<Kind> {
        Identifier(high: try number(), low: try number())
    }

    package mutating func raw(_ count: Int) throws(ByteFault) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    /// - Throws: `.trailing` when something is left: then these are not our bytes.
    package func end() throws(ByteFault) {
        guard remaining == 0 else { throw .trailing(remaining) }
    }
}
