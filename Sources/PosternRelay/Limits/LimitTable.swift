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

    /// How much more than a single client its /56 and its /48 may send.
    package static let wideScale = 4
    package static let widestScale = 16
    /// One network may use one part in this many of a recipient's limit.
    package static let shares = 5

    /// - Parameter global: its first rate holds letters, its second refuses them.
    package init(client: Limit, recipient: Limit, global: Limit, sender: Limit, text: Limit) {
        self.client = RateGates(client)
        let gates: [LimitScope: RateGates] = [
            .client: self.client,
            .clientWide: RateGates(client, scale: Self.wideScale),
            .clientWidest: RateGates(client, scale: Self.widestScale),
            .recipient: RateGates(recipient),
            .recipientShare: RateGates(recipient.share(of: Self.shares)),
            .recipientReserve: RateGates(recipient),
            .sender: RateGates(sender),
            .text: RateGates(text),
            .installationSoft: global.rates.first.map(RateGates.init) ?? RateGates(.off),
            .installationHard: global.rates.dropFirst().first.map(RateGates.init) ?? RateGates(.off),
        ]
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
    /// The same limit with its burst and its counts divided, at least one of each.
    fileprivate func share(of parts: Int) -> Limit {
        Limit(
            burst: burst.map { max(1, $0 / parts) }, rates: rates.map { Rate(count: max(1, $0.count / parts), per: $0.per) })
    }
}
