package import PosternCore

/// What a limit counts by. The raw value is stored.
package enum LimitScope: UInt8, Sendable, CaseIterable {
    /// An IPv4 address or an IPv6 /64: what one subscriber has.
    case client = 1
    /// An IPv6 /56 and /48: what providers hand out to subscribers who ask for more.
    case clientWide = 2
    case clientWidest = 3
    case recipient = 4
    /// One /24 or /48 writing to one recipient: no network may use up what a recipient takes.
    case recipientShare = 5
    /// A recipient over the limit still takes the first letter from networks that have sent none lately.
    case recipientReserve = 6
    /// A visitor's e-mail address, written by one network: nobody can use up another's address.
    case sender = 7
    /// A letter's text.
    case text = 8
    case installationSoft = 9
    case installationHard = 10
    /// One /16 or /32 writing to one recipient.
    case recipientShareWide = 11
    /// The same three of an installation's first limit, and of its second.
    case softShare = 12
    case softShareWide = 13
    case softReserve = 14
    case hardShare = 15
    case hardShareWide = 16
    case hardReserve = 17
    /// What one /24 or /48, and one /16 or /32, may send when there is no place left in the second limit. It is held.
    case overloadShare = 18
    case overloadShareWide = 19
    /// One letter a day from a /24 or /48 whose neighbours have used up what their /16 or /32 may send, and how many of these
    /// there are for each /16 or /32.
    case overloadFirst = 20
    case overloadFirstWide = 21

    /// Whether the key is a digest under a key of the day, so that it is a different one tomorrow.
    package var changesDaily: Bool {
        switch self {
        case .recipient, .recipientReserve, .installationSoft, .softReserve, .installationHard, .hardReserve: false
        default: true
        }
    }
}

/// Who is counted: a scope and sixteen bytes that name one client, sender, text or recipient, never an address.
package struct LimitKey: Hashable, Sendable {
    package let scope: LimitScope
    package let high: UInt64
    package let low: UInt64

    package init(_ scope: LimitScope, high: UInt64, low: UInt64) {
        self.scope = scope
        self.high = high
        self.low = low
    }

    package static func recipient(_ id: RecipientID) -> LimitKey { LimitKey(.recipient, high: id.high, low: id.low) }
    package static func recipientReserve(_ id: RecipientID) -> LimitKey {
        LimitKey(.recipientReserve, high: id.high, low: id.low)
    }
    package static let installationSoft = LimitKey(.installationSoft, high: 0, low: 0)
    package static let installationHard = LimitKey(.installationHard, high: 0, low: 0)
    package static let softReserve = LimitKey(.softReserve, high: 0, low: 0)
    package static let hardReserve = LimitKey(.hardReserve, high: 0, low: 0)

    /// The key of the two together, under another scope. Both are digests, or ids that nobody can choose, so that no other pair
    /// gives the same key.
    package func joined(with high: UInt64, _ low: UInt64, as scope: LimitScope) -> LimitKey {
        LimitKey(scope, high: self.high ^ high, low: self.low ^ low)
    }
}

/// Today's key and the one that the same client, sender or text will have tomorrow. With both, a count goes on over midnight
/// and over a restart after midnight, although nobody can match tomorrow's digests with today's.
package struct DatedLimitKey: Hashable, Sendable {
    package let today: LimitKey
    /// The same as `today` for a scope that does not change daily; nil while tomorrow's keys are not known.
    package let tomorrow: LimitKey?

    package init(today: LimitKey, tomorrow: LimitKey?) {
        self.today = today
        self.tomorrow = tomorrow
    }

    package init(lasting key: LimitKey) {
        self.init(today: key, tomorrow: key)
    }

    /// The same digests, counted under another scope.
    package func counted(as scope: LimitScope) -> DatedLimitKey { joined(with: 0, 0, as: scope) }

    package func joined(with recipient: RecipientID, as scope: LimitScope) -> DatedLimitKey {
        joined(with: recipient.high, recipient.low, as: scope)
    }

    package func joined(with other: DatedLimitKey, as scope: LimitScope) -> DatedLimitKey {
        DatedLimitKey(
            today: today.joined(with: other.today.high, other.today.low, as: scope),
            tomorrow: tomorrow.flatMap { key in other.tomorrow.map { key.joined(with: $0.high, $0.low, as: scope) } })
    }

    private func joined(with high: UInt64, _ low: UInt64, as scope: LimitScope) -> DatedLimitKey {
        DatedLimitKey(today: today.joined(with: high, low, as: scope), tomorrow: tomorrow?.joined(with: high, low, as: scope))
    }
}

/// What one accepted letter was counted under. It is kept with the letter, so that a restarted relay counts on from there.
package struct LimitRecord: Hashable, Sendable {
    /// The day whose keys these are.
    package let epoch: Epoch
    package let keys: [DatedLimitKey]

    package init(epoch: Epoch, keys: [DatedLimitKey]) {
        self.epoch = epoch
        self.keys = keys
    }
}
