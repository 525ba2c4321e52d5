private import ArgumentParser
internal import Foundation
private import PosternCore
internal import PosternHost
private import PosternImport

/// Lists the rows that were not added: line, handle and reason. Never the address, since the file may be passed on.
final class RejectsFile {
    private let file: OperatorFile
    private let handle: FileHandle

    /// - Parameter kept: how many bytes an import that is resumed keeps; nil starts an empty file.
    /// - Throws: `ExitCode` after saying that the file cannot be written.
    init(_ file: OperatorFile, kept: UInt64?) throws {
        self.file = file
        handle = FileHandle(fileDescriptor: try file.kept(), closeOnDealloc: true)
        // What was written after the last note of progress is written again.
        try handle.truncate(atOffset: min(kept ?? 0, try handle.seekToEnd()))
        if try handle.seekToEnd() == 0 { try handle.write(contentsOf: Data("line,handle,reason\n".utf8)) }
    }

    func write(line: Int, handle name: String, reason: String) throws {
        // The first column may be an address by mistake.
        let safe = (try? Handle(name))?.text ?? ""
        try handle.write(contentsOf: Data("\(line),\(safe.csvField),\(reason.csvField)\n".utf8))
    }

    var size: UInt64 { (try? handle.offset()) ?? 0 }

    func close(rejected: Int) {
        try? handle.close()
        if rejected == 0 { file.remove() }
    }
}

/// Remembers, in a file beside the imported one, how far the import has come, so that it can be resumed.
struct ImportProgress {
    struct Done: Equatable {
        var line = 0
        var added = 0
        var rejected = 0
        /// The length of the rejects file.
        var rejectBytes: UInt64 = 0
    }

    private let file: OperatorFile
    private let digest: String

    init(file: OperatorFile, content: Data) {
        self.file = file
        // Length and checksum (FNV-1a) guard against a mix-up of files, not against malice.
        let hash = content.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        digest = "\(content.count)-\(String(hash, radix: 16))"
    }

    /// - Throws: `ExitCode` 65 when there is nothing to resume, or the file has changed since.
    func begin(resume: Bool) throws -> Done {
        guard resume else { return Done() }
        guard FileStatus(path: file.path, followingLinks: false) != nil else {
            throw Exit.data.saying(
                "there is no import to resume: there is no \(file.path)\n    Leave out --resume to start from the beginning.")
        }
        let parts = String(decoding: try file.content(), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let numbers = parts.dropFirst().compactMap { Int($0) }
        guard parts.count == 5, parts[0] == digest, numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }) else {
            throw Exit.data.saying(
                "the file has changed since its import was interrupted\n    Leave out --resume to start from the beginning.")
        }
        return Done(line: numbers[0], added: numbers[1], rejected: numbers[2], rejectBytes: UInt64(numbers[3]))
    }

    func note(_ done: Done) throws {
        let handle = FileHandle(fileDescriptor: try file.kept(), closeOnDealloc: true)
        let text = "\(digest) \(done.line) \(done.added) \(done.rejected) \(done.rejectBytes)\n"
        // Over the former note, which is never longer: cut short, it is one that does not count, and the import begins again.
        try handle.write(contentsOf: Data(text.utf8))
        try handle.truncate(atOffset: UInt64(text.utf8.count))
    }

    func finish() { file.remove() }
}
