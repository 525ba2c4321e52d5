/// What a limit counts by.
package enum LimitScope: UInt8, Sendable, CaseIterable {
    /// An IPv4 address or an IPv6 /64: what one subscriber has.
    case client = 1
    /// An IPv6 /56 and /48: what providers hand out to those who ask for more.
    case clientWide = 2
    case clientWidest = 3
    case recipient = 4
    /// One /24 or /48 with one recipient: no network may use up what a recipient takes.
    case recipientShare = 5
    /// A recipient over the limit still takes the first letter of networks that have sent none lately.
    case recipientReserve = 6
    /// A visitor's e-mail address.
    case sender = 7
    /// A letter's text.
    case text = 8
    case installationSoft = 9
    case installationHard = 10

    /// Whether the key is a digest under a key of the day, and another one tomorrow.
    package var changesDaily: Bool {
        switch self {
        case .client, .clientWide, .clientWidest, .recipientShare, .sender, .text: true
        case .recipient, .recipientReserve, .installationSoft, .installationHard: false
        }
    }
}

/// Whom a limit counts: a scope with sixteen bytes that name one of them, never an address.
package struct LimitKey: Hashable, Sendable {
    package let scope: LimitScope
    package let high: UInt64
    package let low: UInt64

    package init(_ scope: LimitScope, high: UInt64, low: UInt64) {
        (self.scope, self.high, self.low) = (scope, high, low)
    }

    package static func recipient(_ id: RecipientID) -> LimitKey { LimitKey(.recipient, high: id.high, low: id.low) }
    package static func recipientReserve(_ id: RecipientID) -> LimitKey {
        LimitKey(.recipientReserve, high: id.high, low: id.low)
    }
    package static let installationSoft = LimitKey(.installationSoft, high: 0, low: 0)
    package static let installationHard = LimitKey(.installationHard, high: 0, low: 0)
}

/// A key of today with the one that the same client, sender or text will have tomorrow: so a count goes on over midnight,
/// and over a restart after it, although tomorrow's digests cannot be matched with today's.
package struct DatedLimitKey: Hashable, Sendable {
    package let today: LimitKey
    /// The same as `today` for what does not change daily; nil while the keys of tomorrow are not known.
    package let tomorrow: LimitKey?

    package init(today: LimitKey, tomorrow: LimitKey?) {
        (self.today, self.tomorrow) = (today, tomorrow)
    }

    package init(lasting key: LimitKey) {
        (today, tomorrow) = (key, key)
    }
}

/// What one accepted letter was counted under: kept with it, so that a restarted relay counts on from there.
package struct LimitMark: Hashable, Sendable {
    /// Whose keys of the day these are.
    package let epoch: Epoch
    package let keys: [DatedLimitKey]

    package init(epoch: Epoch, keys: [DatedLimitKey]) {
        (self.epoch, self.keys) = (epoch, keys)
    }
}
