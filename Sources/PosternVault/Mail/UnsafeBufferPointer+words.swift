extension UnsafeBufferPointer<UInt8> {
    /// What stands between separators and is not empty, in order: `split`, without an array of slices.
    func forEachWord(between isSeparator: (UInt8) -> Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var start = startIndex
        while start < endIndex {
            var end = start
            while end < endIndex, !isSeparator(self[end]) { end += 1 }
            if end > start { body(UnsafeBufferPointer(rebasing: self[start..<end])) }
            start = end + 1
        }
    }
}
