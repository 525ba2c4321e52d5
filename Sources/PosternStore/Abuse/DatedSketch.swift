internal import PosternCore

/// Keyed digests of what a letter's text has in common with texts that are nearly the same: one for each band, under the key of the
/// letter's day and, where that was known, under the next day's. Digests of one key that are equal are of equal bands; nothing else can
/// be read from them.
package struct DatedSketch: Equatable, Sendable {
    package let today: [UInt32]
    package let tomorrow: [UInt32]?

    package init(today: [UInt32], tomorrow: [UInt32]?) {
        self.today = today
        self.tomorrow = tomorrow
    }

    /// Four bytes each, today's first.
    var stored: [UInt8] {
        var writer = ByteWriter(capacity: (today.count + (tomorrow?.count ?? 0)) * 4)
        for digest in today + (tomorrow ?? []) { writer.write(digest) }
        return writer.bytes
    }

    /// - Parameter bands: how many each of the two has.
    init?(stored: [UInt8], bands: Int) {
        guard bands > 0, stored.count == bands * 4 || stored.count == bands * 8 else { return nil }
        var reader = ByteReader(stored, limit: stored.count)
        var digests: [UInt32] = []
        do {
            while reader.remaining > 0 { digests.append(try reader.number()) }
        } catch {
            return nil
        }
        today = Array(digests.prefix(bands))
        tomorrow = digests.count > bands ? Array(digests.dropFirst(bands)) : nil
    }
}
