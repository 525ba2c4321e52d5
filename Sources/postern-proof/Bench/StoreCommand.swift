internal import ArgumentParser
private import Foundation
internal import PosternHost
private import PosternStore

struct StoreCommand: CagedCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Commit as many letters per second as the store can: the ceiling of the disk side.",
        discussion: """
            Writes to a store of its own and removes it afterwards. Every letter has the rows of a served one, and each writer \
            waits until its letter is on disk before it writes the next. Limits are off, and no letter has an idempotency key.
            """)

    @Option(help: ArgumentHelp("Where the store is made: on the disk to be measured.", valueName: "dir"))
    var folder: String

    @Option(help: "How many seconds to write.")
    var seconds = 5

    @Option(help: "How many write at once.")
    var group = 64

    @OptionGroup var output: OutputOption

    func validate() throws {
        guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds takes a number from 1 to 3,600") }
        guard (1...4_096).contains(group) else { throw ValidationError("--group takes a number from 1 to 4,096") }
    }

    /// The relay's, which writes to this folder alone.
    func enterCage() throws {
        var rules = ProcessCage.Rules()
        rules.writable = [URL(fileURLWithPath: folder).standardized.path]
        _ = try ProcessCage(.relay, rules).enter(becoming: nil, isRequired: false)
    }

    func run(_: Void) async throws {
        let path = URL(fileURLWithPath: folder).standardized.appendingPathComponent("postern-bench.sqlite").path
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Exit.cannotCreate.saying("\(path) exists already\n    Remove it, or name another folder.")
        }
        defer {
            for ending in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + ending) }
        }
        let report: StoreRun.Report
        do {
            report = try await StoreRun(path: path, duration: .seconds(seconds), writers: group).report()
        } catch let error as StoreFileError {
            throw Exit.cannotCreate.saying("\(error)\n    Name a folder on a local disk that you may write to.")
        } catch {
            throw Exit.unavailable.saying("the store could not be measured: \(error)")
        }
        try output.print(report) {
            let rows = [
                ["letters per second", "\(report.lettersPerSecond)"], ["commits per second", "\(report.commitsPerSecond)"],
                ["letters per commit", "\(report.lettersPerCommit)"],
                ["milliseconds per COMMIT", "\(report.commitMilliseconds)"],
                ["bytes per letter", "\(report.bytesPerLetter)"], ["letters", "\(report.letters)"],
                ["seconds", "\(report.seconds)"],
            ]
            return TextTable(head: ["\(group) WRITERS, SYNCHRONOUS FULL", ""], rows: rows).text
        }
    }
}
