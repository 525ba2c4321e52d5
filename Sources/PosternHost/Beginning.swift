package import ArgumentParser
private import Dispatch
private import Glibc

/// A command that gives up rights before anything asynchronous runs: only while there is a single thread is every later one bound by
/// that, and only then does ps(1) show the user that the process has become (the first thread ends as Swift's main queue begins).
package protocol CagedCommand: AsyncParsableCommand {
    associatedtype Caged: Sendable

    /// Reads what it needs to know and enters its cage.
    func enterCage() throws -> Caged
    func run(_ caged: Caged) async throws
}

extension ParsableCommand {
    /// Begins a program: a clean environment, the command as it is called, its cage if it has one. Never returns.
    package static func begin() -> Never {
        do {
            try CleanEnvironment.enter()
            let command = try parseAsRoot()
            if let caged = command as? any CagedCommand {
                try begin(caged)
            } else if let command = command as? any AsyncParsableCommand {
                // Safe although the compiler cannot see it: `finish` never returns, so its task alone uses the command.
                nonisolated(unsafe) var command = command
                finish { try await command.run() }
            } else {
                var command = command
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
        exit()
    }

    private static func begin(_ command: some CagedCommand) throws -> Never {
        let caged = try command.enterCage()
        // Safe although the compiler cannot see it: `finish` never returns, so its task alone uses the command.
        nonisolated(unsafe) let command = command
        finish { try await command.run(caged) }
    }

    private static func finish(_ body: @escaping @Sendable () async throws -> Void) -> Never {
        Task {
            do {
                try await body()
            } catch {
                exit(withError: error)
            }
            exit()
        }
        dispatchMain()
    }
}
