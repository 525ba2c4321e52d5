package import PosternCore

/// What became of a move that a person asked for.
package enum DeliveryMove: Equatable, Sendable {
    case moved(to: DeliveryState)
    /// The delivery stands where the move does not exist; it was left alone.
    case refused(in: DeliveryState)
    /// There is no such delivery.
    case unknown
}
