private import Glibc

/// The memory of a running process, through /proc (proc(5)). Our processes are not dumpable, so only root may read it.
package struct ProcessMemory: Sendable {
    package let pid: Int32

    package init(pid: Int32) {
        self.pid = pid
    }

    /// Searches its memory, except files it has mapped and cannot change: those are searched as files. Blocks.
    ///
    /// The process is stopped meanwhile, so that nothing moves from memory not yet searched to memory already searched.
    /// - Throws: `UnreadablePlace` when the memory may not be read, or nothing of it could be.
    package func hits(_ search: NeedleSearch) throws(UnreadablePlace) -> (hits: [StreamSearch.Hit], bytes: Int) {
        let path = "/proc/\(pid)/mem"
        let memory = open(path, O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw UnreadablePlace(path) }
        defer { close(memory) }
        guard kill(pid, SIGSTOP) == 0 else { throw UnreadablePlace("process \(pid)") }
        defer { kill(pid, SIGCONT) }
        var stream = StreamSearch(search)
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        for range in try ranges() {
            stream.jump(to: range.lowerBound)
            var position = range.lowerBound
            while position < range.upperBound {
                let wanted = Int(min(UInt64(piece.count), range.upperBound - position))
                let count = pread(memory, &piece, wanted, off_t(truncatingIfNeeded: position))
                // A mapped page may have no content: after the end of a file that became shorter, or a guard page.
                guard count > 0 else {
                    position += 4_096
                    stream.jump(to: position)
                    continue
                }
                piece.withUnsafeBytes { stream.take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                position += UInt64(count)
            }
        }
        guard stream.length > 0 else { throw UnreadablePlace(path, EIO) }
        return (stream.hits, stream.length)
    }

    /// Mappings that can be written to, or that belong to no file.
    private func ranges() throws(UnreadablePlace) -> [Range<UInt64>] {
        let path = "/proc/\(pid)/maps"
        guard let text = Self.text(of: path) else { throw UnreadablePlace(path) }
        return text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ", maxSplits: 5)
            guard columns.count >= 5, columns[1].first == "r" else { return nil }
            let name = columns.count == 6 ? columns[5].drop { $0 == " " } : ""
            // The kernel's own pages: clocks, and the code that reads them.
            guard !name.hasPrefix("[v"), columns[1].contains("w") || columns[4] == "0" else { return nil }
            let bounds = columns[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
        }
    }

    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var (content, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { return count == 0 ? String(decoding: content, as: UTF8.self) : nil }
            content += piece[..<count]
        }
    }
}
