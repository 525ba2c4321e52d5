/// How a store in a file is kept. The defaults are for one machine and any number of letters.
package struct SQLiteSettings: Sendable {
    /// Read-only connections besides the one that writes. Two: a long listing must not keep contact pages waiting.
    package var readers = 2
    /// How long to wait for another process to let go of the store. Zero: not at all.
    package var lockTimeout = Duration.zero
    /// How long an erasure may be held up by somebody who looks at an older state.
    package var erasureLimit = Duration.seconds(10)
    /// Bytes a page; counts only when the file is made.
    package var pageBytes = 4_096
    /// Memory for pages on the connection that writes, in KiB.
    package var writerCacheKiB = 32_768
    /// Memory for pages on each connection that reads, in KiB.
    package var readerCacheKiB = 8_192
    /// The most pages the file may have; nil for as many as the disk takes.
    package var mostPages: Int?

    package init() {}
}
