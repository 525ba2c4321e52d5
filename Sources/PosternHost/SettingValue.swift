/// The text after `=`, without quotation marks around it. systemd takes them off an `EnvironmentFile`, and so does a shell; typographic
/// ones come with what is pasted. A mark inside a value is part of it.
struct SettingValue: Equatable {
    let text: String
    /// A mark at the beginning has no counterpart at the end.
    let isOpen: Bool

    private static let typographic: [(first: Character, last: Character)] = [
        ("“", "”"), ("„", "“"), ("„", "”"), ("‘", "’"), ("‚", "‘"), ("«", "»"),
    ]

    /// - Parameter written: in a file, without blanks around it.
    init(ofLine written: String) {
        if let inside = Self.inside(written) {
            (text, isOpen) = (inside, false)
        } else {
            (text, isOpen) = (written, written.first.map { "\"'“„‘‚«".contains($0) } ?? false)
        }
    }

    /// What a variable holds has been through a shell or a service manager, which took its own marks off; containers' files of
    /// variables keep them.
    init(ofVariable value: String) {
        (text, isOpen) = (Self.inside(value) ?? value, false)
    }

    /// What is between two marks that belong together; nil where there are none.
    private static func inside(_ written: String) -> String? {
        guard written.count >= 2, let first = written.first, let last = written.last else { return nil }
        let inside = String(written.dropFirst().dropLast())
        switch first {
        case "'": return last == "'" && !inside.contains("'") ? inside : nil
        case "\"": return last == "\"" ? unescaped(inside) : nil
        default: return typographic.contains { $0 == (first, last) } ? inside : nil
        }
    }

    /// Within double quotation marks a backslash before one of these four only keeps it (POSIX, “Quoting”). Nil where a mark in the
    /// middle would end the quotation.
    private static func unescaped(_ inside: String) -> String? {
        var (result, isEscaped) = ("", false)
        for character in inside {
            if isEscaped {
                if !"\"\\`$".contains(character) { result.append("\\") }
                result.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return nil
            } else {
                result.append(character)
            }
        }
        return isEscaped ? nil : result
    }
}
