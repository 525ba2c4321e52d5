/// A line that is no record because its quotes do not fit, as it stands in the file.
struct BrokenRow {
    let raw: String
    let delimiter: Delimiter

    private static let quote = UInt8(ascii: "\"")

    /// What its cells seem to be. Of the ways to read it, the first that gives as many as there are columns.
    func cells(_ width: Int) -> [String] {
        let bytes = Array(raw.utf8)
        let ways =
            [{ closed(bytes, $0, skipping: false) }, { closed(bytes, $0, skipping: true) }, { _ in nil }] as [(Int) -> Int?]
        let readings = ways.map { cells(bytes, $0) }
        return readings.first { $0.count == width } ?? readings[0]
    }

    private func cells(_ bytes: [UInt8], _ closed: (Int) -> Int?) -> [String] {
        var (cells, start) = ([String](), 0)
        // What belongs to no row of people is not read whole.
        while cells.count < 200 {
            let end = closed(start) ?? bytes[start...].firstIndex(of: delimiter.byte) ?? bytes.endIndex
            cells.append(Self.content(String(String(decoding: bytes[start..<end], as: UTF8.self).prefix(1_000))))
            guard end < bytes.endIndex else { break }
            start = end + 1
        }
        return cells
    }

    /// Where a field ends that begins with a quote: after a quote, and before a delimiter or the line's end.
    /// - Parameter skipping: a quote that is written twice is part of the field.
    private func closed(_ bytes: [UInt8], _ start: Int, skipping: Bool) -> Int? {
        func afterBlanks(_ index: Int) -> Int {
            bytes[index...].firstIndex { $0 == delimiter.byte || $0 != UInt8(ascii: " ") && $0 != 0x09 } ?? bytes.endIndex
        }
        var index = afterBlanks(start)
        guard index < bytes.endIndex, bytes[index] == Self.quote else { return nil }
        index += 1
        while index < bytes.endIndex {
            if bytes[index] == Self.quote {
                let isTwice = index + 1 < bytes.endIndex && bytes[index + 1] == Self.quote
                let end = afterBlanks(index + 1)
                if !(skipping && isTwice), end == bytes.endIndex || bytes[end] == delimiter.byte { return end }
                if skipping, isTwice { index += 1 }
            }
            index += 1
        }
        return nil
    }

    private static func content(_ cell: String) -> String {
        let text = cell.trimmed
        guard text.utf8.count > 1, text.first == "\"", text.last == "\"" else { return cell }
        return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }

    /// Without what a rejects file said of it, in its last column.
    var withoutProblem: BrokenRow {
        let begin = ["\"line ", "line "].flatMap { raw.ranges(of: delimiter.text + $0) }
            .filter { raw[$0.upperBound...].first?.isNumber == true }.map(\.lowerBound).max()
        return BrokenRow(raw: begin.map { String(raw[..<$0]) } ?? raw, delimiter: delimiter)
    }

    /// With another cell after its last column. The cell is in quotes, so that a quote that is open ends before it with a fault of this
    /// line, and takes no other line along.
    func line(_ cell: String, after width: Int) -> String {
        var (kept, count) = (raw, cells(width).count)
        // Empty columns after the last one.
        while count > width, kept.hasSuffix(delimiter.text) {
            kept.removeLast()
            count -= 1
        }
        let missing = max(0, width - count)
        return kept + String(repeating: delimiter.text, count: missing + 1) + "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
