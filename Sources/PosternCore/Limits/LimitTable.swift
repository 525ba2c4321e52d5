/// The configured limits as gates for each scope.
package struct LimitTable: Hashable, Sendable {
    private let gates: [LimitScope: RateGates]
    /// As configured, for what clients are told.
    package let client: RateGates

    /// How much more than a single client its /56 and its /48 may send.
    package static let wideScale = 4
    package static let widestScale = 16
    /// What part of a recipient's limit one network may use.
    package static let shares = 5

    /// - Parameter global: its first rate holds, its second refuses.
    package init(client: Limit, recipient: Limit, global: Limit, sender: Limit, text: Limit) {
        self.client = RateGates(client)
        gates = [
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
    }

    package static let off = LimitTable(client: .off, recipient: .off, global: .off, sender: .off, text: .off)

    package subscript(scope: LimitScope) -> RateGates { gates[scope] ?? RateGates(.off) }

    package var isOff: Bool { gates.values.allSatisfy(\.isOff) }
}

extension Limit {
    /// The same limit with counts and burst divided, at least one of each.
    package func share(of parts: Int) -> Limit {
        Limit(
            burst: burst.map { max(1, $0 / parts) }, rates: rates.map { Rate(count: max(1, $0.count / parts), per: $0.per) })
    }
}
