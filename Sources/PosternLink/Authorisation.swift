package import PosternCore

/// Proof that a mailbox was reached, with the record it is about.
package struct ConfirmationRequest: Equatable, Sendable, Unprintable {
    package let site: SiteID
    package let handle: Handle
    package let recipient: RecipientID
    package let record: SealedRecord
    /// From the link that only the vault can have mailed.
    package let token: String

    package init(site: SiteID, handle: Handle, recipient: RecipientID, record: SealedRecord, token: String) {
        self.site = site
        self.handle = handle
        self.recipient = recipient
        self.record = record
        self.token = token
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(site.text)
        writer.write(handle.text)
        writer.write(recipient)
        writer.write(record)
        writer.write(token)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        self.init(
            site: try reader.siteID(), handle: try reader.handle(), recipient: try reader.identifier(),
            record: try reader.record(),
            token: try reader.text())
        try reader.end()
    }
}

/// Addresses that the operator wants sealed. They go over the operator socket, never through the relay.
package struct EnrolRequest: Equatable, Sendable {
    package struct Entry: Equatable, Sendable, Unprintable {
        package let site: SiteID
        package let handle: Handle
        package let recipient: RecipientID
        package let version: Int32
        package let address: EmailAddress

        package init(site: SiteID, handle: Handle, recipient: RecipientID, version: Int32, address: EmailAddress) {
            self.site = site
            self.handle = handle
            self.recipient = recipient
            self.version = version
            self.address = address
        }
    }

    /// As many as fit into one frame with their seals in base64, with room to spare.
    package static let most = 250

    package let entries: [Entry]
    /// Whether the operator vouches for the addresses. If not, each is asked by mail first.
    package let confirmed: Bool

    package init(entries: [Entry], confirmed: Bool) {
        self.entries = entries
        self.confirmed = confirmed
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(confirmed)
        writer.write(UInt16(clamping: entries.count))
        for entry in entries {
            writer.write(entry.site.text)
            writer.write(entry.handle.text)
            writer.write(entry.recipient)
            writer.write(entry.version)
            writer.write(entry.address.text)
        }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 4_096)
        confirmed = try reader.flag()
        var entries: [Entry] = []
        let count = try reader.number(UInt16.self)
        guard count <= Self.most else { throw .tooLong }
        for _ in 0..<count {
            entries.append(
                Entry(
                    site: try reader.siteID(), handle: try reader.handle(), recipient: try reader.identifier(),
                    version: try reader.number(), address: try reader.value { try? EmailAddress($0) }))
        }
        self.entries = entries
        try reader.end()
    }
}

/// Sealed records, in the order in which they were asked for.
package struct SealedRecords: Equatable, Sendable {
    package let all: [SealedRecord]

    package init(all: [SealedRecord]) {
        self.all = all
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: all.count))
        for record in all { writer.write(record) }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        var all: [SealedRecord] = []
        for _ in 0..<(try reader.number(UInt16.self)) { all.append(try reader.record()) }
        self.all = all
        try reader.end()
    }
}
