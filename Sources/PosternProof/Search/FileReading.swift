private import Glibc

/// Why something could not be searched.
package struct UnreadablePlace: Error, Sendable, CustomStringConvertible {
    package let what: String
    package let reason: String

    package var description: String { "\(what) cannot be read: \(reason)" }

    init(_ what: String, _ code: Int32 = errno) {
        (self.what, reason) = (what, String(cString: strerror(code)))
    }
}

extension NeedleSearch {
    /// Searches a file, piece by piece. Blocks.
    /// - Throws: `UnreadablePlace`.
    package func hits(inFile path: String) throws(UnreadablePlace) -> (hits: [StreamSearch.Hit], bytes: Int) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw UnreadablePlace(path) }
        defer { close(descriptor) }
        var stream = StreamSearch(self)
        var piece = [UInt8](repeating: 0, count: 4 << 20)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count >= 0 else { throw UnreadablePlace(path) }
            guard count > 0 else { break }
            piece.withUnsafeBytes { stream.take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return (stream.hits, stream.length)
    }
}
