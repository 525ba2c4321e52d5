package import PosternCore

/// Proof that a mailbox was reached, with the record it is about.
package struct ConfirmationRequest: LinkPayload, Equatable, Sendable, Unprintable {
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

    package static var longestPart: Int { 8_192 }

    package func write(to writer: inout ByteWriter) {
        writer.write(site.text)
        writer.write(handle.text)
        writer.write(recipient)
        record.write(to: &writer)
        writer.write(token)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            site: try reader.siteID(), handle: try reader.handle(), recipient: try reader.identifier(),
            record: try SealedRecord(from: &reader), token: try reader.text())
    }
}

/// Addresses that the operator wants sealed. They go over the operator socket, never through the relay.
package struct EnrolRequest: LinkPayload, Equatable, Sendable {
    package struct Entry: LinkPayload, Equatable, Sendable, Unprintable {
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

        package func write(to writer: inout ByteWriter) {
            writer.write(site.text)
            writer.write(handle.text)
            writer.write(recipient)
            writer.write(version)
            writer.write(address.text)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(
                site: try reader.siteID(), handle: try reader.handle(), recipient: try reader.identifier(),
                version: try reader.number(), address: try reader.value { try? EmailAddress($0) })
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

    package func write(to writer: inout ByteWriter) {
        writer.write(confirmed)
        writer.write(entries)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        confirmed = try reader.flag()
        entries = try reader.list(atMost: Self.most)
    }
}

/// Sealed records, in the order in which they were asked for.
package struct SealedRecords: LinkPayload, Equatable, Sendable {
    package let all: [SealedRecord]

    package init(all: [SealedRecord]) {
        self.all = all
    }

    package static var longestPart: Int { 8_192 }

    package func write(to writer: inout ByteWriter) {
        writer.write(all)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        all = try reader.list()
    }
}
