internal import ArgumentParser
private import Foundation
private import PosternRelay

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the store while it is in use, and check the copy.",
        discussion: """
            The copy holds sealed letters and addresses and no key: keep the vault's folder apart from it. Letters whose epoch \
            has ended since cannot be opened from it either.
            """)

    @Argument(help: ArgumentHelp("The file to make; it must not be there yet.", valueName: "file"))
    var file: String

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    func run() async throws {
        let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
        let path = URL(fileURLWithPath: file).standardized.path
        guard case .backup(let backup) = try await caller.ask(.backup(to: path)).orRefusal() else { throw ControlAnswer.mismatch }
        try output.print(backup) { "Copied the store to \(backup.path) (\(backup.bytes) bytes) and found it whole." }
    }
}
