private import Glibc
internal import PosternStore

/// A file that is said to be a backup, before SQLite opens it: its own words for what is no database would help nobody.
struct BackupFile {
    let path: String

    /// What a file of another kind begins with, and what to do with it.
    private static let others: [(beginning: [UInt8], finding: String)] = [
        ([0x1F, 0x8B], "it is compressed. Unpack it first: gunzip"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "it is compressed. Unpack it first: unxz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed. Unpack it first: unzstd"),
        (Array("BZh".utf8), "it is compressed. Unpack it first: bunzip2"),
        (Array("PK\u{3}\u{4}".utf8), "it is a ZIP archive. Unpack it first: unzip"),
        (Array("postern key".utf8), "it is a key. Keys are put back with: postern restore FILE --keys FOLDER"),
        (Array("age-encryption.org".utf8), "it is encrypted. Decrypt it first"),
        (Array("-----BEGIN".utf8), "it is encrypted, or a key. Decrypt it first"),
    ]

    /// Blocks.
    /// - Throws: `StoreFileError`.
    func check() throws {
        // Without waiting for a writer, where it is a pipe. Root would otherwise read, and give to the relay, whatever somebody had
        // a link lead to.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ELOOP { throw strange("it is a link") }
            throw StoreFileError.file(path: path, doing: "open", reason: systemReason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw StoreFileError.file(path: path, doing: "look at", reason: systemReason())
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw strange("it is a folder. Name the file in it that postern backup made")
        default: throw strange("it is no plain file")
        }
        guard status.st_size > 0 else { throw strange("it is empty") }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { throw StoreFileError.file(path: path, doing: "read", reason: systemReason()) }
        try check(head: Array(bytes.prefix(count)), size: Int(status.st_size))
    }

    private func check(head: [UInt8], size: Int) throws {
        if let other = Self.others.first(where: { head.starts(with: $0.beginning) }) { throw strange(other.finding) }
        guard head.starts(with: Array("SQLite format 3\0".utf8)) else {
            let isText = !head.contains { $0 < 0x09 }
            throw strange("it is no backup of Postern's, but \(isText ? "text, such as a list" : "a file of another kind")")
        }
        guard head.count >= 100 else { throw strange("it is cut short: it has \(size) bytes") }
        // The size of a page, with 1 for 65,536, and how many there are (sqlite.org/fileformat2.html#the_database_header).
        func number(_ places: Range<Int>) -> Int { head[places].reduce(0) { $0 << 8 | Int($1) } }
        let page = number(16..<18) == 1 ? 65_536 : number(16..<18)
        let whole = page * number(28..<32)
        if size < whole { throw strange("it is cut short: it has \(size) bytes of \(whole). Copy it again") }
    }

    private func strange(_ finding: String) -> StoreFileError { .strange(path: path, finding: finding) }
}
