package import PosternCore
private import PosternSealing

/// Which keys there are, and whether each pair is one: a text of our own is sealed with its public half and opened with its
/// private one. What `postern doctor` asks for; nothing of a key is in it.
package struct KeyProofs: Sendable {
    package struct Key: Hashable, Sendable {
        /// As in file names: `address`, `letter`, `tag`, ….
        package let kind: String
        package let id: String
        package let epoch: Epoch?
        /// Whether what was sealed with its public half opened with its private one; nil for a key that is not a pair.
        package let fits: Bool?

        package init(kind: String, id: String, epoch: Epoch?, fits: Bool?) {
            self.kind = kind
            self.id = id
            self.epoch = epoch
            self.fits = fits
        }
    }

    package let keys: [Key]

    /// Of the keys a vault works with.
    package init(ring: KeyRing) {
        let opener = SealOpener(ring: ring)
        keys = ring.all.map { held in
            Key(
                kind: held.key.kind.name, id: held.key.id.description, epoch: held.key.epoch,
                fits: held.key.sealing.map { Self.isPair($0, opener) })
        }.sorted { ($0.kind, $0.epoch?.day ?? 0, $0.id) < ($1.kind, $1.epoch?.day ?? 0, $1.id) }
    }

    /// Of the keys in a folder, changing nothing there.
    /// - Returns: what was wrong with other files, too.
    /// - Throws: when the folder cannot be read.
    package static func look(at folder: KeyFolder) throws(FileFault) -> (proofs: KeyProofs, faults: [KeyFault]) {
        let (held, faults) = try folder.look()
        return (KeyProofs(ring: KeyRing(holding: held, of: folder)), faults)
    }

    private init(keys: [Key]) {
        self.keys = keys
    }

    private static func isPair(_ key: SealingKey, _ opener: SealOpener) -> Bool {
        guard let site = try? SiteID("doctor"), let address = try? EmailAddress("doctor@postern.invalid") else { return false }
        var randomness = SystemRandomNumberGenerator()
        // Nothing is stored under these ids: any moment does.
        let moment = Timestamp(seconds: 0)
        let recipient = RecipientID(at: moment, using: &randomness)
        let record = LetterID(at: moment, using: &randomness)
        do {
            switch key.purpose {
            case .address:
                let context = SealContext.address(of: recipient, at: site, version: 1)
                return try opener.address(in: key.seal(address, in: context), context: context) == address
            case .letter, .evidence:
                let context: SealContext =
                    key.purpose == .letter ? .letter(record, to: recipient, at: site) : .evidence(of: record, at: site)
                let text = Array(address.text.utf8)
                let seal = try SealingSession(to: key, at: moment).seal(text, in: context)
                return try opener.record(in: seal, context: context) == text
            }
        } catch {
            return false
        }
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: keys.count))
        for key in keys {
            writer.write(key.kind)
            writer.write(key.id)
            writer.write(key.epoch?.description)
            writer.write(key.fits.map { $0 ? "yes" : "no" })
        }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 256)
        var keys: [Key] = []
        for _ in 0..<(try reader.number(UInt16.self)) {
            keys.append(
                Key(
                    kind: try reader.text(), id: try reader.text(), epoch: try reader.optionalText().flatMap { Epoch($0) },
                    fits: try reader.optionalText().map { $0 == "yes" }))
        }
        try reader.end()
        self.init(keys: keys)
    }
}
