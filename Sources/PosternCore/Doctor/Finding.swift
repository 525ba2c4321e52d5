/// What `postern doctor` looks at, in the order in which it tells of it. The raw value is the name in its output.
package enum Check: String, Sendable, CaseIterable {
    case configuration, users, service, keys
    /// Modes and owners of files and folders.
    case modes
    case store, sqlite, curl, disk, inodes, templates, smarthost, clock
    case oldestLetter = "oldest-letter"
    case lastPurge = "last-purge"
}

/// One line of the doctor's: what was looked at, how it stands, what was found, and what to do about it.
///
/// Never holds a secret: what makes findings is handed facts that hold none.
package struct Finding: Equatable, Sendable {
    package enum Level: String, Sendable, CaseIterable {
        case ok
        /// Works today; or could not be looked at.
        case warn
        /// Something does not work, or a promise is not kept.
        case fail = "FAIL"
    }

    package let check: Check
    package let level: Level
    package let text: String
    /// Nil exactly when all is well.
    package let remedy: Remedy?

    private init(_ check: Check, _ level: Level, _ text: String, _ remedy: Remedy?) {
        (self.check, self.level, self.text, self.remedy) = (check, level, text, remedy)
    }

    package static func ok(_ check: Check, _ text: String) -> Finding { Finding(check, .ok, text, nil) }

    package static func warn(_ check: Check, _ text: String, _ remedy: Remedy) -> Finding { Finding(check, .warn, text, remedy) }

    package static func fail(_ check: Check, _ text: String, _ remedy: Remedy) -> Finding { Finding(check, .fail, text, remedy) }

    /// A check that could not be made is never passed over: nobody knows how that stands.
    package static func skipped(_ check: Check, because reason: String, _ remedy: Remedy) -> Finding {
        Finding(check, .warn, "not checked: \(reason)", remedy)
    }
}

/// What to do about a finding: a sentence, and commands as they can be copied.
package struct Remedy: Equatable, Sendable, ExpressibleByStringInterpolation {
    package let text: String
    package let commands: [String]

    package init(_ text: String, commands: [String] = []) {
        (self.text, self.commands) = (text, commands)
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }
}

extension String {
    /// As one word of a shell's command line: in single quotes unless it is plain.
    package var shellWord: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F].contains(byte)
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
