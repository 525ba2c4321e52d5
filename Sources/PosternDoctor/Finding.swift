private import PosternCore
package import PosternRelay

/// What `postern doctor` looks at, in the order of its output. The raw value is the name in that output.
package enum Check: String, Codable, Sendable, CaseIterable {
    /// Whether letters go out.
    case letters
    case configuration, users
    /// What relay and vault gave up at their start.
    case cage
    case service, keys
    /// Whether the keys that last are kept elsewhere too.
    case savedKeys = "saved-keys"
    /// The vault's record of what was done.
    case journal
    /// Modes and owners of files and folders.
    case modes
    case store, sqlite, curl, disk, inodes, templates, smarthost
    /// Whether those who join by themselves get their mail.
    case joining
    case budgets, clock
    /// Whether a proxy in front is set up.
    case proxy
    case oldestLetter = "oldest-letter"
    /// What recipients have reported.
    case reports
    case lastPurge = "last-purge"
}

/// One line of the doctor's report: what was looked at, how it is, what was found, and what to do about it.
///
/// It never holds a secret: findings are made from facts that hold none.
package struct Finding: Codable, Equatable, Sendable {
    package enum Level: String, Codable, Sendable, CaseIterable {
        case ok
        /// It works today, or it could not be checked.
        case warn
        /// Something does not work, or a promise is not kept.
        case fail = "FAIL"
    }

    package let check: Check
    package let level: Level
    package let text: String
    /// Nil exactly when the level is `ok`.
    package let remedy: Remedy?
    /// What it is called in the log, on the staff page and in `/metrics`; nil for what the doctor alone sees.
    package private(set) var condition: HealthCondition.ID?

    private init(_ check: Check, _ level: Level, _ text: String, _ remedy: Remedy?) {
        self.check = check
        self.level = level
        self.text = text
        self.remedy = remedy
    }

    func named(_ condition: HealthCondition.ID) -> Finding {
        var finding = self
        finding.condition = condition
        return finding
    }

    package static func ok(_ check: Check, _ text: String) -> Finding { Finding(check, .ok, text, nil) }

    package static func warn(_ check: Check, _ text: String, _ remedy: Remedy) -> Finding { Finding(check, .warn, text, remedy) }

    package static func fail(_ check: Check, _ text: String, _ remedy: Remedy) -> Finding { Finding(check, .fail, text, remedy) }

    /// A check that could not be made is never left out: nobody knows whether it would have failed.
    package static func skipped(_ check: Check, because reason: String, _ remedy: Remedy) -> Finding {
        Finding(check, .warn, "not checked: \(reason)", remedy)
    }
}

/// What to do about a finding: a sentence, and commands to copy.
package struct Remedy: Codable, Equatable, Sendable, ExpressibleByStringInterpolation {
    package let text: String
    package let commands: [String]

    package init(_ text: String, commands: [String] = []) {
        self.text = text
        self.commands = commands
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }
}

extension Remedy {
    /// For what only root, or the process's own user, may look at.
    package static let asRoot: Remedy = "Run postern doctor as root."
    static let settingsFirst: Remedy = "Correct the configuration first."
    static let tryAgain: Remedy = "Read what it said above, and run postern doctor again."
    static let rightHome: Remedy = "Name the right folder with --home, or make an installation with postern init."
    static let keysBack = Remedy(
        "Put the saved keys back, with the service stopped; for a new installation, run postern init.",
        commands: ["postern keys import-recovery FOLDER"])
}
