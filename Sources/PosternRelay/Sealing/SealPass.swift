package import PosternCore
private import PosternLink
package import PosternSealing
package import PosternStore

/// One way through all recipients in the order of their ids, to those whose addresses are not sealed to the newest key in today's form.
/// Where it has come to is remembered nowhere: what is left shows in the rows.
package struct SealPass: Sendable {
    package let key: KeyID
    /// How a seal begins with which nothing is to be done.
    private let head: [UInt8]
    /// Everybody up to this one was looked at.
    package private(set) var last: RecipientID?
    package private(set) var standing: SealStanding
    /// Whether a record changed before its new seal was written, and may still have its former one.
    package private(set) var isToRepeat = false
    private var refused: [RecipientID: SealStanding.Refused] = [:]

    package init(to key: SealingKey) {
        self.key = key.id
        head = Seal.head(ofAddressesTo: key)
        standing = SealStanding(key: key.id.description, isUnderWay: true)
    }

    /// Those of a page that are to be sealed again, as many at a time as one request takes.
    package func batches(in page: [Recipients.SealHead]) -> [[RecipientID]] {
        let stale = page.filter { $0.head != nil && $0.head != head }.map(\.recipient)
        return stride(from: 0, to: stale.count, by: RecordsToReseal.most).map {
            Array(stale[$0..<min($0 + RecordsToReseal.most, stale.count)])
        }
    }

    /// A page that failed in between is looked at once more: anyone who was refused there counts once.
    package mutating func note(resealed: Int, refused news: [RecipientID: SealStanding.Refused]) {
        refused.merge(news) { $1 }
        standing.resealed += resealed
        standing.refused = refused.count
        standing.some = refused.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
            .prefix(SealStanding.named).map(\.value)
    }

    package mutating func noteMissed() { isToRepeat = true }

    package mutating func move(to last: RecipientID) { self.last = last }

    package mutating func end() { standing.isUnderWay = false }
}

/// How far the relay has come with sealing addresses again, since it began its last look at all of them.
package struct SealStanding: Codable, Equatable, Sendable {
    package struct Refused: Codable, Equatable, Sendable {
        /// `site/handle`, or the id of a row that cannot be read.
        package let recipient: String
        package let why: String

        package init(recipient: String, why: String) {
            self.recipient = recipient
            self.why = why
        }
    }

    /// How many are named.
    package static let named = 100

    /// Id of the newest address key.
    package var key: String
    package var isUnderWay: Bool
    package var resealed = 0
    /// Records that stay as they are, since the vault would not have them, or the row cannot be read.
    package var refused = 0
    /// The first of them.
    package var some: [Refused] = []

    package init(key: String, isUnderWay: Bool) {
        self.key = key
        self.isUnderWay = isUnderWay
    }
}
