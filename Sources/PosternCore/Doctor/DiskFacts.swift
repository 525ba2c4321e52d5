/// Room on the file system of the store.
package struct DiskFacts: Sendable {
    package let folder: String
    /// Bytes free for an ordinary user, and in all.
    package let free, whole: UInt64
    /// Below this many bytes free no letter is taken.
    package let least: UInt64
    /// Files that can still be made, and in all; nil where the file system has no fixed number (btrfs).
    package let inodes: (free: UInt64, whole: UInt64)?

    package init(folder: String, free: UInt64, whole: UInt64, least: UInt64, inodes: (free: UInt64, whole: UInt64)?) {
        (self.folder, self.free, self.whole, self.least, self.inodes) = (folder, free, whole, least, inodes)
    }

    package var findings: [Finding] { [room, names] }

    private var room: Finding {
        let found = "\(Self.size(free)) of \(Self.size(whole)) free at \(folder)"
        if free < least {
            return .fail(
                .disk, "\(found): below \(Self.size(least)) no letter is taken; what was accepted still goes out",
                "Make room on that file system, or move the store to a larger one.")
        }
        if free < least * 2 {
            return .warn(
                .disk, "\(found): it is getting near \(Self.size(least)), below which no letter is taken",
                "Make room on that file system, or move the store to a larger one.")
        }
        return .ok(.disk, "\(found); letters are taken down to \(Self.size(least))")
    }

    /// A few thousand are plenty for Postern; others that share the file system may eat them up.
    private var names: Finding {
        guard let inodes, inodes.whole > 0 else { return .ok(.inodes, "the file system at \(folder) sets no limit") }
        let found = "\(inodes.free) of \(inodes.whole) inodes free at \(folder)"
        let remedy: Remedy = "Find who fills that file system with small files (du --inodes), and remove them."
        if inodes.free < 100 {
            return .fail(.inodes, "\(found): soon neither a key nor the store's own files can be made", remedy)
        }
        if inodes.free < min(10_000, inodes.whole / 20) { return .warn(.inodes, "\(found): that is few", remedy) }
        return .ok(.inodes, found)
    }

    private static func size(_ bytes: UInt64) -> String {
        let mebibytes = bytes / (1_024 * 1_024)
        guard mebibytes >= 10_240 else { return "\(mebibytes) MiB" }
        return "\(mebibytes / 1_024) GiB"
    }
}
