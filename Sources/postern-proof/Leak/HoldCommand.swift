internal import ArgumentParser
private import Glibc

/// Keeps its standard input in memory until it is killed. The self-test's own test searches the memory of this process: it
/// has what the relay must not have.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Keep standard input in memory.", shouldDisplay: false)

    @Argument(help: "A file to make once everything has been read.")
    var ready: String

    func run() async throws {
        var (kept, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = read(STDIN_FILENO, &piece, piece.count)
            guard count > 0 else { break }
            kept += piece[..<count]
        }
        close(open(ready, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600))
        while !kept.isEmpty { try await Task.sleep(for: .seconds(60)) }
    }
}
