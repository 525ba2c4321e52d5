/// Numbers of pages, from 1 on, in a bit each: a store of 10 GiB takes 320 KiB.
struct PageSet {
    private var words: [UInt64] = []
    /// No word before it has a bit.
    private var start = 0

    var isEmpty: Bool { mutating get { first(1).isEmpty } }

    mutating func insert(_ page: UInt32) {
        let word = Int(page / 64)
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
        words[word] |= 1 << UInt64(page % 64)
        start = min(start, word)
    }

    /// Pages 1 to `count`.
    mutating func insert(all count: Int) {
        for page in 0..<max(0, count) { insert(UInt32(clamping: page + 1)) }
    }

    /// The lowest numbers, ascending, at most `count` of them.
    mutating func first(_ count: Int) -> [UInt32] {
        while start < words.count, words[start] == 0 { start += 1 }
        var pages: [UInt32] = []
        for word in start..<max(start, words.count) {
            var bits = words[word]
            while bits != 0 {
                guard pages.count < count else { return pages }
                pages.append(UInt32(word * 64 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
        return pages
    }

    mutating func remove(_ pages: [UInt32]) {
        for page in pages { words[Int(page / 64)] &= ~(1 << UInt64(page % 64)) }
    }
}
