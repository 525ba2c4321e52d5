package import PosternCore

/// What the vault tells the relay: the public keys to seal with, the keys of tags, ledgers and senders, and its own state.
package struct Announcement: LinkPayload, Equatable, Sendable {
    /// The public half of a key. Purpose and suite are numbers of PosternSealing, which this module does not know.
    package struct Key: LinkPayload, Equatable, Sendable {
        package let purpose: UInt8
        package let suite: UInt8
        package let epoch: Epoch?
        package let publicHalf: [UInt8]

        package init(purpose: UInt8, suite: UInt8, epoch: Epoch?, publicHalf: [UInt8]) {
            self.purpose = purpose
            self.suite = suite
            self.epoch = epoch
            self.publicHalf = publicHalf
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(purpose)
            writer.write(suite)
            writer.write(epoch != nil)
            writer.write(epoch?.day ?? 0)
            writer.write(publicHalf)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            (purpose, suite) = (try reader.number(), try reader.number())
            let (hasEpoch, day) = (try reader.flag(), try reader.number(Int32.self))
            epoch = hasEpoch ? Epoch(day: day) : nil
            publicHalf = try reader.part()
        }
    }

    /// A secret key for one day: for client tags, or for the ledgers in which recipients see that day's letters.
    package struct DayKey: LinkPayload, Equatable, Sendable, Unprintable {
        package let epoch: Epoch
        /// 32 bytes for HMAC-SHA-256.
        package let secret: [UInt8]

        package init(epoch: Epoch, secret: [UInt8]) {
            self.epoch = epoch
            self.secret = secret
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(epoch.day)
            writer.write(secret)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(epoch: Epoch(day: try reader.number()), secret: try reader.part())
        }
    }

    /// A secret under which senders' addresses are compared with blocks. It lasts.
    package struct SenderKey: LinkPayload, Equatable, Sendable, Unprintable {
        /// 32 bytes for HMAC-SHA-256.
        package let secret: [UInt8]

        package init(secret: [UInt8]) { self.secret = secret }
        package func write(to writer: inout ByteWriter) { writer.write(secret) }
        package init(from reader: inout ByteReader) throws(ByteFault) { secret = try reader.part() }
    }

    /// The current address key, and the letter and evidence keys of today and tomorrow.
    package let keys: [Key]
    /// The secrets of today and tomorrow for client tags.
    package let tagKeys: [DayKey]
    /// The secrets of today and tomorrow from which the keys of recipients' ledgers are derived.
    package let ledgerKeys: [DayKey]
    /// The current one first.
    package let senderKeys: [SenderKey]
    /// How many letters the vault sends at once.
    package let lanes: Int
    /// How many connections the vault has closed since it started because they sent malformed data. The relay publishes it among
    /// its metrics, since the vault has no page of its own.
    package let malformedFrames: Int
    /// How many letters have been deferred since the vault started because a budget was used up.
    package let overBudget: Int
    /// Whether the vault trusts its clock enough to destroy keys that have expired.
    package let isClockTrusted: Bool
    /// The vault's time when it announced this; nil if it did not say.
    package let clock: Timestamp?
    /// Whether the vault still takes over what an earlier version of the program authorised: see `AdoptionRequest`.
    package let isAdopting: Bool
    /// Whether the second place of the own secrets is not as the vault's own file.
    package let isSecretsCopyBehind: Bool

    package init(
        keys: [Key], tagKeys: [DayKey], ledgerKeys: [DayKey] = [], senderKeys: [SenderKey] = [], lanes: Int,
        malformedFrames: Int = 0, overBudget: Int = 0, isClockTrusted: Bool = true, clock: Timestamp? = nil,
        isAdopting: Bool = false, isSecretsCopyBehind: Bool = false
    ) {
        self.keys = keys
        self.tagKeys = tagKeys
        self.ledgerKeys = ledgerKeys
        self.senderKeys = senderKeys
        self.lanes = lanes
        self.malformedFrames = malformedFrames
        self.overBudget = overBudget
        self.isClockTrusted = isClockTrusted
        self.clock = clock
        self.isAdopting = isAdopting
        self.isSecretsCopyBehind = isSecretsCopyBehind
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(UInt16(clamping: lanes))
        writer.write(UInt32(clamping: malformedFrames))
        writer.write(UInt32(clamping: overBudget))
        writer.write(isClockTrusted)
        writer.write(clock?.milliseconds ?? 0)
        writer.write(isAdopting)
        writer.write(isSecretsCopyBehind)
        writer.write(keys)
        writer.write(tagKeys)
        writer.write(ledgerKeys)
        writer.write(senderKeys)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        lanes = Int(try reader.number(UInt16.self))
        malformedFrames = Int(try reader.number(UInt32.self))
        overBudget = Int(try reader.number(UInt32.self))
        isClockTrusted = try reader.flag()
        clock = try reader.optionalMoment()
        isAdopting = try reader.flag()
        isSecretsCopyBehind = try reader.flag()
        keys = try reader.list()
        tagKeys = try reader.list()
        ledgerKeys = try reader.list()
        senderKeys = try reader.list()
    }
}
