package import PosternCore

/// An operation that an operator's command has carried out without the vault, for the vault's journal.
package enum OperatorDeed: LinkPayload, Equatable, Sendable {
    /// The long-term keys with these ids were saved in a folder.
    case keysExported([String])
    /// Saved keys were restored; `hasMemory` says whether the vault's memory was restored with them.
    case keysImported(added: Int, hasMemory: Bool)
    case tokenRevoked(SiteTokenID)

    /// More keys than any installation has.
    private static let mostKeys = 1_000

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .keysExported(let ids):
            writer.write(UInt8(1))
            writer.write(UInt16(clamping: ids.count))
            for id in ids.prefix(Int(UInt16.max)) { writer.write(id) }
        case .keysImported(let added, let hasMemory):
            writer.write(UInt8(2))
            writer.write(UInt32(clamping: added))
            writer.write(hasMemory)
        case .tokenRevoked(let id):
            writer.write(UInt8(3))
            writer.write(id)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1:
            let count = Int(try reader.number(UInt16.self))
            guard count <= Self.mostKeys else { throw .tooLong }
            var ids: [String] = []
            for _ in 0..<count { ids.append(try reader.text()) }
            self = .keysExported(ids)
        case 2: self = .keysImported(added: Int(try reader.number(UInt32.self)), hasMemory: try reader.flag())
        case 3: self = .tokenRevoked(try reader.identifier())
        default: throw .badValue
        }
    }
}
