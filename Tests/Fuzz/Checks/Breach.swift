/// A parser let something through that it promises to keep out.
struct Breach: Error, CustomStringConvertible {
    let description: String
}

/// - Parameter claim: what should have held, as a sentence.
func hold(_ holds: Bool, _ claim: @autoclosure () -> String) throws(Breach) {
    guard holds else { throw Breach(description: claim()) }
}

extension [UInt8] {
    /// As text, with what cannot be read replaced.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The first byte, to choose by, and the rest. An empty input chooses 0.
    var choiceAndRest: (choice: UInt8, rest: [UInt8]) { (first ?? 0, Array(dropFirst())) }

    /// Split at every LF, which is removed.
    var lines: [[UInt8]] { split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) } }
}

extension String {
    /// `==` treats é and é as equal; what was sealed, signed or stored must be the same bytes.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension Unicode.Scalar {
    /// A control character or a line separator: it can begin a new header, or move a terminal's cursor.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029 }

    /// It reorders the text around it.
    var isBidirectionalControl: Bool { (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value) }
}
