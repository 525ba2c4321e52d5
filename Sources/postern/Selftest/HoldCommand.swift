internal import ArgumentParser
private import Glibc

extension SelftestCommand {
    /// Keeps what comes on standard input in its memory until it is ended: a process that has what it must not have, for the
    /// selftest's own test.
    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold what is given.", shouldDisplay: false)

        @Argument(help: "A file to make once everything is held.")
        var ready: String

        func run() async throws {
            var (kept, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            while true {
                let count = read(STDIN_FILENO, &piece, piece.count)
                guard count > 0 else { break }
                kept += piece[..<count]
            }
            close(open(ready, O_WRONLY | O_CREAT, 0o600))
            while !kept.isEmpty { try await Task.sleep(for: .seconds(60)) }
        }
    }
}
