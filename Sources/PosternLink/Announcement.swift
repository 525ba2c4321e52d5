package import PosternCore

/// What the vault tells the relay: everything it needs to seal, and the tag keys.
package struct Announcement: Equatable, Sendable {
    /// The public half of a key. Purpose and suite are numbers of PosternSealing, which this module does not know.
    package struct Key: Equatable, Sendable {
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
    }

    package struct TagKey: Equatable, Sendable, Unprintable {
        package let epoch: Epoch
        /// 32 bytes for HMAC-SHA-256.
        package let secret: [UInt8]

        package init(epoch: Epoch, secret: [UInt8]) {
            self.epoch = epoch
            self.secret = secret
        }
    }

    /// The current address key, and the letter and evidence keys of today and tomorrow.
    package let keys: [Key]
    /// Of today and tomorrow.
    package let tagKeys: [TagKey]
    /// How many letters may be under way at once.
    package let lanes: Int
    /// Connections that the vault cut off because of what they sent, since its start. The relay shows it among its metrics: the
    /// vault has no page of its own.
    package let malformedFrames: Int
    /// Whether the vault still takes over what an earlier version of the program authorised: see `AdoptionRequest`.
    package let isAdopting: Bool

    package init(keys: [Key], tagKeys: [TagKey], lanes: Int, malformedFrames: Int = 0, isAdopting: Bool = false) {
        self.keys = keys
        self.tagKeys = tagKeys
        self.lanes = lanes
        self.malformedFrames = malformedFrames
        self.isAdopting = isAdopting
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: lanes))
        writer.write(UInt32(clamping: malformedFrames))
        writer.write(isAdopting)
        writer.write(UInt16(clamping: keys.count))
        for key in keys {
            writer.write(key.purpose)
            writer.write(key.suite)
            writer.write(key.epoch != nil)
            writer.write(key.epoch?.day ?? 0)
            writer.write(key.publicHalf)
        }
        writer.write(UInt16(clamping: tagKeys.count))
        for key in tagKeys {
            writer.write(key.epoch.day)
            writer.write(key.secret)
        }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 4_096)
        lanes = Int(try reader.number(UInt16.self))
        malformedFrames = Int(try reader.number(UInt32.self))
        isAdopting = try reader.flag()
        var keys: [Key] = []
        for _ in 0..<(try reader.number(UInt16.self)) {
            let (purpose, suite, hasEpoch) = (try reader.number(UInt8.self), try reader.number(UInt8.self), try reader.flag())
            let epoch = Epoch(day: try reader.number())
            keys.append(Key(purpose: purpose, suite: suite, epoch: hasEpoch ? epoch : nil, publicHalf: try reader.part()))
        }
        var tagKeys: [TagKey] = []
        for _ in 0..<(try reader.number(UInt16.self)) {
            tagKeys.append(TagKey(epoch: Epoch(day: try reader.number()), secret: try reader.part()))
        }
        self.keys = keys
        self.tagKeys = tagKeys
        try reader.end()
    }
}
