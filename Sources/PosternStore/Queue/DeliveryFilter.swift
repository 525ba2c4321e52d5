package import PosternCore

/// Which deliveries a person asks for.
package struct DeliveryFilter: Equatable, Sendable {
    package enum Scope: Equatable, Sendable {
        case everything
        case site(SiteID)
        case recipient(RecipientID)
    }

    package var scope: Scope
    /// Nil for all states.
    package var state: DeliveryState?

    package init(_ scope: Scope = .everything, state: DeliveryState? = nil) {
        (self.scope, self.state) = (scope, state)
    }
}
