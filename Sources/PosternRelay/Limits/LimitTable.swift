package import PosternCore
package import PosternStore

/// The configured limits as gates, one set for each scope.
package struct LimitTable: Hashable, Sendable {
    /// At the scope's raw value: every letter looks here about thirty times.
    private let gates: [RateGates]
    /// As configured: what clients are told.
    package let client: RateGates
    /// Whether no limit is on.
    package let isOff: Bool
    /// Whether any limit is on of which each network has a share.
    let asksForNetworks: Bool

    /// How much more than a single client its /56 and its /48 may send.
    package static let wideScale = 4
    package static let widestScale = 16
    /// One /24 or /48 may use one part in this many of what a recipient or the installation takes, and a /16 or /32 one in so
    /// many: enough for the provider that most of a site's visitors have.
    package static let shares = 5
    package static let wideShares = 2
    /// The shares of the installation's second limit once that is used up. They are small: this is what is taken beyond the limit
    /// from each network that floods the installation.
    package static let overloadShares = 200
    package static let overloadWideShares = 10
    /// How many networks of one /16 or /32 may have a letter a day when that is used up too: an IPv6 /32 has 65,536 of them, and
    /// each letter takes up to 80 KB of the disk that all share.
    package static let overloadFirsts = 500

    /// - Parameter global: over its first rate letters are held; over its second a network is refused that has had its share.
    package init(client: Limit, recipient: Limit, global: Limit, sender: Limit, text: Limit) {
        self.client = RateGates(client)
        let (soft, hard) = (global.only(0), global.only(1))
        let gates: [LimitScope: RateGates] = [
            .client: self.client,
            .clientWide: RateGates(client, scale: Self.wideScale),
            .clientWidest: RateGates(client, scale: Self.widestScale),
            .recipient: RateGates(recipient),
            .recipientShare: RateGates(recipient.share(of: Self.shares)),
            .recipientShareWide: RateGates(recipient.share(of: Self.wideShares)),
            .recipientReserve: RateGates(recipient),
            .sender: RateGates(sender),
            .text: RateGates(text),
            .installationSoft: RateGates(soft),
            .softShare: RateGates(soft.share(of: Self.shares)),
            .softShareWide: RateGates(soft.share(of: Self.wideShares)),
            .softReserve: RateGates(soft),
            .installationHard: RateGates(hard),
            .hardShare: RateGates(hard.share(of: Self.shares)),
            .hardShareWide: RateGates(hard.share(of: Self.wideShares)),
            .hardReserve: RateGates(hard),
            .overloadShare: RateGates(hard.share(of: Self.overloadShares)),
            .overloadShareWide: RateGates(hard.share(of: Self.overloadWideShares)),
            .overloadFirst: RateGates(hard.daily(1)),
            .overloadFirstWide: RateGates(hard.daily(Self.overloadFirsts)),
        ]
        asksForNetworks = [.recipient, .sender, .installationSoft, .installationHard].contains { gates[$0]?.isOff == false }
        isOff = gates.values.allSatisfy(\.isOff)
        let last = LimitScope.allCases.map(\.rawValue).max() ?? 0
        self.gates = (0...last).map { LimitScope(rawValue: $0).flatMap { gates[$0] } ?? RateGates(.off) }
    }

    package init(_ limits: Configuration.Limits) {
        self.init(
            client: limits.client, recipient: limits.recipient, global: limits.global, sender: limits.sender, text: limits.text)
    }

    package static let off = LimitTable(client: .off, recipient: .off, global: .off, sender: .off, text: .off)

    package subscript(scope: LimitScope) -> RateGates { gates[Int(scope.rawValue)] }
}

extension Limit {
    /// A limit of one of its rates, which may come at once.
    fileprivate func only(_ index: Int) -> Limit {
        rates.indices.contains(index) ? Limit(burst: nil, rates: [rates[index]]) : .off
    }

    /// Off where this limit is.
    fileprivate func daily(_ count: Int) -> Limit {
        isOff ? .off : Limit(burst: nil, rates: [Rate(count: count, per: .days(1))])
    }

    /// The same limit with its burst and its counts divided, at least one of each.
    fileprivate func share(of parts: Int) -> Limit {
        Limit(
            burst: burst.map { max(1, $0 / parts) }, rates: rates.map { Rate(count: max(1, $0.count / parts), per: $0.per) })
    }
}
