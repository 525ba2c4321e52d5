import Foundation

/// One thing that a program did to a file, as `powercut.c` recorded it.
enum DiskRecord: Equatable {
    case made(path: String, inode: UInt64, isFolder: Bool, mode: Int)
    case wrote(inode: UInt64, offset: Int, octets: ArraySlice<UInt8>)
    case resized(inode: UInt64, size: Int)
    case modeSet(inode: UInt64, mode: Int)
    case synced(inode: UInt64)
    case syncFailed(inode: UInt64)
    case renamed(from: String, to: String)
    case linked(path: String, inode: UInt64)
    case unlinked(path: String)

    /// Reads the record. A last entry that was cut short by SIGKILL has not happened.
    /// - Throws: `Failure` for a malformed record, and for writes that the layer cannot follow.
    static func all(in list: [UInt8]) throws -> [DiskRecord] {
        var records: [DiskRecord] = []
        var rest = list[...]
        while let record = try next(of: &rest) { records.append(record) }
        return records
    }

    private static let headLength = 32

    private static func next(of rest: inout ArraySlice<UInt8>) throws -> DiskRecord? {
        guard rest.count >= headLength else { return nil }
        let start = rest.startIndex
        func number(_ offset: Int, _ length: Int) -> UInt64 {
            (0..<length).reduce(0) { $0 | UInt64(rest[start + offset + $1]) << UInt64(8 * $1) }
        }
        guard number(0, 4) == 0x5043_5554 else { throw Failure("the list of the power-cut layer is damaged") }
        let lengths = (path: Int(number(6, 2)), other: Int(number(8, 2)), data: Int(number(12, 4)))
        let whole = headLength + lengths.path + lengths.other + lengths.data
        guard rest.count >= whole else { return nil }
        let (what, isFolder, mode) = (rest[start + 4], rest[start + 5] != 0, Int(number(10, 2)))
        let (inode, offset) = (number(16, 8), Int(truncatingIfNeeded: number(24, 8)))
        let pathStart = start + headLength
        let path = String(decoding: rest[pathStart..<pathStart + lengths.path], as: UTF8.self)
        let otherEnd = pathStart + lengths.path + lengths.other
        let other = String(decoding: rest[pathStart + lengths.path..<otherEnd], as: UTF8.self)
        let data = rest[otherEnd..<start + whole]
        rest = rest[(start + whole)...]
        switch UnicodeScalar(what) {
        case "C": return .made(path: path, inode: inode, isFolder: isFolder, mode: mode)
        case "W": return .wrote(inode: inode, offset: offset, octets: data)
        case "T": return .resized(inode: inode, size: offset)
        case "M": return .modeSet(inode: inode, mode: mode)
        case "S": return .synced(inode: inode)
        case "E": return .syncFailed(inode: inode)
        case "R": return .renamed(from: path, to: other)
        case "L": return .linked(path: path, inode: inode)
        case "U": return .unlinked(path: path)
        case "!": throw Failure("a file is written through a mapping, which the power-cut layer cannot follow")
        default: throw Failure("the list of the power-cut layer holds an unknown record, \(what)")
        }
    }
}
