internal import ArgumentParser
private import Foundation
internal import PosternHost
private import PosternRelay

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the store while it is in use, and check the copy.",
        discussion: """
            The copy holds sealed letters and addresses, and no key: keep it apart from a copy of the vault's folder. When the \
            key of a letter's day has been destroyed, the letter cannot be opened from a backup either.
            """)

    @Argument(help: ArgumentHelp("The file to make. It must not exist yet.", valueName: "file"))
    var file: String

    @OptionGroup var options: AskOptions

    func run() async throws {
        try await options.print(.backup(to: URL(fileURLWithPath: file).standardized.path)) { (backup: BackupView) in
            "Copied the store to \(backup.path) (\(backup.bytes) bytes) and found it whole."
        }
    }
}
