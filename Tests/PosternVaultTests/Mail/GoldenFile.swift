import Foundation
import PosternMail
import PosternVault
import Testing

/// A mail that somebody has read and found right, byte for byte: `Golden/<name>.eml`.
///
/// `POSTERN_GOLDEN=write swift test` writes the files again; read the difference before you commit it.
enum GoldenFile {
    static func check(_ mail: OutgoingMessage, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let place = MailSamples.folder.appending(path: "Golden/\(name).eml")
        if ProcessInfo.processInfo.environment["POSTERN_GOLDEN"] == "write" {
            try Data(mail.bytes).write(to: place)
            return
        }
        let golden = FileManager.default.contents(atPath: place.path)
        guard golden.map(Array.init) != mail.bytes else { return }
        let folder = FileManager.default.temporaryDirectory.appending(path: "postern-golden")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let actual = folder.appending(path: "\(name).eml")
        try Data(mail.bytes).write(to: actual)
        let difference = golden == nil ? "there is no golden file" : "the mail differs from the golden file"
        Issue.record("\(difference): compare \(place.path) with \(actual.path)", sourceLocation: sourceLocation)
    }
}
