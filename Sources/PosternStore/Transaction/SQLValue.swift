/// What goes into a statement and comes out of it. No floating point and no date: the store has neither.
package enum SQLValue: Equatable, Sendable {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null
}
