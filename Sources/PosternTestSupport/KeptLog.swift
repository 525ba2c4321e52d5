package import Logging
private import Synchronization

/// A logger's lines, for tests that count them.
package final class KeptLog: Sendable {
    private let lines = Mutex<[(level: Logger.Level, text: String)]>([])

    package init() {}

    package var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    package var all: [String] { lines.withLock { $0.map(\.text) } }
    package var criticals: [String] { texts(.critical) }
    package var errors: [String] { texts(.error) }
    package var warnings: [String] { texts(.warning) }
    package var notices: [String] { texts(.notice) }

    private func texts(_ level: Logger.Level) -> [String] { lines.withLock { $0.filter { $0.level == level }.map(\.text) } }

    private struct Handler: LogHandler {
        let log: KeptLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            log.lines.withLock { $0.append((event.level, ([event.message.description] + words).joined(separator: " "))) }
        }
    }
}
