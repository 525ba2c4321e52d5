package import ArgumentParser
private import Glibc
private import PosternCore

/// How a command ends: a status of sysexits(3), and what to tell the person who called it.
package enum Exit: Int32 {
    /// The command was called wrongly.
    case usage = 64
    /// Something we need does not answer.
    case unavailable = 69
    /// Try again later.
    case temporary = 75
    /// The configuration is wrong.
    case configuration = 78
    case data = 65
    case cannotCreate = 73
    case noInput = 66
    /// Another user may do it.
    case noPermission = 77
    /// This program does not do what it promises.
    case software = 70

    package var code: ExitCode { ExitCode(rawValue) }

    /// Prints the text to standard error and returns the error to throw.
    package func saying(_ text: String) -> ExitCode {
        Terminal.complain(text)
        return code
    }
}

package enum Terminal {
    package static func complain(_ text: String) {
        write(text.withoutControls + "\n", to: STDERR_FILENO)
    }

    /// A question, whose answer is typed after it.
    package static func prompt(_ text: String) {
        write(text.withoutControls, to: STDERR_FILENO)
    }

    package static func say(_ text: String) {
        write(text.withoutControls + "\n", to: STDOUT_FILENO)
    }

    /// Text with colours, in which everything foreign is `withoutControls`.
    package static func saySafe(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Shows progress: replaces the current line of standard error, if that is a terminal.
    package static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write("\r\u{1B}[K" + text, to: STDERR_FILENO)
    }

    /// Columns of the terminal at standard output, at most 100: longer lines are hard to read. 80 where it is not a terminal.
    package static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(Int(size.ws_col), 100)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}

/// `1 delivery`, `3 deliveries`.
package func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
}

extension String {
    /// With a question mark for each control character but tab and line break, and for each that turns the direction of text. What
    /// a command prints may come from a process that has been taken over: a terminal obeys control characters (ECMA-48), and text
    /// that is turned reads as something else (UTS #55).
    package var withoutControls: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "?" : $0 }))
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        self != "\t" && self != "\n" && (InvisibleCharacters.isControl(self) || InvisibleCharacters.isBidirectionalControl(self))
    }
}
