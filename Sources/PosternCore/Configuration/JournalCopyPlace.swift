/// Where the journal's checkpoints are written a second time.
package enum JournalCopyPlace: Equatable, Sendable, CustomStringConvertible {
    /// A file, to which they are appended.
    case file(String)
    case syslog

    /// The socket of the system's log (syslog(3)).
    package static let systemLog = "/dev/log"

    /// `syslog`, or the full path of a file.
    package init?(_ text: String) {
        if text == "syslog" {
            self = .syslog
        } else if text.hasPrefix("/"), !text.hasSuffix("/"), !text.split(separator: "/").contains("..") {
            self = .file(text)
        } else {
            return nil
        }
    }

    func isInside(_ folder: String) -> Bool {
        guard case .file(let path) = self else { return false }
        return path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    package var description: String {
        switch self {
        case .file(let path): path
        case .syslog: "syslog"
        }
    }
}
