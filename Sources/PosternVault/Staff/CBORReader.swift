/// A CBOR value (RFC 8949) as authenticators encode it: definite lengths, shortest heads, distinct map keys. Any other encoding
/// is refused.
package enum CBORValue: Equatable, Sendable {
    case unsigned(UInt64)
    /// The number −1 − n, where n is the associated value.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBORValue])
    case map([Entry])
    case flag(Bool)
    case null

    package struct Entry: Equatable, Sendable {
        package let key, value: CBORValue

        package init(key: CBORValue, value: CBORValue) {
            (self.key, self.value) = (key, value)
        }
    }

    /// The value of a map for a key; nil if there is none, or if this is not a map.
    package subscript(key: CBORValue) -> CBORValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    package subscript(key: String) -> CBORValue? { self[.text(key)] }
}

package enum CBORFault: Error, Equatable, Sendable {
    case truncated
    /// There are bytes after the value.
    case trailing
    case tooDeep
    /// The encoding is not canonical, or of a kind that no authenticator uses.
    case notCanonical
    case duplicateKey
    case notUTF8
}

/// Decodes values one after another from untrusted bytes.
package struct CBORReader: Sendable {
    /// The deepest nesting that is decoded. An attestation has three levels, a key one.
    private static let deepest = 8
    private let bytes: [UInt8]
    package private(set) var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Decodes bytes that are exactly one value.
    package static func value(of bytes: [UInt8]) throws(CBORFault) -> CBORValue {
        var reader = CBORReader(bytes)
        let value = try reader.value()
        guard reader.position == bytes.count else { throw .trailing }
        return value
    }

    package mutating func value() throws(CBORFault) -> CBORValue { try value(depth: 0) }

    private mutating func value(depth: Int) throws(CBORFault) -> CBORValue {
        guard depth < Self.deepest else { throw .tooDeep }
        let head = try octets(1)[0]
        switch head >> 5 {
        case 0: return .unsigned(try number(head))
        case 1: return .negative(try number(head))
        case 2: return .bytes(try octets(try count(head)))
        case 3:
            guard let text = String(validating: try octets(try count(head)), as: UTF8.self) else { throw .notUTF8 }
            return .text(text)
        case 4:
            var values: [CBORValue] = []
            for _ in 0..<(try count(head)) { values.append(try value(depth: depth + 1)) }
            return .array(values)
        case 5:
            var entries: [CBORValue.Entry] = []
            for _ in 0..<(try count(head)) {
                let key = try value(depth: depth + 1)
                guard !entries.contains(where: { $0.key == key }) else { throw .duplicateKey }
                entries.append(CBORValue.Entry(key: key, value: try value(depth: depth + 1)))
            }
            return .map(entries)
        default:
            switch head {
            case 0xF4: return .flag(false)
            case 0xF5: return .flag(true)
            case 0xF6: return .null
            default: throw .notCanonical
            }
        }
    }

    /// Reads a count of items or bytes that follow. It may not exceed the bytes that are left, so that hostile input cannot make
    /// us reserve memory.
    private mutating func count(_ head: UInt8) throws(CBORFault) -> Int {
        let number = try number(head)
        guard number <= UInt64(bytes.count - position) else { throw .truncated }
        return Int(number)
    }

    private mutating func number(_ head: UInt8) throws(CBORFault) -> UInt64 {
        let short = head & 31
        guard short >= 24 else { return UInt64(short) }
        guard short <= 27 else { throw .notCanonical }
        let width = 1 << Int(short - 24)
        let number = try octets(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let least: UInt64 = width == 1 ? 24 : 1 << UInt64(width * 4)
        guard number >= least else { throw .notCanonical }
        return number
    }

    private mutating func octets(_ count: Int) throws(CBORFault) -> [UInt8] {
        guard count <= bytes.count - position else { throw .truncated }
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }
}
