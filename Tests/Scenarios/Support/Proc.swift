import Foundation

/// What /proc says of a process (proc(5)).
enum Proc {
    /// A whole file of /proc. `String(contentsOfFile:)` takes the first short read for its end, and the kernel gives a table page by
    /// page.
    static func text(_ path: String) throws -> String {
        let bytes = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd() ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Field → value.
    static func status(of pid: Int32) throws -> [String: String] {
        let lines = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8).split(separator: "\n")
        return Dictionary(
            lines.compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return parts.count == 2 ? (parts[0], parts[1]) : nil
            }, uniquingKeysWith: { first, _ in first })
    }

    /// A process whose words, as it was started, are these.
    static func find(_ isWanted: ([String]) -> Bool) -> Int32? {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.first { pid in
            let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            return isWanted(bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// Its parent, its session, and its terminal: 0 without one.
    static func place(of pid: Int32) throws -> (parent: Int32, session: Int32, terminal: Int32) {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        guard let end = text.lastIndex(of: ")") else { throw Failure("/proc/\(pid)/stat is of another form") }
        // After the name: state, parent, group, session, terminal.
        let fields = text[text.index(after: end)...].split(separator: " ").map { Int32($0) ?? 0 }
        guard fields.count > 4 else { throw Failure("/proc/\(pid)/stat is of another form") }
        return (fields[1], fields[3], fields[4])
    }

    static func limit(_ name: String, of pid: Int32) throws -> String? {
        let lines = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8).split(separator: "\n")
        return lines.first { $0.hasPrefix(name) }?.dropFirst(name.count).split(separator: " ").first.map(String.init)
    }

    /// Descriptor → what it stands for.
    static func files(of pid: Int32) throws -> [Int: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
        return Dictionary(
            names.compactMap { name in
                guard let number = Int(name),
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)")
                else { return nil }
                return (number, target)
            }, uniquingKeysWith: { first, _ in first })
    }

    static func environment(of pid: Int32) throws -> [String: String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
        return Dictionary(
            bytes.split(separator: 0).compactMap { entry in
                let parts = String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1)
                return parts.first.map { (String($0), parts.count == 2 ? String(parts[1]) : "") }
            }, uniquingKeysWith: { first, _ in first })
    }
}
