private import Glibc

/// Who may do something in a home: root, and the user that a folder of it belongs to.
package enum RightUser {
    /// - Parameter folder: of the process that the command is about.
    /// - Throws: `ExitCode` 77 when this is another user. What would fail otherwise is a file that nobody has named.
    package static func check(for folder: String, in home: Home) throws {
        guard !ProcessUser.isRoot else { return }
        guard let status = FileStatus(path: folder) ?? FileStatus(path: home.path), status.owner != geteuid() else { return }
        let owner = ProcessUser(id: status.owner, group: status.group).name
        throw Exit.noPermission.saying(
            "\(home.path) belongs to another user, and you are \(ProcessUser.ownName)\n"
                + "    Run it as root\(owner == "root" ? "" : " or \(owner)").")
    }
}
