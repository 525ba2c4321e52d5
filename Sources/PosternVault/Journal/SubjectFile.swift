internal import Glibc
private import PosternCore
internal import PosternJournal

/// Whom and what the journal's entries are about, beside the journal and no part of it: for each entry its number, the salt of its
/// digest and the text. Erasing somebody overwrites salt and text with zeros.
struct SubjectFile {
    private let path: String
    /// Where the next one goes.
    private var end = 0

    /// Number, salt, length.
    private static let head = 8 + EntrySubject.saltLength + 2

    private struct Place {
        let number: Int
        let subject: EntrySubject
        /// Where its salt begins.
        let start: Int
        let end: Int
    }

    init(path: String) {
        self.path = path
    }

    /// Cuts what a crash has left: half an entry's, and that of entries which were not written any more.
    /// - Parameter size: of the journal.
    mutating func open(under size: Int) throws(FileFault) {
        let (places, length) = try Self.places(at: path)
        end = places.last { $0.number < size }?.end ?? 0
        guard length > end else { return }
        guard truncate(path, off_t(end)) == 0 else { throw FileFault("cut", path) }
    }

    mutating func add(_ subjects: [(number: Int, subject: EntrySubject)]) throws(FileFault) {
        guard !subjects.isEmpty else { return }
        var writer = ByteWriter()
        for (number, subject) in subjects {
            let text = Array(subject.text.utf8.prefix(Int(UInt16.max)))
            writer.write(UInt64(number))
            writer.writeRaw(subject.salt)
            writer.write(UInt16(text.count))
            writer.writeRaw(text)
        }
        let isNew = access(path, F_OK) != 0
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFault("open", path) }
        defer { close(descriptor) }
        try Self.put(writer.bytes, into: descriptor, at: end, path)
        guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
        if isNew { try File.sync(path.folder) }
        end += writer.bytes.count
    }

    /// Also in the files of journals that were set aside, which have the same name and more.
    static func erase(_ text: String, at path: String) throws(FileFault) {
        let prefix = path.split(separator: "/").last ?? ""
        for name in try File.names(in: path.folder) where name.hasPrefix(prefix) {
            try erase(text, in: "\(path.folder)/\(name)")
        }
    }

    private static func erase(_ text: String, in path: String) throws(FileFault) {
        let found = try places(at: path).places.filter { $0.subject.text == text }
        guard !found.isEmpty else { return }
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileFault("open", path) }
        defer { close(descriptor) }
        for place in found {
            try put([UInt8](repeating: 0, count: EntrySubject.saltLength), into: descriptor, at: place.start, path)
            let text = place.start + EntrySubject.saltLength + 2
            try put([UInt8](repeating: 0, count: place.end - text), into: descriptor, at: text, path)
        }
        guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
    }

    /// What is still known, by the number of the entry.
    static func subjects(at path: String) throws(FileFault) -> [Int: EntrySubject] {
        let known = try places(at: path).places.filter { $0.subject.salt.contains { $0 != 0 } }
        return Dictionary(known.map { ($0.number, $0.subject) }) { _, last in last }
    }

    private static func places(at path: String) throws(FileFault) -> (places: [Place], length: Int) {
        guard let bytes = try RecordFile.content(at: path).map({ Array($0) }) else { return ([], 0) }
        var (places, start) = ([Place](), 0)
        while start + head <= bytes.count {
            let number = bytes[start..<start + 8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            let salt = start + 8
            let text = salt + EntrySubject.saltLength + 2
            let next = text + (Int(bytes[text - 2]) << 8 | Int(bytes[text - 1]))
            guard next <= bytes.count, let number = Int(exactly: number) else { break }
            places.append(
                Place(
                    number: number,
                    subject: EntrySubject(
                        String(decoding: bytes[text..<next], as: UTF8.self), salt: Array(bytes[salt..<text - 2])),
                    start: salt, end: next))
            start = next
        }
        return (places, bytes.count)
    }

    private static func put(_ bytes: [UInt8], into descriptor: Int32, at offset: Int, _ path: String) throws(FileFault) {
        var (rest, place) = (bytes[...], offset)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(place)) }
            guard count >= 0 || errno == EINTR else { throw FileFault("write", path) }
            (rest, place) = (rest.dropFirst(max(count, 0)), place + max(count, 0))
        }
    }
}
