private import Glibc
package import PosternCore
internal import PosternJournal

/// The second place of each checkpoint. Who can change the vault's files still cannot take back what was written there: the journal
/// must go on from it.
package struct CheckpointCopy: Sendable {
    /// Enough for hundreds of checkpoints: only the longest one counts.
    private static let tail = 256 * 1_024

    private let place: JournalCopyPlace
    private let systemLog: String

    /// - Parameter systemLog: the socket of the system's log.
    package init(_ place: JournalCopyPlace, systemLog: String = JournalCopyPlace.systemLog) {
        self.place = place
        self.systemLog = systemLog
    }

    /// - Throws: `FileFault`.
    func append(_ signed: SignedCheckpoint) throws(FileFault) {
        switch place {
        case .file(let path): try Self.append(signed.note.description, to: path)
        case .syslog: try Self.send(signed.line, to: systemLog)
        }
    }

    /// The longest checkpoint in it that one of these keys has signed for this journal or, where none is named, for the one that it
    /// names last.
    func latest(of origin: String?, by keys: [[UInt8]]) throws(FileFault) -> SignedCheckpoint? {
        guard case .file(let path) = place else { return nil }
        let ours = SignedCheckpoint.all(in: try Self.end(of: path)).map(\.checkpoint).filter { $0.key(among: keys) != nil }
        guard let origin = origin ?? ours.last?.checkpoint.origin else { return nil }
        return ours.filter { $0.checkpoint.origin == origin }.max { $0.checkpoint.size < $1.checkpoint.size }
    }

    /// Every checkpoint of its last part, for a verification.
    func anchors() throws(FileFault) -> [JournalExamination.Anchor] {
        guard case .file(let path) = place else { return [] }
        return SignedCheckpoint.all(in: try Self.end(of: path)).map { .init($0.checkpoint, from: path) }
    }

    private static func append(_ text: String, to path: String) throws(FileFault) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw FileFault("open", path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileFault("write", path) }
            rest = rest.dropFirst(max(count, 0))
        }
        // What cannot be synced (a pipe to somewhere else) was written as well as it can be.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileFault("sync", path) }
    }

    private static func end(of path: String) throws(FileFault) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            // One that may only be written to tells nothing, and is as good a second place.
            if errno == ENOENT || errno == EACCES { return "" }
            throw FileFault("open", path)
        }
        defer { close(descriptor) }
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0 else { return "" }
        var bytes = [UInt8](repeating: 0, count: min(Int(length), tail))
        let start = Int(length) - bytes.count
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(start)) }
        guard count >= 0 else { throw FileFault("read", path) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// A datagram to the system's log, of the facility for what concerns security, at the level *notice* (RFC 3164 §4.1.1).
    private static func send(_ line: String, to path: String) throws(FileFault) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw FileFault("open", path) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        let bytes = Array("<85>postern[\(getpid())]: \(line)".utf8)
        guard isConnected, Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw FileFault("write to", path)
        }
    }
}
