internal import CSQLite
internal import PosternStore

/// Zeroes what SQLite leaves in the file although no row has it any more.
///
/// `secure_delete` overwrites a row where it is deleted, and pages that become free. It does not overwrite the copies that are left
/// in the unused middle of a page when SQLite has moved rows to its neighbours (`rebuildPage` in btree.c; seen with 3.40.1: one of
/// 3,000 deleted rows was still in the file). So after each checkpoint, the file's copy of every page that the WAL had is read,
/// and its unused middle is zeroed where it is not. Nobody reads those bytes: each page says where its rows begin.
///
/// Only on the connection that writes, between its transactions.
struct UnusedSpace {
    private let connection: OpaquePointer

    init(of connection: OpaquePointer) {
        self.connection = connection
    }

    /// The pages that the WAL has.
    /// - Parameter count: how many frames to look at, from the first one; nil for all, also those left over from earlier rounds.
    func pagesOfWAL(first count: Int?) -> Set<UInt32> {
        // The header and frames of sqlite.org/fileformat2.html#walformat: 32 bytes; then 24, which begin with the page's number,
        // before each page.
        guard let wal = file(SQLITE_FCNTL_JOURNAL_POINTER), let head = read(wal, 12, at: 0) else { return [] }
        let pageBytes = Int64(number(head[8...]))
        guard pageBytes >= 512, let size = size(of: wal) else { return [] }
        let end = count.map { min(size, 32 + Int64($0) * (pageBytes + 24)) } ?? size
        var pages: Set<UInt32> = []
        for offset in stride(from: 32, to: end, by: Int64.Stride(pageBytes + 24)) {
            if let frame = read(wal, 4, at: offset) { pages.insert(number(frame[...])) }
        }
        return pages
    }

    /// Every page of the file.
    func allPages() -> Set<UInt32> {
        guard let store = file(SQLITE_FCNTL_FILE_POINTER), let pageBytes = pageBytes(of: store), let size = size(of: store) else {
            return []
        }
        return Set(1...UInt32(clamping: max(1, size / pageBytes)))
    }

    /// - Returns: false when another process carries pages into the file at this moment.
    /// - Throws: `SQLiteFailure`.
    func zero(in pages: Set<UInt32>) throws -> Bool {
        // From 2^25 pages on (128 GiB) the first byte of a page of another kind could be taken for that of a page with rows.
        guard let store = file(SQLITE_FCNTL_FILE_POINTER), let pageBytes = pageBytes(of: store), let size = size(of: store),
            size / pageBytes < 1 << 25
        else { return true }
        return try locked(store) {
            var isChanged = false
            for page in pages.sorted() where page > 0 {
                let offset = (Int64(page) - 1) * pageBytes
                guard let bytes = read(store, Int(pageBytes), at: offset), let gap = Self.gap(in: bytes, isFirst: page == 1),
                    bytes[gap].contains(where: { $0 != 0 })
                else { continue }
                try write(store, zeros: gap.count, at: offset + Int64(gap.lowerBound))
                isChanged = true
            }
            guard isChanged, let sync = store.pointee.pMethods?.pointee.xSync else { return }
            try check(sync(store, SQLITE_SYNC_NORMAL))
        }
    }

    /// Between a page's list of rows and its first row (sqlite.org/fileformat2.html#b_tree_pages); nil where it holds no rows.
    static func gap(in page: [UInt8], isFirst: Bool) -> Range<Int>? {
        let head = isFirst ? 100 : 0
        guard page.count >= head + 12 else { return nil }
        func number(_ offset: Int) -> Int { Int(page[head + offset]) << 8 | Int(page[head + offset + 1]) }
        let list: Int
        switch page[head] {
        case 2, 5: list = head + 12
        case 10, 13: list = head + 8
        default: return nil
        }
        let (begin, end) = (list + 2 * number(3), number(5) == 0 ? 65_536 : number(5))
        return begin < end && end <= page.count ? begin..<end : nil
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

    private func file(_ which: Int32) -> UnsafeMutablePointer<sqlite3_file>? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(connection, "main", which, &file) == SQLITE_OK, file?.pointee.pMethods != nil else {
            return nil
        }
        return file
    }

    private func size(of file: UnsafeMutablePointer<sqlite3_file>) -> Int64? {
        var size: Int64 = 0
        guard let ask = file.pointee.pMethods?.pointee.xFileSize, ask(file, &size) == SQLITE_OK else { return nil }
        return size
    }

    /// Nil where the file is shorter.
    private func read(_ file: UnsafeMutablePointer<sqlite3_file>, _ count: Int, at offset: Int64) -> [UInt8]? {
        guard let read = file.pointee.pMethods?.pointee.xRead else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return read(file, &bytes, Int32(count), offset) == SQLITE_OK ? bytes : nil
    }

    private func write(_ file: UnsafeMutablePointer<sqlite3_file>, zeros count: Int, at offset: Int64) throws {
        guard let write = file.pointee.pMethods?.pointee.xWrite else { return }
        try check(write(file, [UInt8](repeating: 0, count: count), Int32(count), offset))
    }

    private func pageBytes(of store: UnsafeMutablePointer<sqlite3_file>) -> Int64? {
        // With auto_vacuum (bytes 52 to 55), some pages are maps, and their first byte can look like that of a page with rows. Our
        // stores are made without it.
        guard let head = read(store, 56, at: 0), number(head[52...]) == 0 else { return nil }
        let bytes = Int64(head[16]) << 8 | Int64(head[17])
        return bytes == 1 ? 65_536 : bytes >= 512 ? bytes : nil
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteFailure(code, message: "the unused space of the file was not zeroed") }
    }
}
