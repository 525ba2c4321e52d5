package import PosternCore

/// What the vault tells the relay: everything it needs to seal, and the tag keys.
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

    /// A secret of one day: of its tags, or of what recipients see of its letters.
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

    /// The current address key, and the letter and evidence keys of today and tomorrow.
    package let keys: [Key]
    /// Of today and tomorrow.
    package let tagKeys: [DayKey]
    /// Of today and tomorrow: what the keys follow from with which recipients see what came for them.
    package let ledgerKeys: [DayKey]
    /// How many letters may be under way at once.
    package let lanes: Int
    /// Connections that the vault cut off because of what they sent, since its start. The relay shows it among its metrics: the
    /// vault has no page of its own.
    package let malformedFrames: Int
    /// Letters that had to wait because more was asked for than the vault lets out, since its start.
    package let overBudget: Int
    /// Whether the vault believes its clock enough to destroy keys by it.
    package let isClockTrusted: Bool
    /// What its clock showed when it said so; nil where it did not say.
    package let clock: Timestamp?
    /// Whether the vault still takes over what an earlier version of the program authorised: see `AdoptionRequest`.
    package let isAdopting: Bool

    package init(
        keys: [Key], tagKeys: [DayKey], ledgerKeys: [DayKey] = [], lanes: Int, malformedFrames: Int = 0, overBudget: Int = 0,
        isClockTrusted: Bool = true, clock: Timestamp? = nil, isAdopting: Bool = false
    ) {
        self.keys = keys
        self.tagKeys = tagKeys
        self.ledgerKeys = ledgerKeys
        self.lanes = lanes
        self.malformedFrames = malformedFrames
        self.overBudget = overBudget
        self.isClockTrusted = isClockTrusted
        self.clock = clock
        self.isAdopting = isAdopting
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(UInt16(clamping: lanes))
        writer.write(UInt32(clamping: malformedFrames))
        writer.write(UInt32(clamping: overBudget))
        writer.write(isClockTrusted)
        writer.write(clock?.milliseconds ?? 0)
        writer.write(isAdopting)
        writer.write(keys)
        writer.write(tagKeys)
        writer.write(ledgerKeys)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        lanes = Int(try reader.number(UInt16.self))
        malformedFrames = Int(try reader.number(UInt32.self))
        overBudget = Int(try reader.number(UInt32.self))
        isClockTrusted = try reader.flag()
        clock = try reader.optionalMoment()
        isAdopting = try reader.flag()
        keys = try reader.list()
        tagKeys = try reader.list()
        ledgerKeys = try reader.list()
    }
}
