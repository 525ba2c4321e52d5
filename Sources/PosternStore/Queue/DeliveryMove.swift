package import PosternCore

/// What became of a move that a person asked for.
package enum DeliveryMove: Equatable, Sendable {
    case moved(to: DeliveryState)
    /// The delivery is in a state that does not have this move; it was left alone.
    case refused(in: DeliveryState)
    /// There is no such delivery.
    case unknown
}
