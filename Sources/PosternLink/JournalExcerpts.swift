package import PosternCore

/// A request for one page of the journal. The answer is a `JournalExcerpt`.
package struct JournalExcerptRequest: LinkPayload, Equatable, Sendable {
    /// The number of the last entry on the previous page; nil for the page with the newest entries.
    package let before: Int?

    package init(before: Int?) { self.before = before }

    package func write(to writer: inout ByteWriter) {
        writer.write(before != nil)
        if let before { writer.write(Int64(before)) }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        before = try reader.flag() ? try reader.count() : nil
    }
}

extension JournalExcerpt: LinkPayload {
    private static let mostFindings = 64

    package func write(to writer: inout ByteWriter) {
        writer.write(standing.name)
        writer.write(Int64(standing.size))
        writer.write(standing.root)
        writer.write(UInt16(clamping: min(standing.findings.count, Self.mostFindings)))
        for finding in standing.findings.prefix(Self.mostFindings) { writer.write(finding) }
        writer.write(standing.agreesSince != nil)
        if let size = standing.agreesSince { writer.write(Int64(size)) }
        writer.write(standing.checked.milliseconds)
        writer.write(UInt16(clamping: min(lines.count, Self.length)))
        for line in lines.prefix(Self.length) {
            writer.write(Int64(line.number))
            writer.write(line.at != nil)
            if let at = line.at { writer.write(at.milliseconds) }
            writer.write(line.by)
            writer.write(line.did)
            switch line.about {
            case .nothing: writer.write(1 as UInt8)
            case .known(let text):
                writer.write(2 as UInt8)
                writer.write(text)
            case .erased: writer.write(3 as UInt8)
            }
        }
    }

    package static var longestPart: Int { 16 * 1_024 }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let (name, size, root) = (try reader.optionalText(), try reader.count(), try reader.text())
        let findingCount = try reader.number(UInt16.self)
        guard findingCount <= Self.mostFindings else { throw .tooLong }
        var findings: [String] = []
        for _ in 0..<findingCount { findings.append(try reader.text()) }
        let standing = Standing(
            name: name, size: size, root: root, findings: findings, agreesSince: try reader.flag() ? try reader.count() : nil,
            checked: try reader.moment())
        let lineCount = try reader.number(UInt16.self)
        guard lineCount <= Self.length else { throw .tooLong }
        var lines: [Line] = []
        for _ in 0..<lineCount { lines.append(try reader.journalLine()) }
        self.init(standing: standing, lines: lines)
    }
}

extension ByteReader {
    fileprivate mutating func count() throws(ByteFault) -> Int {
        let number = try number(Int64.self)
        guard number >= 0 else { throw .badValue }
        return Int(number)
    }

    fileprivate mutating func journalLine() throws(ByteFault) -> JournalExcerpt.Line {
        let (number, at) = (try count(), try flag() ? try moment() : nil)
        let (by, did) = (try text(), try text())
        let about: JournalExcerpt.Line.About
        switch try self.number(UInt8.self) {
        case 1: about = .nothing
        case 2: about = .known(try text())
        case 3: about = .erased
        default: throw .badValue
        }
        return JournalExcerpt.Line(number: number, at: at, by: by, did: did, about: about)
    }
}
