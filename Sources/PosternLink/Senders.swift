package import PosternCore

/// A request for the digests by which the sender of a letter can be blocked. Answered with `SenderNames`.
package struct SenderRequest: LinkPayload, Equatable, Sendable, Unprintable {
    /// A letter that began a conversation, or a report. Nothing else has its sender's address in it.
    package let item: RevealItem
    package let seal: [UInt8]

    package static let longestPart = ReportSeal.longestPart

    package init(item: RevealItem, seal: [UInt8]) {
        self.item = item
        self.seal = seal
    }

    package func write(to writer: inout ByteWriter) {
        item.write(to: &writer)
        writer.write(seal)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(item: try RevealItem(from: &reader), seal: try reader.part())
    }
}

/// The same request of an operator, who knows the address. Only the operator socket takes it: the relay does not learn the address.
package struct AddressRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let address: EmailAddress

    package init(address: EmailAddress) { self.address = address }

    package func write(to writer: inout ByteWriter) { writer.write(address.text) }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        address = try reader.value { try? EmailAddress($0) }
    }
}

/// The digests of one sender's address, under the current key first.
package struct SenderNames: LinkPayload, Equatable, Sendable {
    package let all: [SenderDigest]

    package init(all: [SenderDigest]) { self.all = all }

    package func write(to writer: inout ByteWriter) {
        writer.write(UInt8(clamping: all.count))
        for digest in all.prefix(Int(UInt8.max)) { writer.writeRaw(digest.bytes) }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        var all: [SenderDigest] = []
        for _ in 0..<(try reader.number(UInt8.self)) {
            guard let digest = SenderDigest(bytes: Array(try reader.raw(SenderDigest.length))) else { throw .badValue }
            all.append(digest)
        }
        self.all = all
    }
}
