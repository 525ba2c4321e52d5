package import PosternCore

/// Recipients whose addresses are to be sealed again, to the newest address key and with their own secret. The answer is
/// `ResealedRecords`.
package struct RecordsToReseal: LinkPayload, Equatable, Sendable, Unprintable {
    /// A small frame: letters get in between.
    package static let most = 64
    package static let longestPart = 8_192

    /// As stored. The vault trusts none of it before it has checked its own authorisation.
    package let recipients: [Recipient]

    package init(_ recipients: [Recipient]) {
        self.recipients = recipients
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(UInt16(clamping: recipients.count))
        for recipient in recipients { writer.write(recipient) }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let count = try reader.number(UInt16.self)
        guard count <= Self.most else { throw .tooLong }
        var recipients: [Recipient] = []
        for _ in 0..<count { recipients.append(try reader.recipient()) }
        self.init(recipients)
    }
}

/// What became of one of them.
package enum ResealedRecord: LinkPayload, Equatable, Sendable {
    /// The same address and version under the newest key, with the authorisation that it has now.
    case resealed(SealedRecord)
    /// It is under the newest key already.
    case unchanged
    case refused(Reason)

    /// Why a record stays as it is.
    package enum Reason: UInt8, Sendable, CaseIterable {
        /// The record is not authorised by this vault.
        case notAuthorised = 1
        /// The vault remembers a newer one, or another person's.
        case outdated
        case erased
        /// The vault does not have the key that it is sealed to.
        case noKey
        /// Its owner's own secret is lost.
        case noOwnSecret
        /// It was changed, or is no seal of ours.
        case doesNotOpen
    }

    package static var longestPart: Int { 8_192 }

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .resealed(let record):
            writer.write(UInt8(0))
            writer.write(record)
        case .unchanged: writer.write(UInt8(255))
        case .refused(let reason): writer.write(reason.rawValue)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let kind = try reader.number(UInt8.self)
        switch kind {
        case 0: self = .resealed(try reader.record())
        case 255: self = .unchanged
        default:
            guard let reason = Reason(rawValue: kind) else { throw .badValue }
            self = .refused(reason)
        }
    }
}

/// The answer to `RecordsToReseal`, in the same order.
package struct ResealedRecords: LinkPayload, Equatable, Sendable {
    package static let longestPart = 8_192

    package let all: [ResealedRecord]

    package init(_ all: [ResealedRecord]) {
        self.all = all
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(all)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(try reader.list(atMost: RecordsToReseal.most))
    }
}

/// Address keys, by id, that nothing in the store is sealed to any more.
package struct KeyRetirement: LinkPayload, Equatable, Sendable {
    private static let most = 1_000

    package let ids: [String]

    package init(ids: [String]) {
        self.ids = ids
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(UInt16(clamping: ids.count))
        for id in ids { writer.write(id) }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let count = try reader.number(UInt16.self)
        guard count <= Self.most else { throw .tooLong }
        var ids: [String] = []
        for _ in 0..<count { ids.append(try reader.text()) }
        self.init(ids: ids)
    }
}
