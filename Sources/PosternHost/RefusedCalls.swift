private import Foundation
private import Glibc
package import PosternCore

/// The system calls for which a process was ended (`ProcessCage`), as the supervisor notes them: the newest hundred, one a line.
package struct RefusedCalls: Sendable {
    package struct Entry: Equatable, Sendable {
        package let at: Timestamp
        package let child: ProcessRole
        /// Its name, as the process's last words had it.
        package let call: String

        package init(at: Timestamp, child: ProcessRole, call: String) {
            (self.at, self.child, self.call) = (at, child, call)
        }
    }

    private let path: String
    private static let kept = 100

    package init(path: String) {
        self.path = path
    }

    /// Lines that are no entry are passed over: the file is for people too.
    package var entries: [Entry] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let milliseconds = Int64(words[0]), let child = ProcessRole(rawValue: String(words[1])) else {
                return nil
            }
            return Entry(at: Timestamp(milliseconds: milliseconds), child: child, call: String(words[2]))
        }
    }

    package func add(_ entry: Entry) throws {
        let lines = (entries + [entry]).suffix(Self.kept).map { "\($0.at.milliseconds) \($0.child) \($0.call)\n" }
        try DurableFile.write(lines.joined(), to: path, mode: 0o644)
    }

    /// The call in the last words of a process that was ended for it. Nil for any other line.
    package static func call(in line: String) -> String? {
        guard line.hasPrefix("postern "), line.hasSuffix(" is not allowed; ended"),
            let open = line.lastIndex(of: "("), let close = line.lastIndex(of: ")"), open < close
        else { return nil }
        let name = line[line.index(after: open)..<close]
        let isName = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        return isName && !name.isEmpty && name.utf8.count < 40 ? String(name) : "unknown"
    }
}
