private import Glibc
internal import Logging
internal import PosternCore
internal import PosternHost
private import PosternJournal
private import PosternLink
internal import PosternVault
internal import ServiceLifecycle

/// Puts the vault together: keys, lanes, composer, two sockets.
/// - Throws: `KeyFaults`, `TemplateFaults`, `FileFault`: each names its file.
func buildVault(_ configuration: Configuration, home: Home, relay: ProcessUser?, logger: Logger) async throws -> [any Service] {
    let core = try await VaultCore(configuration, home: home, logger: logger)
    let (handler, malformed) = (try core.handler(), core.malformed)
    let relayPeers: Set<PeerUser> = relay.map { [PeerUser(id: $0.id)] } ?? [.own]
    let link = SocketService(
        .init(path: home.vaultSocket, mode: relay == nil ? 0o600 : 0o666, peers: relayPeers), malformed: malformed,
        announces: "ready", logger: logger
    ) { (verb: VaultVerb, payload) in try await handler.answer(verb, payload) }
    let operators = SocketService(
        .init(path: home.operatorSocket, mode: 0o600, peers: [.own, .root]), malformed: malformed, logger: logger
    ) { (verb: OperatorVerb, payload) in try await handler.answer(verb, payload) }
    return [
        core.keeper, core.budgets, JournalKeeper(journal: core.journal, monotonic: core.monotonic),
        SecretsCopyKeeper(core.memory), operators, DeliveryService(socket: link, lanes: core.lanes),
    ]
}

/// The vault's journal. The caller holds the vault's lock.
func makeJournal(
    _ home: Home, _ configuration: Configuration, signers: [JournalSigner], former: String? = nil, logger: Logger? = nil
) -> Journal {
    Journal(
        at: JournalPlace(home, copy: configuration.journalCopy), signers: signers,
        host: configuration.publicURL.description.split(separator: "/").last.map(String.init) ?? "", former: former,
        randomness: .system, now: { .now }, logger: logger)
}

extension JournalPlace {
    init(_ home: Home, copy: JournalCopyPlace?) {
        self.init(
            folder: home.journal, last: home.journalLast, subjects: home.journalSubjects,
            copy: copy.map { CheckpointCopy($0) })
    }
}

/// What the vault remembers of its authorisations. The caller holds the vault's lock.
/// - Parameter copy: the second place of the own secrets, which is as the file in the home when this returns, if it can be.
/// - Throws: `RecordFileFault`, `FileFault`.
func openMemory(_ home: Home, ring: KeyRing, copy: String? = nil, logger: Logger? = nil) async throws -> any RecordMemory {
    let keys = try ring.authorisationKeys()
    // A vault that has kept its time had a memory as well. An earlier version of the program had neither.
    let isEarlier = access(home.clockRecord, F_OK) != 0
    let (memory, opening) = try await blocking("postern.vault.memory") {
        try DurableRecordMemory.open(
            at: home.records, keys: [keys.current] + keys.former, adopting: isEarlier, copy: copy.map(SecretsCopyPlace.init(at:)),
            logger: logger)
    }
    if opening.isNew, !isEarlier {
        logger?.critical(
            "memory: its file is gone, and the vault begins again with what it sees; until a recipient's newest record has been seen, an older one is accepted, and an erased one too",
            metadata: ["file": "\(home.records)"])
    } else if opening.cut > 0 {
        logger?.warning(
            "memory: the end of its file was not whole, as after a crash, and was cut; nothing that was answered is lost",
            metadata: ["file": "\(home.records)", "bytes": "\(opening.cut)"])
    }
    if opening.damagedSecrets > 0 {
        logger?.critical(
            "memory: own secrets of recipients were damaged, and the addresses that need them cannot be opened; postern doctor says what to do",
            metadata: ["file": "\(home.recordSecrets)", "secrets": "\(opening.damagedSecrets)"])
    }
    await memory.followSecretsCopy()
    logger?.info("memory: open", metadata: ["names": "\(opening.count)"])
    return memory
}

extension SecretsCopyPlace {
    init(at path: String) { self.init(path, now: { .now }) }
}

@Sendable func newRecipientID() -> RecipientID {
    var randomness = RandomSource.system
    return RecipientID(at: .now, using: &randomness)
}

/// Makes the lanes to the configured smarthost.
/// - Throws: `ExitCode` 78 when the password file cannot be used.
func buildLanes(_ mail: Configuration.Mail, logger: Logger) throws -> LanePool {
    guard let ehloName = DomainName(mail.from.domain) else {
        throw Exit.configuration.saying("POSTERN_MAIL_FROM: its domain cannot be used as a host name")
    }
    var login: Smarthost.Login?
    if let user = mail.user, let path = mail.passwordFile {
        do {
            login = Smarthost.Login(user: user, password: try SecretBytes(passwordFile: path))
        } catch {
            throw Exit.configuration.saying("POSTERN_SMTP_PASSWORD_FILE: \(error)")
        }
    }
    return LanePool(
        smarthost: Smarthost(url: mail.smarthost, ehloName: ehloName, login: login, caFile: mail.caFile), lanes: mail.lanes,
        logger: logger, now: { .now })
}
