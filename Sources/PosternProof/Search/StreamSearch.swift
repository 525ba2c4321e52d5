/// Searches a stream that comes in pieces, and finds needles across their borders too.
package struct StreamSearch: ~Copyable {
    private let search: NeedleSearch
    /// The end of what came before, which may hold the beginning of a needle, followed by the next piece.
    private var window: [UInt8] = []
    /// How many bytes of the stream came before `window`.
    private var passed: UInt64

    /// One hit in the stream.
    package struct Hit: Hashable, Sendable {
        package let offset: UInt64
        package let needle: Int
    }

    package private(set) var hits: [Hit] = []
    /// How many bytes have been searched.
    package private(set) var length = 0

    /// - Parameter origin: the offset of the first byte.
    package init(_ search: NeedleSearch, origin: UInt64 = 0) {
        (self.search, passed) = (search, origin)
    }

    package mutating func take(_ piece: UnsafeRawBufferPointer) {
        let carried = window.count
        window.append(contentsOf: piece)
        length += piece.count
        let (needles, passed) = (search.needles, passed)
        var news: [Hit] = []
        window.withUnsafeBytes { bytes in
            search.search(bytes) { offset, needle in
                // A needle that ends inside the carried part was found before.
                if offset + needles[needle].bytes.count > carried {
                    news.append(Hit(offset: passed + UInt64(offset), needle: needle))
                }
            }
        }
        hits += news
        let kept = min(window.count, search.longest - 1)
        self.passed += UInt64(window.count - kept)
        window.removeFirst(window.count - kept)
    }

    package mutating func take(_ piece: [UInt8]) {
        piece.withUnsafeBytes { take($0) }
    }

    /// What follows lies elsewhere: no needle may reach across.
    package mutating func jump(to offset: UInt64) {
        window.removeAll(keepingCapacity: true)
        passed = offset
    }
}
