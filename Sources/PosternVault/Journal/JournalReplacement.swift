private import Glibc
package import PosternCore
internal import PosternJournal

/// Sets a journal aside that cannot go on, so that another one begins. Nothing of it is deleted.
package enum JournalReplacement {
    /// Each file stays in its folder and gets a longer name: a cage lets nothing go from one folder to another.
    /// - Returns: where the former one is now, and its last checkpoint in one line; nil when there was none.
    /// - Throws: `FileFault`.
    package static func setAside(
        _ place: JournalPlace, at now: Timestamp
    ) throws(FileFault) -> (folder: String, checkpoint: String?)? {
        let last = try File.text(at: place.last).flatMap { SignedCheckpoint($0)?.checkpoint }
        let paths: [String] = [place.folder.path, place.last, place.subjects]
        let present = paths.filter { access($0, F_OK) == 0 }
        guard !present.isEmpty else { return nil }
        let ending = ".replaced-\(now.milliseconds)"
        for path in present { try File.rename(path, to: path + ending, in: path.folder) }
        return (place.folder.path + ending, last.map { "\($0.origin) \($0.size) \($0.root.base64)" })
    }
}
