/// Somewhere a secret might have ended up.
package struct Place: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable, Encodable {
        case file, backup, log, response, output, mail, memory

        /// What must not be there. A relay holds letters and client addresses while it takes them in. Mail carries letters, and
        /// a visitor's address only if the visitor allows it; ours do not.
        package var forbidden: Set<Canary.Kind> {
            switch self {
            case .file, .backup, .log, .response, .output: Set(Canary.Kind.allCases)
            case .mail: [.clientAddress, .visitorAddress]
            case .memory: [.recipientAddress]
            }
        }

        package var meaning: String {
            switch self {
            case .file: "files of the installation"
            case .backup: "backups"
            case .log: "logs"
            case .response: "responses"
            case .output: "commands' output"
            case .mail: "mail, beyond its recipient"
            case .memory: "the relay's memory"
            }
        }
    }

    package let kind: Kind
    /// For people, as in `postern.sqlite-wal, after the kill` or `GET /ready`.
    package let name: String
    /// Canaries that a page shows again to the visitor who has just typed them: the form keeps what was typed.
    package let returned: Set<Int>

    package init(_ kind: Kind, _ name: String, returned: Set<Int> = []) {
        (self.kind, self.name, self.returned) = (kind, name, returned)
    }
}
