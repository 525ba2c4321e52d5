private import Foundation
package import PosternCore

/// Who listens at a port of this machine, as /proc tells root.
package enum PortHolder {
    /// `nginx (process 812)`; nil where nobody listens, or this user cannot see who.
    package static func name(at listen: ListenAddress) -> String? {
        // Lines and entries of /proc come and go while they are read, and one that stays may be skipped for it.
        for _ in 0..<3 {
            if let name = look(listen) { return name }
        }
        return nil
    }

    private static func look(_ listen: ListenAddress) -> String? {
        let sockets = Set(
            ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeners($0, port: listen.port) }.map { "socket:[\($0)]" })
        guard !sockets.isEmpty else { return nil }
        let files = FileManager.default
        for process in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] where Int32(process) != nil {
            let open = (try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
            guard
                open.contains(where: {
                    sockets.contains((try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")) ?? "")
                })
            else { continue }
            let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8))?.split(separator: "\n").first
            return "\(name ?? "a program") (process \(process))"
        }
        return nil
    }

    /// The inodes of listening sockets (proc(5), /proc/net/tcp): address:port in hexadecimal, state 0A.
    private static func listeners(_ path: String, port: Int) -> [Substring] {
        // Foundation takes the first short read for the end of the file, and the kernel gives its table page by page: with thirty
        // connections the rest would be missing.
        guard let file = FileHandle(forReadingAtPath: path), let bytes = try? file.readToEnd() else { return [] }
        let table = String(decoding: bytes, as: UTF8.self)
        return table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == "0A", let text = columns[1].split(separator: ":").last else { return nil }
            return Int(text, radix: 16) == port ? columns[9] : nil
        }
    }
}
