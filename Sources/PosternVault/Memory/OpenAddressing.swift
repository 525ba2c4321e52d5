/// Where the search for an entry begins in a table that has its entries in one array and goes on to the next place where one is taken.
package enum OpenAddressing {
    /// - Parameters:
    ///   - hash: any of its values is as likely as another.
    ///   - places: how many there are; any number, so that a table can grow by a part of its size.
    package static func home(of hash: UInt32, among places: Int) -> Int {
        // The parentheses matter: in Swift a shift binds tighter than a product.
        Int((UInt64(hash) * UInt64(places)) >> 32)
    }
}
