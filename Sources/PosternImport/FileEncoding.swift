package import PosternCore

/// How the text of a file is written in bytes.
package enum FileEncoding: Equatable, Sendable, CustomStringConvertible {
    case utf8
    case utf16(isBigEndian: Bool)
    case utf32(isBigEndian: Bool)
    case singleByte(SingleByteCharset)
    case multiByte(MultiByteCharset)

    /// A byte that UTF-8 never has. It stands for what cannot be decoded, so that the record it is in is refused and no other.
    private static let undecodable: UInt8 = 0xFF

    package var description: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16(let isBigEndian): "UTF-16 \(isBigEndian ? "BE" : "LE")"
        case .utf32(let isBigEndian): "UTF-32 \(isBigEndian ? "BE" : "LE")"
        case .singleByte(let charset): charset.rawValue
        case .multiByte(let charset): charset.rawValue
        }
    }

    /// The encoding that a byte order mark names, and the mark's length.
    static func marked(_ bytes: [UInt8]) -> (encoding: FileEncoding, length: Int)? {
        // UTF-32 LE begins as UTF-16 LE does.
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return (.utf32(isBigEndian: false), 4) }
        if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return (.utf32(isBigEndian: true), 4) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16(isBigEndian: false), 2) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16(isBigEndian: true), 2) }
        return nil
    }

    /// By one of its usual names, in any case and with any punctuation.
    package init?(named name: String) {
        let plain = name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        switch plain {
        case "utf8", "utf8sig", "csvutf8", "unicode11utf8": self = .utf8
        // Windows writes little-endian, and calls it Unicode.
        case "utf16", "utf16le", "ucs2", "unicode": self = .utf16(isBigEndian: false)
        case "utf16be": self = .utf16(isBigEndian: true)
        case "utf32", "utf32le": self = .utf32(isBigEndian: false)
        case "utf32be": self = .utf32(isBigEndian: true)
        default:
            if let known = MultiByteCharset(plain: plain) {
                self = .multiByte(known)
            } else if let known = SingleByteCharset(plain: plain) {
                self = .singleByte(known)
            } else {
                return nil
            }
        }
    }

    /// What `--encoding` takes.
    package static var names: [String] {
        ["utf-8", "utf-16", "utf-16be", "utf-32", "utf-32be", "iso-8859-1", "iso-8859-9"]
            + SingleByteCharset.allCases.map(\.rawValue)
            + MultiByteCharset.allCases.map(\.rawValue)
    }

    func isSameFamily(as other: FileEncoding) -> Bool {
        switch (self, other) {
        case (.utf8, .utf8), (.utf16, .utf16), (.utf32, .utf32), (.singleByte, .singleByte),
            (.multiByte, .multiByte):
            true
        default: false
        }
    }

    /// The bytes as UTF-8.
    /// - Throws: when this machine cannot read the encoding.
    func utf8(_ bytes: ArraySlice<UInt8>) throws(ImportFault) -> [UInt8] {
        switch self {
        case .utf8: Array(bytes)
        case .utf16(let isBigEndian): Self.decoded(Self.units(bytes, isBigEndian, as: UInt16.self), UTF16.self)
        case .utf32(let isBigEndian): Self.decoded(Self.units(bytes, isBigEndian, as: UInt32.self), UTF32.self)
        case .singleByte(let charset): Self.decoded(bytes, charset)
        case .multiByte(let charset): Self.encoded(try charset.characters(bytes))
        }
    }

    private static func units<Unit: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool, as _: Unit.Type
    ) -> [Unit] {
        let size = Unit.bitWidth / 8
        var units: [Unit] = []
        units.reserveCapacity(bytes.count / size + 1)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let piece = bytes[index..<min(index + size, bytes.endIndex)]
            let ordered = isBigEndian ? Array(piece) : piece.reversed()
            // A file that is cut short ends in the middle of a unit: no text has all ones.
            units.append(piece.count == size ? ordered.reduce(0) { $0 << 8 | Unit($1) } : .max)
            index += size
        }
        return units
    }

    private static func decoded<Codec: UnicodeCodec>(_ units: [Codec.CodeUnit], _: Codec.Type) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(units.count)
        var codec = Codec()
        var iterator = units.makeIterator()
        while true {
            switch codec.decode(&iterator) {
            case .scalarValue("\u{FFFF}"): result.append(undecodable)
            case .scalarValue(let scalar): result.append(contentsOf: UTF8.encode(scalar) ?? .init())
            case .error: result.append(undecodable)
            case .emptyInput: return result
            }
        }
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>, _ charset: SingleByteCharset) -> [UInt8] {
        let upper = charset.upperHalf.map { $0 == "?" ? [undecodable] : Array(String($0).utf8) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte < 0x80 { result.append(byte) } else { result += upper[Int(byte - 0x80)] }
        }
        return result
    }

    private static func encoded(_ characters: [Unicode.Scalar?]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(characters.count * 3)
        for character in characters {
            if let character { result += UTF8.encode(character) ?? .init() } else { result.append(undecodable) }
        }
        return result
    }
}
