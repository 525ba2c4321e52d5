internal import Foundation

/// The project's own templates, and a copy of them that a test may spoil.
package struct TemplatesCopy: Sendable {
    /// The project's `templates/`.
    package static let original = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../../templates").standardizedFileURL.path

    private let folder: TemporaryFolder

    package init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Self.original, toPath: folder.path("templates"))
    }

    package var path: String { folder.path("templates") }

    package func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    }

    /// Makes the file's folder if need be.
    package func write(_ octets: some Sequence<UInt8>, to file: String) throws {
        let place = URL(filePath: path).appending(path: file)
        try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(octets).write(to: place)
    }

    package func write(_ text: String, to file: String) throws {
        try write(text.utf8, to: file)
    }

    package func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(file)")
    }
}
