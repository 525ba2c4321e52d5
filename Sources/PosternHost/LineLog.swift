private import Foundation
package import Logging
package import PosternCore

/// One line for each event on standard error: time, level, process, message, then `key=value` in the order of keys.
package struct LineLog: LogHandler {
    package let process: String
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    package init(process: String, level: Logger.Level) {
        (self.process, logLevel) = (process, level)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        var line = "\(Timestamp.now.rfc3339) \(event.level.rawValue) \(process): \(event.message)"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(Self.quoted("\(value)"))"
        }
        Terminal.complain(line)
    }

    /// Puts a value with spaces or quotes into quotes. A line break in a value must not begin a new line of the log.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0.value != 0x7F }
        guard !isPlain else { return value }
        return "\""
            + value.unicodeScalars.map { scalar -> String in
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                case _ where scalar.value < 0x20 || scalar.value == 0x7F: "?"
                default: String(scalar)
                }
            }.joined() + "\""
    }
}

extension Timestamp {
    /// The system's clock. Only the wiring reads it, and passes it down.
    package static var now: Timestamp {
        // Not clock_gettime: in a release build its timespec comes from a module of the toolchain that cannot be imported.
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
    }
}
