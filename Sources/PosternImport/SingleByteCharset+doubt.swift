internal import PosternCore

extension SingleByteCharset {
    /// In what a DOS program of the same part of the world wrote.
    private var ofDOS: SingleByteCharset? {
        switch self {
        case .windows1252, .latin9: .dos850
        case .windows1250, .latin2: .dos852
        case .windows1251: .dos866
        case .windows1253: .dos737
        case .windows1254: .dos857
        case .windows1257: .dos775
        default: nil
        }
    }

    /// That a file may have been written by a DOS program: it has signs in the midst of words where those have letters, as in `J„ger`.
    /// Nil when nothing hints at it. Does not repeat the word, which may be an address.
    func doubt(_ bytes: ArraySlice<UInt8>) -> (line: Int, likely: SingleByteCharset)? {
        guard let likely = ofDOS, let index = signInWord(bytes) else { return nil }
        return (bytes[..<index].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }, likely)
    }

    private func signInWord(_ bytes: ArraySlice<UInt8>) -> Int? {
        let upper = upperHalf
        func isLetter(_ index: Int) -> Bool {
            guard bytes.indices.contains(index) else { return false }
            let byte = bytes[index]
            return byte < 0x80 ? byte.isASCIILetter : upper[Int(byte - 0x80)].properties.isAlphabetic
        }
        return bytes.indices.first { index in
            // Above 0xAF, code pages of DOS have frames or the letters that Windows has.
            guard (0x80...0xAF).contains(bytes[index]), !isLetter(index) else { return false }
            switch upper[Int(bytes[index] - 0x80)] {
            case "’", "‘", "–", "—", "…", "·", "\u{A0}", "\u{AD}": return false
            // No character at all, or a quotation mark that only opens.
            case "?", "‚", "„": return isLetter(index - 1) || isLetter(index + 1) && upper[Int(bytes[index] - 0x80)] == "?"
            default: return isLetter(index - 1) && isLetter(index + 1)
            }
        }
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}
