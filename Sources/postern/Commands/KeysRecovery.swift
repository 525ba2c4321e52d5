internal import ArgumentParser
private import Foundation
private import PosternCore
internal import PosternHost
private import PosternLink
private import PosternVault

/// Where own secrets are that are newer than the saved keys.
struct SecretsOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The own secrets in the file that POSTERN_SECRETS_COPY names: anyone who came after the keys were saved keeps their address. "
                + "By default \(RecoveryFolder.secretsCopy) in the folder, if it is there.", valueName: "file"))
    var secrets: String?

    var path: String? { secrets.map { URL(fileURLWithPath: $0).standardized.path } }
}

extension KeysCommand {
    struct ExportRecovery: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save the keys that last in a folder, to be kept on another machine.",
            discussion: """
                Without them no backup of the store gives an address back. The folder gets the address, authorisation and journal \
                keys, the vault's memory of who was erased and whose record is the newest, each recipient's own secret, and the \
                settings. It gets no key of a single day: these are destroyed on purpose. Repeat it as often as you make backups, \
                since the address of anyone who came later does not open without their secret, unless POSTERN_SECRETS_COPY keeps \
                these current elsewhere; and after an erasure, since an older copy still has the secret of that person; into the same \
                folder, which then has the newest alone. Keep it apart from the backups: both together show every address.
                """)

        @Argument(help: ArgumentHelp("The folder. It is made if it is not there.", valueName: "folder"))
        var folder: String

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let files = VaultFiles(home: caller.home, users: caller.users, retention: caller.configuration.retention)
            let set = try await files.collected()
            let path = URL(fileURLWithPath: folder).standardized.path
            try RecoveryFolder(path: path, users: caller.users).write(
                set, settings: FileManager.default.contents(atPath: caller.home.settings))
            // Only now: a key counts as saved once it is on the disk.
            let ids = set.keys.keys.compactMap { KeyName(file: $0)?.id }
            try await files.noteSaved(.init(ids: Set(ids), secrets: set.secrets.map { OwnSecretReport($0).places } ?? 0))
            await OperatorCaller(home: caller.home, users: caller.users).record(.keysExported(ids.sorted()))
            Terminal.say(
                """
                Saved \(set.keys.count) keys\(set.records == nil ? "" : ", the vault's memory")\
                \(set.secrets == nil ? "" : ", the own secrets of recipients") and the settings in \(path).
                Move it to another machine, apart from the backups of the store: both together show every recipient's address.
                It holds no key of a single day, no SMTP password, and not the journal.
                On a new machine: postern restore BACKUP --keys \(path.shellWord)
                """)
        }
    }

    struct ImportRecovery: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put saved keys back into this installation, whose store is in place.",
            discussion: "Stop the service first. To put back a store as well, use postern restore FILE --keys FOLDER.")

        @Argument(help: ArgumentHelp("The folder, made by postern keys export-recovery.", valueName: "folder"))
        var folder: String

        @OptionGroup var second: SecretsOption
        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let path = URL(fileURLWithPath: folder).standardized.path
            let saved = try RecoveryFolder(path: path, users: caller.users).read(secrets: second.path)
            let files = VaultFiles(home: caller.home, users: caller.users, retention: caller.configuration.retention)
            let report = try await files.install(
                KeyInstallation.Wish(set: saved.set, folder: saved.keys, needed: nil, isAdopting: false))
            if report.added > 0 || report.secretsAdded > 0 || report.formerRecords != nil {
                await OperatorCaller(home: caller.home, users: caller.users)
                    .record(.keysImported(added: report.added, hasMemory: saved.set.records != nil))
            }
            let text =
                report.added == 0 && report.secretsAdded == 0
                ? "All keys of \(path) were here already."
                : "Put \(report.added) \(report.added == 1 ? "key" : "keys") and \(report.secretsAdded) own "
                    + "\(report.secretsAdded == 1 ? "secret" : "secrets") of recipients back. Letters that were held for want of them go "
                    + "with: postern queue release --all"
            Terminal.say(text + (report.setAside.map { "\nA memory of other keys was here; it is now in \($0)." } ?? ""))
            // Without a store there is nobody to erase, and none is to be made.
            guard let store = caller.configuration.database.file, FileStatus(path: store) != nil else { return }
            let erased = try await ErasedAgain(caller: caller, files: files, former: report.formerRecords).run()
            if report.formerRecords != nil { Terminal.say(RecoveryFolder.takenOver) }
            if !erased.isEmpty { Terminal.say("Erased again, as the vault remembers: \(erased.joined(separator: ", "))") }
        }
    }
}
