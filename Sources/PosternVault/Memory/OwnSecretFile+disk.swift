private import Glibc
internal import PosternCore

/// How the file is read and written: what a system call did not finish is gone on with.
extension OwnSecretFile {
    static func opened(_ path: String, _ way: Int32) throws -> (descriptor: Int32, size: Int)? {
        let descriptor = Glibc.open(path, way | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFault("open", path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw FileFault("read", path)
        }
        let size = Int(status.st_size)
        // A crash while it was made: nobody has a secret in it.
        let isBegun = try size > slot || hasHead(descriptor, path)
        guard isBegun else {
            close(descriptor)
            return nil
        }
        return (descriptor, size)
    }

    /// Writes the head into an empty file.
    static func begin(_ descriptor: Int32, at path: String) throws(FileFault) {
        let bytes = SecretBytes(head + [UInt8](repeating: 0, count: slot - head.count))
        try bytes.withBytes { bytes throws(FileFault) in try put(bytes, into: descriptor, at: 0, path) }
        guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
        try File.sync(path.folder)
    }

    static func hasHead(_ descriptor: Int32, _ path: String) throws(FileFault) -> Bool {
        let bytes = try SecretBytes(capacity: slot) { buffer throws(FileFault) in
            try fill(buffer, from: descriptor, at: 0, path)
        }
        return bytes.withBytes { $0.count == slot && $0.contains { $0 != 0 } }
    }

    /// Gives each slot after the head to `take`. What is left of a slot at the end was never acknowledged, and is written over.
    static func read(
        _ descriptor: Int32, at path: String, _ size: Int, _ take: (Int, UnsafeRawBufferPointer) -> Void
    ) throws {
        let chunk = 16_384
        var first = 0
        while (first + 1) * slot <= size {
            let bytes = try SecretBytes(capacity: chunk * slot) { buffer throws(FileFault) in
                try fill(buffer, from: descriptor, at: first * slot, path)
            }
            try bytes.withBytes { bytes in
                for place in 0..<bytes.count / slot {
                    let one = UnsafeRawBufferPointer(rebasing: bytes[place * slot..<(place + 1) * slot])
                    if first + place > 0 {
                        take(first + place, one)
                    } else if !one.starts(with: head) {
                        throw RecordFileFault.notSecrets(path)
                    }
                }
            }
            first += chunk
        }
    }

    /// - Returns: how many bytes there were.
    static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at start: Int, _ path: String
    ) throws(FileFault) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(start + filled))
            if count == 0 { break }
            guard count > 0 || errno == EINTR else { throw FileFault("read", path) }
            filled += max(count, 0)
        }
        return filled
    }

    static func put(
        _ bytes: UnsafeRawBufferPointer, into descriptor: Int32, at start: Int, _ path: String
    ) throws(FileFault) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(start + written))
            guard count >= 0 || errno == EINTR else { throw FileFault("write", path) }
            written += max(count, 0)
        }
    }
}
