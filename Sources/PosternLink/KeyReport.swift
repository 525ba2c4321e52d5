package import PosternCore

/// The keys that a vault holds, without any key material.
package struct KeyReport: LinkPayload, Equatable, Sendable {
    package struct Key: LinkPayload, Hashable, Sendable {
        /// The kind as it stands in file names: `address`, `letter`, `tag`, ….
        package let kind: String
        package let id: String
        /// Nil for symmetric keys.
        package let suite: String?
        /// The day that the key is for; nil for keys that are not per epoch.
        package let epoch: Epoch?
        /// Whether a text sealed with the public half opened with the private half. Nil for a key that is no pair, or if it was
        /// not tested.
        package let fits: Bool?
        /// When it was last exported to a folder outside the vault; nil if it never was.
        package let saved: Timestamp?
        /// Nil for keys of days, and for those of earlier versions of the program.
        package let made: Timestamp?
        /// An address key that nothing new is sealed to: it opens what was sealed before.
        package let isFormer: Bool

        package init(
            kind: String, id: String, suite: String?, epoch: Epoch?, fits: Bool?, saved: Timestamp? = nil, made: Timestamp? = nil,
            isFormer: Bool = false
        ) {
            self.kind = kind
            self.id = id
            self.suite = suite
            self.epoch = epoch
            self.fits = fits
            self.saved = saved
            self.made = made
            self.isFormer = isFormer
        }

        package func write(to writer: inout ByteWriter) {
            for text in [kind, id] { writer.write(text) }
            for text in [suite, epoch?.description, fits.map { $0 ? "yes" : "no" }] { writer.write(text) }
            writer.write(saved?.milliseconds ?? 0)
            writer.write(made?.milliseconds ?? 0)
            writer.write(isFormer)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(
                kind: try reader.text(), id: try reader.text(), suite: try reader.optionalText(),
                epoch: try reader.optionalText().flatMap { Epoch($0) }, fits: try reader.optionalText().map { $0 == "yes" },
                saved: try reader.optionalMoment(), made: try reader.optionalMoment(), isFormer: try reader.flag())
        }
    }

    /// Sorted by kind, then day, then id.
    package let keys: [Key]
    /// The second place of the own secrets; nil where there is none.
    package var secretsCopy: SecretsCopyReport?

    package init(_ keys: [Key], secretsCopy: SecretsCopyReport? = nil) {
        self.secretsCopy = secretsCopy
        self.keys = keys.sorted { ($0.kind, $0.epoch?.day ?? 0, $0.id) < ($1.kind, $1.epoch?.day ?? 0, $1.id) }
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(keys)
        writer.write([secretsCopy].compactMap { $0 })
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let keys: [Key] = try reader.list()
        let copies: [SecretsCopyReport] = try reader.list(atMost: 1)
        self.init(keys, secretsCopy: copies.first)
    }
}

/// The form in which `keys status --json` prints it.
extension KeyReport: Encodable {}

extension KeyReport.Key: Encodable {
    private enum CodingKeys: String, CodingKey {
        case kind, id, suite, epoch, fits, saved, made, former
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(suite, forKey: .suite)
        try container.encodeIfPresent(epoch?.description, forKey: .epoch)
        try container.encodeIfPresent(fits, forKey: .fits)
        try container.encodeIfPresent(saved?.rfc3339, forKey: .saved)
        try container.encodeIfPresent(made?.rfc3339, forKey: .made)
        if isFormer { try container.encode(true, forKey: .former) }
    }
}
