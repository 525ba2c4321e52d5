private import ArgumentParser
internal import Foundation
private import PosternCore
internal import PosternHost
internal import PosternImport

/// The rows that were not added, each with what is wrong with it. It has people's addresses, as the imported file has them: only its
/// owner may read it.
final class RejectsFile {
    private let file: OperatorFile
    private let handle: FileHandle
    private let text: RejectsText

    /// - Parameter kept: how many bytes an import that is resumed keeps; nil starts an empty file.
    /// - Throws: `ExitCode` after saying that the file cannot be written.
    init(_ file: OperatorFile, _ text: RejectsText, kept: UInt64?) throws {
        self.file = file
        self.text = text
        handle = FileHandle(fileDescriptor: try file.kept(), closeOnDealloc: true)
        // What was written after the last note of progress is written again.
        try handle.truncate(atOffset: min(kept ?? 0, try handle.seekToEnd()))
        if try handle.seekToEnd() == 0 { try handle.write(contentsOf: Data(text.header.utf8)) }
    }

    func write(_ row: ImportPlan.Row, problem: String, handle proposed: String?) throws {
        try handle.write(contentsOf: Data(text.line(of: row, problem: problem, handle: proposed).utf8))
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
    private var options: ImportOptions

    init(file: OperatorFile, content: Data, options: ImportOptions) {
        self.file = file
        // Against a mix-up of files, not against malice.
        digest = Self.digest(content)
        self.options = options
    }

    private static func digest(_ content: Data) -> String { "\(content.count)-\(String(Checksum.of(content), radix: 16))" }

    /// - Throws: `ExitCode` 65 when there is nothing to resume, or the file has changed since, or was imported in another way.
    mutating func begin(resume: Bool) throws -> Done {
        guard resume else { return Done() }
        guard FileStatus(path: file.path, followingLinks: false) != nil else {
            throw Exit.data.saying(
                "there is no import to resume: there is no \(file.path)\n    Leave out --resume to start from the beginning.")
        }
        let lines = String(decoding: try file.content(), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let numbers = lines.count == 5 ? lines[3].split(separator: " ").compactMap { Int($0) } : []
        guard lines.first == digest[...], numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }) else {
            throw Exit.data.saying(
                "the file has changed since its import was interrupted\n    Leave out --resume to start from the beginning.")
        }
        // The rows that are in would be counted, and would be missing where these options have the others go.
        guard lines[1] == Self.digest(Data(options.meaning.utf8))[...] else {
            throw Exit.data.saying(
                "the import was begun with other options, and is not continued with these\n    To continue it, type: "
                    + "postern recipient import \(options.file.shellWord) \(lines[2]) --resume\n"
                    + "    To start from the beginning with these, leave out --resume.")
        }
        // As it was typed first: a note is written over the former one.
        options.typed = String(lines[2])
        return Done(line: numbers[0], added: numbers[1], rejected: numbers[2], rejectBytes: UInt64(numbers[3]))
    }

    func note(_ done: Done) throws {
        let handle = FileHandle(fileDescriptor: try file.kept(), closeOnDealloc: true)
        let numbers = "\(done.line) \(done.added) \(done.rejected) \(done.rejectBytes)"
        let lines = [digest, Self.digest(Data(options.meaning.utf8)), options.typed, numbers, ""]
        let text = lines.joined(separator: "\n")
        // Over the former note, which is never longer: cut short, it is one that does not count, and the import begins again.
        try handle.write(contentsOf: Data(text.utf8))
        try handle.truncate(atOffset: UInt64(text.utf8.count))
    }

    func finish() { file.remove() }
}
