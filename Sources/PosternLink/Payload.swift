package import PosternCore

/// The payload of a request or of its answer.
package protocol LinkPayload {
    /// The longest single text or byte string that is read.
    static var longestPart: Int { get }

    func write(to writer: inout ByteWriter)
    /// - Throws: `ByteFault` when a field has a value that its type does not allow.
    init(from reader: inout ByteReader) throws(ByteFault)
}

extension LinkPayload {
    package static var longestPart: Int { 4_096 }

    package var payload: [UInt8] {
        // Enough for most letters, with the seal of their recipient's address.
        var writer = ByteWriter(capacity: 4_096)
        write(to: &writer)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: Self.longestPart)
        self = try Self(from: &reader)
        try reader.end()
    }
}

extension ByteWriter {
    mutating func write(_ list: [some LinkPayload]) {
        write(UInt16(clamping: list.count))
        for value in list { value.write(to: &self) }
    }
}

extension ByteReader {
    mutating func list<Value: LinkPayload>(atMost most: Int = .max) throws(ByteFault) -> [Value] {
        let count = try number(UInt16.self)
        guard count <= most else { throw .tooLong }
        var list: [Value] = []
        for _ in 0..<count { list.append(try Value(from: &self)) }
        return list
    }
}
