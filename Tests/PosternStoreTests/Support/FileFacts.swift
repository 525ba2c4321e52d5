import Foundation
import Testing

/// What the file system says.
enum FileFacts {
    /// The permission bits, as in 0o600.
    static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    static func size(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.size] as? Int)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    static func copy(_ source: String, to target: String) throws {
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }

    static func append(_ bytes: [UInt8], to path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(bytes))
    }

    /// Every file in a folder, by name.
    static func contents(of folder: String) throws -> [(name: String, content: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, [UInt8]($0)) }
        }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        try #require(FileManager.default.contents(atPath: path).map { [UInt8]($0) })
    }

    static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    /// The Swift files below a folder.
    static func sources(below folder: String) throws -> [String] {
        let folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        let names = try #require(FileManager.default.subpaths(atPath: folder))
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
    }
}

extension [UInt8] {
    /// Whether the bytes stand in it somewhere, in one piece.
    func holds(_ needle: [UInt8]) -> Bool {
        withUnsafeBytes { hay in
            guard let begin = hay.baseAddress, let first = needle.first, hay.count >= needle.count else { return false }
            var offset = 0
            let last = hay.count - needle.count
            while offset <= last, let found = memchr(begin + offset, Int32(first), last - offset + 1) {
                if memcmp(found, needle, needle.count) == 0 { return true }
                offset = UnsafeRawPointer(found) - begin + 1
            }
            return false
        }
    }
}
