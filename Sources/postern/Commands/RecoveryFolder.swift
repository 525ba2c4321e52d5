internal import Foundation
internal import PosternHost
internal import PosternVault

/// The folder in which an operator keeps the saved keys.
struct RecoveryFolder {
    let path: String
    let users: ProcessUsers

    struct Content {
        let set: RecoverySet
        /// The text of postern.conf; nil where there is none.
        let settings: String?
        /// Where the keys are.
        let keys: String
    }

    /// Of a saved memory that could not become one with the present one.
    static let takenOver =
        "The saved memory is of other keys than the one here. What it knows of the store's sites and recipients counts "
        + "from now on."

    /// What the second place of the own secrets is called where it was put beside the keys.
    static let secretsCopy = "postern-secrets"

    private static let readMe = """
        Saved keys of a Postern installation.

        address-*.key, authorisation-*.key, journal-*.key   open the addresses in every backup of the store, and vouch for them
        records                                             which record of a recipient is the newest, and who was erased
        records-secrets                                     each recipient's own secret, without which their address does not open
        postern.conf                                        the settings; the SMTP password is not among them

        Keep this folder apart from the backups: anyone who has both can read every recipient's address. That goes for people who
        were erased after it was made: save the keys again after an erasure, into this folder. The keys of single days are not here.
        They are destroyed on purpose, and letters that waited on a lost disk are lost with them.

        On a new machine, with the program and its two users in place:
            postern restore BACKUP --keys THIS-FOLDER
        and with --secrets FILE, if the file that POSTERN_SECRETS_COPY names is left: it has the secrets of those who came later too.

        """

    /// What is in the folder and is not written again stays. A key there of the same name and with other content is not replaced.
    /// - Throws: `ExitCode` after saying what could not be written.
    func write(_ set: RecoverySet, settings: Data?) throws {
        try file("").makeFolder()
        for (name, content) in set.keys.sorted(by: { $0.key < $1.key }) {
            guard FileStatus(path: "\(path)/\(name)", followingLinks: false) != nil else {
                try file(name).write(content)
                continue
            }
            guard try file(name).content() == content else {
                throw Exit.cannotCreate.saying(
                    "\(path)/\(name) holds something else and is not replaced\n    Name another folder.")
            }
        }
        if let records = set.records { try file("records").write(records) }
        if let secrets = set.secrets { try file(RecoverySet.secrets(beside: "records")).write(secrets) }
        if let settings { try file("postern.conf").write(settings) }
        try file("README.txt").write(Data(Self.readMe.utf8))
    }

    /// Reads what `write` wrote, or a copy that a hand made of the vault's folder or of the whole home.
    /// - Parameter copy: the second place of the own secrets; nil for the one in the folder, if there is one.
    /// - Throws: `ExitCode` after saying what is missing.
    func read(secrets copy: String? = nil) throws -> Content {
        guard FileStatus(path: path)?.kind == .folder else {
            throw Exit.noInput.saying(
                "\(path) is not a folder\n    --keys takes the folder that postern keys export-recovery made, or a copy of the vault's."
            )
        }
        // Within a folder called keys, the memory is one above it.
        let places = [(path, "/records"), ("\(path)/keys", "/../records"), ("\(path)/vault/keys", "/../records")]
        for (keys, records) in places {
            let names = (OpenFolder(keys)?.names ?? []).filter { $0.hasSuffix(KeyFile.ending) }
            guard !names.isEmpty else { continue }
            let files = try names.map { ($0, try OperatorFile("\(keys)/\($0)", users: users).content()) }
            var memory = [keys + records]
            if keys == path, path.hasSuffix("/keys") { memory.append("\(path)/../records") }
            let found = try content(ofFirst: memory)
            let secrets = try content(ofFirst: memory.map(RecoverySet.secrets(beside:)))
            let second = copy ?? "\(path)/\(Self.secretsCopy)"
            let newer =
                copy == nil
                ? try content(ofFirst: [second]) : try OperatorFile(second, users: users).content()
            return Content(
                set: RecoverySet(
                    keys: Dictionary(files) { first, _ in first }, records: found, secrets: secrets,
                    copy: newer.map { RecoverySet.Copy($0, named: second) }),
                settings: try settings(), keys: keys)
        }
        throw Exit.data.saying(
            "\(path) holds no key file\n    It must hold address-….key and authorisation-….key, as postern keys export-recovery writes "
                + "them.")
    }

    private func content(ofFirst places: [String]) throws -> Data? {
        try places.first { FileStatus(path: $0)?.kind == .file }.map { try OperatorFile($0, users: users).content() }
    }

    static func settings(in folder: String) -> String { "\(folder)/postern.conf" }

    /// - Returns: nil where there are none.
    func settings() throws -> String? {
        guard FileStatus(path: Self.settings(in: path))?.kind == .file else { return nil }
        return String(decoding: try file("postern.conf").content(), as: UTF8.self)
    }

    private func file(_ name: String) -> OperatorFile {
        OperatorFile(name.isEmpty ? path : "\(path)/\(name)", users: users)
    }
}
