internal import ArgumentParser
private import Foundation
private import Glibc
internal import PosternCore
internal import PosternDoctor
internal import PosternHost
private import PosternLink
private import PosternSealing
internal import PosternStore
internal import PosternVault

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replace the store with a backup, and put the saved keys back.",
        discussion: """
            Stop the service first. On a new machine this is all there is to do: it makes the installation if there is none. The \
            backup is checked before anything changes, and the present store is kept under the name that is printed.

            Nobody knows what was delivered after the backup was made. So letters that waited then are held, to be released or \
            dropped by you; those that the replaced store knows to be delivered end as delivered. Letters whose key is lost with the \
            old machine end as failed, and are listed.
            """)

    @Argument(help: ArgumentHelp("The backup, made by postern backup.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The folder with the saved keys: postern keys export-recovery makes it.", valueName: "folder"))
    var keys: String?

    @OptionGroup var second: SecretsOption

    @Flag(help: "Restore although the keys are lost for good. Every recipient's address must then be given again.")
    var withoutKeys = false

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    func validate() throws {
        guard keys == nil || !withoutKeys else { throw ValidationError("--keys and --without-keys do not go together") }
        guard second.secrets == nil || keys != nil else { throw ValidationError("--secrets goes with --keys") }
    }

    /// What the process that restores must know of the keys.
    struct Wish: Codable {
        /// The backup, as the operator calls it.
        let name: String
        /// Where the saved keys are; nil when none were given.
        let folder: String?
        /// Ids of the address keys that there will be.
        let address: Set<String>
        let letterDays: Set<Int32>
        let mayLackKeys: Bool
    }

    /// How it went, from the process that did it to the one that tells.
    struct Restored: Codable {
        struct Letter: Codable {
            let id, recipient, accepted: String

            init(_ line: DeliveryLine) {
                (id, recipient) = ("\(line.id)", "\(line.site)/\(line.handle)")
                accepted = line.accepted.rfc3339
            }
        }

        let path: String
        let bytes: Int
        /// Where the former store is now.
        let replaced: String?
        /// When the backup was made; nil for one that does not say so.
        let backedUp: String?
        let held, endedSince, lostCount, leftCount: Int
        /// Letters that nobody can open any more.
        let lost: [Letter]
        /// Letters that wait in the former store alone.
        let left: [Letter]
        let addressKeys: Set<String>
        let needsAdoption: Bool
        var keysAdded: Int?
        /// How many own secrets came; nil without keys.
        var secretsAdded: Int?
        var keysSetAside: String?
        var formerJournal: String?
        var madeKeys: [String]?
        var settings: String?
        /// The settings that are others than the saved ones, which were not taken.
        var settingsKept: [String]?
        var erasedAgain: [String]?
        /// The saved memory, if it is of other keys than the one here.
        var formerRecords: String?
    }

    func run() async throws {
        umask(0o077)
        let path = URL(fileURLWithPath: file).standardized.path
        let keyPath = keys.map { URL(fileURLWithPath: $0).standardized.path }
        let isBare = access(home.folder.settings, F_OK) != 0
        let settings = isBare ? try await makeSettings(from: keyPath) : nil
        do {
            var restored = try await restore(path, keys: keyPath)
            restored.settings = settings
            try output.print(restored) { Report(restored, backup: path, keys: keyPath, home: home.folder).text }
        } catch {
            // So that the next try finds the machine as bare as this one did.
            if isBare { unlink(home.folder.settings) }
            throw error
        }
    }

    private func restore(_ path: String, keys keyPath: String?) async throws -> Restored {
        let caller = try home.caller()
        let saved = try keyPath.map { try RecoveryFolder(path: $0, users: caller.users).read(secrets: second.path) }
        let files = VaultFiles(home: caller.home, users: caller.users, retention: caller.configuration.retention)
        let here = try await files.holdings()
        let given = try saved.map { saved in
            do { return KeyHoldings(try saved.set.parsed(from: saved.keys)) } catch { throw Exit.data.saying("\(error)") }
        }
        let wish = Wish(
            name: path, folder: keyPath, address: here.address.union(given?.address ?? []),
            letterDays: here.letterDays.union(given?.letterDays ?? []), mayLackKeys: withoutKeys)
        var restored: Restored
        if let relay = caller.users.relay {
            let backup = try OperatorFile(path, users: caller.users).opened()
            defer { close(backup) }
            let words = [path, String(decoding: try JSONEncoder().encode(wish), as: UTF8.self)]
            let told = try await Errand(home: caller.home, user: relay).run(.restore, words, readingFrom: backup)
            restored = try JSONDecoder().decode(Restored.self, from: Data(told))
        } else {
            restored = try await Self.restore(path, wish, to: caller.configuration.database)
        }
        restored.settingsKept = differences(from: saved?.settings)
        if let saved {
            let report = try await files.install(
                KeyInstallation.Wish(
                    set: saved.set, folder: saved.keys, needed: restored.addressKeys, isAdopting: restored.needsAdoption))
            (restored.keysAdded, restored.keysSetAside) = (report.added, report.setAside)
            restored.secretsAdded = report.secretsAdded
            (restored.formerRecords, restored.formerJournal) = (report.formerRecords, report.formerJournal)
            await OperatorCaller(home: caller.home, users: caller.users)
                .record(.keysImported(added: report.added, hasMemory: saved.set.records != nil))
        } else if here.lasting.isEmpty {
            restored.madeKeys = try await Init.makeKeys(in: caller.home, users: caller.users, suite: .ofAddresses)
        }
        restored.erasedAgain = try await ErasedAgain(caller: caller, files: files, former: restored.formerRecords).run()
        return restored
    }

    /// The settings that were here stay: the store is where they say. Whether they are meant, the operator knows.
    /// - Returns: which of them are others than the saved ones; nil where none is.
    private func differences(from saved: String?) -> [String]? {
        guard let saved else { return nil }
        let here = try? String(contentsOfFile: home.folder.settings, encoding: .utf8)
        let values = [saved, here].map { GivenSettings(path: home.folder.settings, text: $0, environment: [:]).values }
        let names = Set(values[0].keys).union(values[1].keys).filter { values[0][$0] != values[1][$0] }
        return names.isEmpty ? nil : names.sorted()
    }

    /// Settings for a machine that has none.
    /// - Returns: where they come from.
    private func makeSettings(from keys: String?) async throws -> String {
        let folder = home.folder
        _ = try HomeFolders.makeHome(folder)
        if let keys, let text = try RecoveryFolder(path: keys, users: .shared).settings() {
            try await blocking("postern.home") { try DurableFile.write(text, to: folder.settings, mode: 0o644) }
            return "saved"
        }
        try await Init.parse([]).writeSettings(to: folder)
        return "new"
    }

    /// As this process's user.
    static func restore(_ path: String, _ wish: Wish, to database: DatabaseURL) async throws -> Restored {
        var randomness = RandomSource.system
        let now = Timestamp.now
        let trace = OperationRecord(
            id: OperationID(at: now, using: &randomness), at: now, actor: .operator, verb: .restoreStore, subject: wish.name)
        let request = RestoreRequest(
            file: path, name: wish.name, days: Set(wish.letterDays.map(Epoch.init(day:))), trace: trace
        ) { backup in
            let missing = try Self.addressKeys(of: backup).subtracting(wish.address)
            guard missing.isEmpty || wish.mayLackKeys else { throw MissingKeys(ids: missing.sorted()) }
        }
        do {
            let report = try await database.driver.restore(request)
            let store = try await openStore(at: database)
            let facts = try await store.read { transaction in
                (
                    keys: try Self.addressKeys(of: transaction),
                    toAdopt: try !transaction.recipients.toAdopt(after: nil, limit: 1).isEmpty
                        || transaction.sites.list().contains { $0.authorisation == nil }
                )
            }
            await store.close()
            let letters = report.letters
            return Restored(
                path: database.file ?? "\(database)", bytes: report.bytes, replaced: report.replaced,
                backedUp: letters.backedUp?.rfc3339, held: letters.held, endedSince: letters.endedSince,
                lostCount: letters.lost.count, leftCount: letters.left.count,
                lost: letters.lost.first.map(Restored.Letter.init), left: letters.left.first.map(Restored.Letter.init),
                addressKeys: facts.keys, needsAdoption: facts.toAdopt)
        } catch let missing as MissingKeys {
            throw Exit.noInput.saying(missing.text(wish))
        } catch StoreFileError.owned(let path, let pid) {
            throw Exit.temporary.saying("\(StoreFileError.owned(path: path, pid: pid))\n    Stop postern serve and try again.")
        } catch StoreFileError.file(let place, let doing, let reason) where place == path {
            throw Exit.noInput.saying("cannot \(doing) \(wish.name): \(reason). Nothing was changed")
        } catch let error as StoreFileError {
            throw (error.isTemporary ? Exit.temporary : .data).saying("\(error)")
        } catch let error as StoreError {
            throw Exit.data.saying("\(wish.name) was not restored: \(error). Nothing was changed")
        }
    }

    private static func addressKeys(of store: any Transaction) throws -> Set<String> {
        let heads = try store.recipients.sealCounts(Seal.headLength).keys
        return Set(heads.compactMap { Seal.key(inHead: $0)?.description })
    }

    private struct MissingKeys: Error {
        let ids: [String]

        func text(_ wish: Wish) -> String {
            let name = wish.name.shellWord
            let (which, places) = (
                ids.count == 1 ? "address key \(ids[0])" : "address keys \(ids.joined(separator: ", "))",
                wish.folder.map { "neither on this machine nor in \($0)" } ?? "not on this machine"
            )
            return """
                \(wish.name) was not restored: the addresses in it are sealed to \(which), which \(ids.count == 1 ? "is" : "are") \
                \(places). Nothing was changed
                    Name the folder with the saved keys: postern restore \(name) --keys FOLDER
                    If they are lost for good: postern restore \(name) --without-keys. Then every recipient's address must be \
                given again.
                """
        }
    }
}
