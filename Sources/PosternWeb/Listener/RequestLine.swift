package import Hummingbird

extension Request {
    /// Whether the first line of the request, as it came over the wire, has at most `limitKiB`.
    ///
    /// The parser itself knows one limit for a header field and for the target, which is the larger one of the two.
    package func isLineWithin(limitKiB: Int) -> Bool {
        // Two blanks and `HTTP/1.1`.
        method.rawValue.utf8.count + uri.description.utf8.count + 10 <= limitKiB * 1_024
    }
}
