internal import CSQLite
internal import PosternStore

/// Zeroes what SQLite leaves in the file although no row has it any more.
///
/// `secure_delete` overwrites a row where it is deleted, and pages that become free. It does not overwrite the copies that are left
/// in the unused middle of a page when SQLite has moved rows to its neighbours (`rebuildPage` in btree.c; seen with 3.40.1: one of
/// 3,000 deleted rows was still in the file). So when something is erased, each page that was written since the last time is read
/// in the file, and its unused middle is zeroed where it is not. Nobody reads those bytes: each page says where its rows begin.
///
/// Not after every checkpoint: there, the second sync of the file and the reading of its pages took an eighth of the rate at which
/// letters are accepted.
///
/// Only on the connection that writes, between its transactions.
struct UnusedSpace {
    private let connection: OpaquePointer

    init(of connection: OpaquePointer) {
        self.connection = connection
    }

    /// The pages in the first frames of the WAL, from the list that SQLite keeps of them in shared memory
    /// (sqlite.org/walformat.html#the_wal_index_file_format): blocks of 32 KiB that begin with 4,096 numbers, of which the first
    /// gives 34 to a header. Reading the frames themselves takes a call for each.
    /// - Throws: `SQLiteFailure`. A page that is left out here is never looked at.
    func pagesOfWAL(_ frames: Int) throws -> [UInt32] {
        guard frames > 0 else { return [] }
        let store = try file(SQLITE_FCNTL_FILE_POINTER)
        guard let map = store.pointee.pMethods?.pointee.xShmMap else { throw unable("it has no shared memory") }
        let (blockBytes, perBlock, head) = (32_768, 4_096, 34)
        var pages: [UInt32] = []
        pages.reserveCapacity(frames)
        var (block, skipped) = (Int32(0), head)
        while pages.count < frames {
            var memory: UnsafeMutableRawPointer?
            try check(map(store, block, Int32(blockBytes), 0, &memory))
            guard let memory else { throw unable("the list of the WAL's pages ends too soon") }
            let numbers = memory.assumingMemoryBound(to: UInt32.self)
            for place in skipped..<min(perBlock, skipped + frames - pages.count) { pages.append(numbers[place]) }
            (block, skipped) = (block + 1, 0)
        }
        return pages
    }

    /// - Returns: false when another process carries pages into the file at this moment.
    /// - Throws: `SQLiteFailure`, also when a page cannot be examined: what is not known to be gone is not said to be.
    func zero(in pages: [UInt32]) throws -> Bool {
        // From 2^25 pages on (128 GiB) the first byte of a page of another kind could be taken for that of a page with rows.
        let store = try file(SQLITE_FCNTL_FILE_POINTER)
        let size = try size(of: store)
        // Nothing has been carried into it yet.
        guard size > 0 else { return true }
        let pageBytes = try pageBytes(of: store)
        guard size / pageBytes < 1 << 25 else { throw unable("it has too many pages") }
        let last = UInt32(size / pageBytes)
        return try locked(store) {
            var isChanged = false
            var rest = pages.prefix { $0 <= last }
            while let first = rest.first {
                let count = zip(rest, first...).prefix(Self.readAtOnce).prefix { $0 == $1 }.count
                if try zero(in: store, first, count, Int(pageBytes)) { isChanged = true }
                rest = rest.dropFirst(count)
            }
            guard isChanged else { return }
            guard let sync = store.pointee.pMethods?.pointee.xSync else { throw unable("it cannot be synced") }
            try check(sync(store, SQLITE_SYNC_NORMAL))
        }
    }

    private static let readAtOnce = 64

    /// - Returns: whether something was not zero.
    private func zero(in store: UnsafeMutablePointer<sqlite3_file>, _ first: UInt32, _ count: Int, _ pageBytes: Int) throws
        -> Bool
    {
        let offset = (Int64(first) - 1) * Int64(pageBytes)
        guard first > 0, let bytes = try read(store, count * pageBytes, at: offset) else { return false }
        var isChanged = false
        for number in 0..<count {
            let begin = number * pageBytes
            guard let gap = Self.gap(in: bytes[begin..<begin + pageBytes], isFirst: first == 1 && number == 0),
                bytes[gap].contains(where: { $0 != 0 })
            else { continue }
            try write(store, zeros: gap.count, at: offset + Int64(gap.lowerBound))
            isChanged = true
        }
        return isChanged
    }

    /// Between a page's list of rows and its first row (sqlite.org/fileformat2.html#b_tree_pages); nil where it holds no rows.
    static func gap(in page: ArraySlice<UInt8>, isFirst: Bool) -> Range<Int>? {
        let head = page.startIndex + (isFirst ? 100 : 0)
        guard page.endIndex >= head + 12 else { return nil }
        func number(_ offset: Int) -> Int { Int(page[head + offset]) << 8 | Int(page[head + offset + 1]) }
        let list: Int
        switch page[head] {
        case 2, 5: list = head + 12
        case 10, 13: list = head + 8
        default: return nil
        }
        let (begin, end) = (list + 2 * number(3), page.startIndex + (number(5) == 0 ? 65_536 : number(5)))
        return begin < end && end <= page.endIndex ? begin..<end : nil
    }

    /// Keeps out any other process that would carry pages into the file meanwhile. Nobody else should have it open.
    private func locked(_ store: UnsafeMutablePointer<sqlite3_file>, _ body: () throws -> Void) throws -> Bool {
        // WAL_CKPT_LOCK (sqlite.org/walformat.html#wal_locks).
        let checkpointLock: Int32 = 1
        guard let methods = store.pointee.pMethods, methods.pointee.iVersion >= 2, let lock = methods.pointee.xShmLock,
            lock(store, checkpointLock, 1, SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE) == SQLITE_OK
        else { return false }
        defer { _ = lock(store, checkpointLock, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE) }
        try body()
        return true
    }

    private func file(_ which: Int32) throws -> UnsafeMutablePointer<sqlite3_file> {
        var file: UnsafeMutablePointer<sqlite3_file>?
        try check(sqlite3_file_control(connection, "main", which, &file))
        guard let file, file.pointee.pMethods != nil else { throw unable("it is not open") }
        return file
    }

    private func size(of file: UnsafeMutablePointer<sqlite3_file>) throws -> Int64 {
        guard let ask = file.pointee.pMethods?.pointee.xFileSize else { throw unable("it has no size") }
        var size: Int64 = 0
        try check(ask(file, &size))
        return size
    }

    /// Nil where the file is shorter.
    private func read(_ file: UnsafeMutablePointer<sqlite3_file>, _ count: Int, at offset: Int64) throws -> [UInt8]? {
        guard let read = file.pointee.pMethods?.pointee.xRead else { throw unable("it cannot be read") }
        var bytes = [UInt8](repeating: 0, count: count)
        let code = read(file, &bytes, Int32(count), offset)
        if code == Self.shortRead { return nil }
        try check(code)
        return bytes
    }

    /// SQLITE_IOERR_SHORT_READ, a macro that Swift cannot import.
    private static let shortRead = SQLITE_IOERR | 2 << 8

    private func write(_ file: UnsafeMutablePointer<sqlite3_file>, zeros count: Int, at offset: Int64) throws {
        guard let write = file.pointee.pMethods?.pointee.xWrite else { throw unable("it cannot be written") }
        try check(write(file, [UInt8](repeating: 0, count: count), Int32(count), offset))
    }

    private func pageBytes(of store: UnsafeMutablePointer<sqlite3_file>) throws -> Int64 {
        // With auto_vacuum (bytes 52 to 55), some pages are maps, and their first byte can look like that of a page with rows. Our
        // stores are made without it.
        guard let head = try read(store, 56, at: 0), number(head[52...]) == 0 else {
            throw unable("it has pages of another kind")
        }
        let bytes = Int64(head[16]) << 8 | Int64(head[17])
        guard bytes == 1 || bytes >= 512 else { throw unable("it does not say how long a page is") }
        return bytes == 1 ? 65_536 : bytes
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteFailure(code, message: "the unused space of the file was not zeroed") }
    }

    /// Of the erasure that asked for it, and of no other write: the file is as sound as it was.
    private func unable(_ reason: String) -> SQLiteFailure {
        SQLiteFailure(SQLITE_ERROR, message: "the unused space of the file cannot be zeroed: \(reason)")
    }
}
