package import PosternCore
private import PosternSealing

/// Which keys there are, without anything of them: what `keys status` shows.
package struct KeyList: Codable, Sendable {
    package struct Entry: Codable, Sendable {
        package let kind: String
        package let id: String
        package let suite: String?
        /// The day it serves, as in `2026-11-24`.
        package let epoch: String?
    }

    package let keys: [Entry]

    package init(ring: KeyRing) {
        keys = ring.all.map { held in
            Entry(
                kind: held.key.kind.name, id: held.key.id.description,
                suite: held.key.sealing?.suite.name ?? (held.key.kind == .journal ? "ed25519" : nil),
                epoch: held.key.epoch?.description)
        }.sorted { ($0.kind, $0.epoch ?? "", $0.id) < ($1.kind, $1.epoch ?? "", $1.id) }
    }

    private init(keys: [Entry]) {
        self.keys = keys
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: keys.count))
        for key in keys {
            writer.write(key.kind)
            writer.write(key.id)
            writer.write(key.suite)
            writer.write(key.epoch)
        }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 256)
        var keys: [Entry] = []
        for _ in 0..<(try reader.number(UInt16.self)) {
            keys.append(
                Entry(
                    kind: try reader.text(), id: try reader.text(), suite: try reader.optionalText(),
                    epoch: try reader.optionalText()))
        }
        try reader.end()
        self.init(keys: keys)
    }
}
