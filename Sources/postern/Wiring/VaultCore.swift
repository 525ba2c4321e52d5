internal import Logging
internal import PosternCore
internal import PosternHost
private import PosternJournal
internal import PosternLink
internal import PosternVault

/// What a vault is made of, before its sockets open: keys, memory, journal, lanes, budgets.
struct VaultCore {
    let configuration: Configuration
    let home: Home
    let logger: Logger
    let ring: KeyRing
    let authorisation: AddressAuthorisation
    let memory: any RecordMemory
    let opener: SealOpener
    let journal: Journal
    /// Since the vault began; not moved by who sets the clock.
    let monotonic: @Sendable () -> Duration
    let keeper: EpochKeeper
    let composer: Composer
    let lanes: LanePool
    let codes: MemberCodes
    let visitors: VisitorCodes
    let proven: ProvenMailboxes
    let budgets: DeliveryBudgets
    let tries = ConfirmationTries()
    let malformed = MalformedTally()

    /// - Throws: `KeyFaults`, `TemplateFaults`, `FileFault`: each names its file.
    init(_ configuration: Configuration, home: Home, logger: Logger) async throws {
        (self.configuration, self.home, self.logger) = (configuration, home, logger)
        ring = try KeyRing(folder: KeyFolder(path: home.keys))
        for fault in ring.faults {
            logger.critical(
                "keys: one cannot be used\(fault.loss.map { ": \($0)" } ?? ""); the service goes on without it",
                metadata: ["problem": "\(fault.problem)", "remedy": "\(fault.remedy)"])
        }
        authorisation = try ring.authorisation()
        memory = try await openMemory(home, ring: ring, copy: configuration.secretsCopy, logger: logger)
        opener = SealOpener(ring: ring, secrets: memory)
        journal = makeJournal(home, configuration, signers: ring.journalSigners, logger: logger)
        do {
            try await journal.record([.init(.vault, .started(version: Version.text))])
        } catch {
            // Letters do not wait for it. What an operator wants does.
            logger.critical("\(error)")
        }
        let start = (wall: Timestamp.now, monotonic: ContinuousClock.now)
        let monotonic = { @Sendable () -> Duration in ContinuousClock.now - start.monotonic }
        self.monotonic = monotonic
        keeper = EpochKeeper(
            ring: ring, opener: opener, retention: .init(configuration.retention),
            record: ClockRecord(path: home.clockRecord, in: home.vault), journal: journal, now: { .now }, monotonic: monotonic,
            logger: logger)
        // Before the sockets open: the first announcement has today's keys.
        try await keeper.keep()

        composer = try Composer(templates: try ProgramFiles.templates(configured: configuration.templates))
        lanes = try buildLanes(configuration.mail, logger: logger)
        let authorisationKeys = try ring.authorisationKeys()
        codes = try ring.memberCodes()
        visitors = VisitorCodes(key: authorisationKeys.current, former: authorisationKeys.former)
        proven = ProvenMailboxes(visitors: visitors)
        budgets = DeliveryBudgets(
            configuration.budgets, path: home.budgets, key: authorisationKeys.current, now: { start.wall + monotonic() },
            logger: logger)
    }

    /// - Throws: `KeyFaults`.
    func handler() throws -> VaultRequestHandler {
        let links = try StaffLinks(ring: ring, memory: memory, randomness: .system, now: { .now })
        let staff = StaffAccounts(links: links, party: RelyingParty(configuration.staffURL)) { [keeper] now in
            ClockBounds(keeper.clockReport, at: now)
        }
        let enrolment = try Enrolment(ring: ring, memory: memory, newID: newRecipientID)
        return VaultRequestHandler(
            ring: ring, postman: postman,
            confirmation: ConfirmationChecker(
                authorisation: authorisation, codes: codes, opener: opener, memory: memory, tries: tries, proven: proven),
            questions: ConversationQuestions(
                authorisation: authorisation, memory: memory, opener: opener, visitors: visitors),
            letters: LetterQuestions(
                ring: ring, opener: opener, codes: codes, visitors: visitors, proven: proven, budgets: budgets),
            members: MemberRecords(
                ring: ring, authorisation: authorisation, codes: codes, memory: memory, opener: opener, budgets: budgets,
                newID: newRecipientID),
            enrolment: enrolment,
            resealer: RecordResealer(ring: ring, authorisation: authorisation, memory: memory, opener: opener), links: links,
            searcher: AddressSearcher(opener: opener), staff: staff,
            reveals: Reveals(accounts: staff, opener: opener, journal: journal, rule: configuration.reveals),
            changes: AdministratorChanges(accounts: staff, enrolment: enrolment, journal: journal, logger: logger),
            journal: journal,
            excerpts: JournalExcerpts(
                JournalPlace(home, copy: configuration.journalCopy), keys: KeyFolder(path: home.keys)),
            keeper: keeper, budgets: budgets, lanes: lanes, malformed: malformed, now: { .now })
    }

    private var postman: Postman {
        Postman(
            mailFrom: configuration.mail.from, publicURL: configuration.publicURL, authorisation: authorisation, memory: memory,
            opener: opener, visitors: visitors, members: codes, proven: proven, composer: composer, lanes: lanes,
            budgets: budgets, tries: tries, randomness: .system, pause: { try? await Task.sleep(for: $0) }, logger: logger,
            now: { .now })
    }
}
