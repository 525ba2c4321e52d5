internal import PosternCore
internal import PosternStore

/// Looks at a file before anything is written to it: whether it is a store of ours, with the schema that our migrations make and
/// nothing else. A view, a trigger or a column somebody else added would run in our statements.
struct StoreInspection {
    let path: String
    let schema: Migrator

    /// In the head of the file: “Post” (sqlite.org/pragma.html#pragma_application_id).
    static let applicationID = 0x506F_7374

    enum Finding: Equatable {
        /// No store yet.
        case new
        case ours
        /// Of a program that did not put its number into the head yet.
        case older
    }

    /// Under the owner's lock. Blocks.
    /// - Throws: `StoreFileError`; `StoreError.newerSchema`, `.changedMigration`.
    func run() throws -> Finding {
        let (store, wal) = (StoreFile(path: path), StoreFile(path: path + "-wal"))
        for file in StoreFile.all(of: path) { try file.checkIsOurs() }
        guard let head = try store.beginning(100), !head.isEmpty else { return .new }
        guard head.count == 100, head.starts(with: Array("SQLite format 3\0".utf8)) else {
            if try isCutShortAtFirstWrite {
                // Taken back as below, which leaves an empty file.
                try check(.readWrite)
                return .new
            }
            throw StoreFileError.unusable(
                path: path, StoreFault(code: 26, message: "it is no database", statement: nil))
        }
        let number = head[68..<72].reduce(0) { $0 << 8 | Int($1) }
        switch number {
        case Self.applicationID: break
        case 0:
            // Not even a lock is taken on what may be another program's. What is in its WAL alone is looked at below.
            let seen = try objects(.asItLies)
            guard !seen.isEmpty || wal.size ?? 0 > 0 else { return .older }
            if !seen.isEmpty { try check(.asItLies) }
        default: throw strange("it is the database of another program (application id \(number))")
        }
        // A power cut while the store was being made leaves a journal. The next to open the store undoes what it says, and
        // that takes a connection that may write.
        try check((StoreFile(path: path + "-journal").size ?? 0) > 0 ? .readWrite : .readOnly)
        return number == 0 ? .older : .ours
    }

    /// Whether a power cut came while the first page was written, and its head did not reach the disk. Of an empty database's page
    /// all but the head is zero, so the file is zeros, or as much of them as got out. SQLite's journal, synced before that write,
    /// says that the file was empty before (sqlite.org/fileformat2.html#the_rollback_journal).
    ///
    /// Nothing less will do: zeros may also be what damage left of a store whose letters can still be saved. Such a store has no
    /// journal of this kind, because no commit returns before the removal of the journal has been synced with the new WAL's name.
    private var isCutShortAtFirstWrite: Bool {
        get throws {
            let (store, journal) = (StoreFile(path: path), StoreFile(path: path + "-journal"))
            guard (StoreFile(path: path + "-wal").size ?? 0) == 0, let head = try journal.beginning(28), head.count == 28 else {
                return false
            }
            func number(_ offset: Int) -> Int { head[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
            let (records, pagesBefore, pageBytes) = (number(8), number(16), number(24))
            guard head.starts(with: [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]), records == 0, pagesBefore == 0,
                (512...65_536).contains(pageBytes), let content = try store.beginning(pageBytes + 1)
            else { return false }
            // A disk writes no less than a sector. A single byte is an empty file to SQLite, which would remove the journal and
            // leave the byte.
            return (512...pageBytes).contains(content.count) && content.allSatisfy { $0 == 0 }
        }
    }

    private func check(_ access: SQLiteHandle.Access) throws {
        try StoreFileError.explaining(path) {
            let connection = try SQLiteConnection.reader(path, settings: SQLiteSettings(), access: access)
            try connection.begin(.reading)
            defer { connection.rollBack() }
            let found = try Self.objects(connection)
            guard !found.isEmpty else { return }
            // Nothing but the schema itself is read before the table is known to be one.
            guard let table = try Self.expected(Migrator([Migration(version: 1, name: "", statements: [])])).first,
                found[table.key] == table.value
            else { throw strange("it has no table of Postern's migrations, so it is the database of another program") }
            let versions = try schema.check(connection)
            let expected = try Self.expected(Migrator(schema.migrations.filter { versions.contains($0.version) }))
            for (name, text) in found.sorted(by: { $0.key < $1.key }) where expected[name] != text {
                throw strange("its \(name) is not \(expected[name] == nil ? "Postern's" : "as Postern made it")")
            }
            if let missing = expected.keys.sorted().first(where: { found[$0] == nil }) {
                throw strange("its \(missing) is missing")
            }
        }
    }

    private func objects(_ access: SQLiteHandle.Access) throws -> [String: String] {
        try StoreFileError.explaining(path) {
            try Self.objects(try SQLiteConnection.reader(path, settings: SQLiteSettings(), access: access))
        }
    }

    /// Every table, index, view and trigger, by kind and name, with its text.
    private static func objects(_ connection: SQLiteConnection) throws -> [String: String] {
        let rows = try connection.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema", [])
        return Dictionary(
            try rows.map { row in
                let (kind, name, table): (String, String, String) = (try row["type"], try row["name"], try row["tbl_name"])
                let text: String? = try row.optional("sql")
                // Versions of SQLite differ in the quotes and spaces that they write when they rename.
                let plain = (text ?? "").replacing("\"", with: "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
                return ("\(kind) “\(name)”", "\(table): \(plain)")
            }
        ) { first, second in first + second }
    }

    /// What the migrations make.
    private static func expected(_ migrator: Migrator) throws -> [String: String] {
        let memory = try SQLiteConnection.memory()
        try migrator.migrate(memory, at: Timestamp(milliseconds: 0))
        return try objects(memory)
    }

    private func strange(_ finding: String) -> StoreFileError { .strange(path: path, finding: finding) }
}
