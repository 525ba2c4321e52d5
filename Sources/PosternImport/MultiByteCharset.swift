private import Glibc

/// A charset of one or two bytes a character (GB 18030: up to four), in which spreadsheets save a “CSV” on computers in East Asia. The
/// tables are the C library's: Foundation knows them no more once it is linked into the program.
package enum MultiByteCharset: String, Sendable, CaseIterable {
    case japanese = "shift_jis"
    case chinese = "gb18030"
    case taiwanese = "big5"
    case korean = "euc-kr"

    /// What else it is called, in lower case and without punctuation. What Windows means by these names has all characters of the
    /// standards that they come from.
    private var aliases: Set<String> {
        switch self {
        case .japanese:
            ["shiftjis", "sjis", "xsjis", "mskanji", "ms932", "cp932", "932", "windows932", "windows31j", "cswindows31j"]
        case .chinese:
            ["gb18030", "gbk", "xgbk", "gb2312", "gb231280", "ms936", "cp936", "936", "windows936", "cp54936", "54936"]
        case .taiwanese: ["big5", "xxbig5", "cnbig5", "ms950", "cp950", "950", "windows950"]
        case .korean: ["euckr", "uhc", "ksc5601", "ksc56011987", "ms949", "cp949", "949", "windows949", "xwindows949", "cp51949"]
        }
    }

    /// As glibc names what Windows writes.
    private var converter: String {
        switch self {
        case .japanese: "CP932"
        case .chinese: "GB18030"
        case .taiwanese: "CP950"
        case .korean: "UHC"
        }
    }

    /// - Parameter plain: in lower case and without punctuation.
    init?(plain: String) {
        guard let known = Self.allCases.first(where: { $0.aliases.contains(plain) }) else { return nil }
        self = known
    }

    /// The characters of a text; nil where bytes stand for none, or for one that only the computer knows on which it was written.
    /// Rows and columns stay apart, whatever is broken between them.
    /// - Throws: when this machine's C library cannot convert it.
    func characters(_ bytes: ArraySlice<UInt8>) throws(ImportFault) -> [Unicode.Scalar?] {
        let handle = iconv_open("UTF-32LE", converter)
        guard handle != iconv_t(bitPattern: -1) else {
            throw ImportFault(
                problem: "the C library of this machine cannot read \(rawValue)",
                remedy: "Install its converters (Debian: libc6; Fedora: glibc-gconv-extra), or save the file as “CSV UTF-8”.")
        }
        defer { iconv_close(handle) }
        var characters: [Unicode.Scalar?] = []
        characters.reserveCapacity(bytes.count)
        var rest = bytes
        while let first = rest.first {
            if Self.standsAlone(first) {
                characters.append(Unicode.Scalar(first))
                rest.removeFirst()
            } else {
                let piece = rest.prefix { !Self.standsAlone($0) }
                Self.convert(piece, handle, &characters)
                rest = rest[piece.endIndex...]
            }
        }
        return characters
    }

    /// Whether a byte is part of no other character in any of them, broken or not: line ends, quotes, blanks and most delimiters are
    /// such. (glibc's converters take a byte too many after some sequences that are none.)
    private static func standsAlone(_ byte: UInt8) -> Bool { byte < 0x30 || (0x3A..<0x40).contains(byte) }

    private static func convert(_ piece: ArraySlice<UInt8>, _ handle: iconv_t?, _ characters: inout [Unicode.Scalar?]) {
        var source = piece.map { CChar(bitPattern: $0) }
        // No character is shorter than a byte.
        var room = [UInt32](repeating: 0, count: source.count)
        source.withUnsafeMutableBufferPointer { source in
            room.withUnsafeMutableBytes { room in
                var (input, left) = (source.baseAddress, source.count)
                while left > 0 {
                    var output = room.baseAddress?.assumingMemoryBound(to: CChar.self)
                    var free = room.count
                    let isDone = iconv(handle, &input, &left, &output, &free) != -1
                    for unit in room.bindMemory(to: UInt32.self).prefix((room.count - free) / 4) {
                        characters.append(known(UInt32(littleEndian: unit)))
                    }
                    if isDone { break }
                    characters.append(nil)
                    if left > 0 { (input, left) = (input?.advanced(by: 1), left - 1) }
                }
            }
        }
    }

    /// Not what a converter has for a byte that means nothing, or for a character that somebody made.
    private static func known(_ value: UInt32) -> Unicode.Scalar? {
        guard let scalar = Unicode.Scalar(value), !(0x80...0x9F).contains(value) else { return nil }
        return scalar.properties.generalCategory == .privateUse ? nil : scalar
    }
}
