private import Foundation
internal import PosternCore

/// This program's own file, and the templates that belong to it.
package enum ProgramFiles {
    /// The folder of templates: as configured, else beside the installed program, else in the tree it was built in.
    /// - Throws: `ExitCode` 78 after saying where it looked.
    package static func templates(configured: String?) throws -> String {
        do throws(FileObstacle) {
            return try locateTemplates(configured: configured)
        } catch {
            throw Exit.configuration.saying("\(error.fault)")
        }
    }

    /// - Throws: an error that says where it looked.
    /// - Parameter user: the name of this process's user.
    package static func locateTemplates(
        configured: String?, user: String = ProcessUser.ownName
    ) throws(FileObstacle) -> String {
        func obstacle(_ folder: String) -> FileObstacle? {
            FileObstacle.find(
                folder, .folder, key: Setting.templates.rawValue, user: user,
                missing: "Name the folder with mail/, web/ and strings/ in it.")
        }
        if let configured {
            if let obstacle = obstacle(configured) { throw obstacle }
            guard isTemplates(configured) else {
                throw FileObstacle(
                    key: "POSTERN_TEMPLATES", problem: "\(configured) holds no templates",
                    remedy: "Name the folder with mail/, web/ and strings/ in it.")
            }
            return configured
        }
        let program = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        var candidates = [program.appendingPathComponent("../share/postern/templates").standardized]
        // A build is three or four folders deep in its tree: .build/x86_64-unknown-linux-gnu/release/postern.
        var folder = program
        for _ in 0..<5 {
            candidates.append(folder.appendingPathComponent("templates"))
            folder = folder.deletingLastPathComponent()
        }
        let paths = candidates.map(\.path)
        guard let found = paths.first(where: isTemplates) else {
            // One that is there and closed to this user is no reason to look for another.
            if let closed = paths.compactMap({ path in obstacle(path).flatMap { $0.command == nil ? nil : $0 } }).first {
                throw closed
            }
            throw FileObstacle(
                key: "POSTERN_TEMPLATES", problem: "the templates are not beside the program",
                remedy: "Set POSTERN_TEMPLATES to their folder. Looked in:\n"
                    + candidates.map { "    \($0.path)" }.joined(separator: "\n"))
        }
        return found
    }

    /// This program's file, so that children are the same build.
    package static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// Another program of ours, in the folder of this one.
    package static func beside(_ name: String) -> String {
        URL(fileURLWithPath: executable).deletingLastPathComponent().appendingPathComponent(name).path
    }

    private static func isTemplates(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/mail") && FileManager.default.fileExists(atPath: "\(path)/strings")
    }
}
