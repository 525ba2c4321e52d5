package import Crypto
private import Glibc
package import Logging
package import PosternCore
package import PosternLink
internal import ServiceLifecycle
private import Synchronization

/// The vault's budgets at work: asked before each letter goes out, kept in a file over a restart, and loud when one is used up.
package final class DeliveryBudgets: Sendable {
    private struct State {
        var ledger: BudgetLedger
        /// Since the start of the process.
        var deferred: [Budget: Int] = [:]
        var lastDeferred: [Budget: Timestamp] = [:]
        var throttles: [Budget: LogThrottle] = [:]
        var isChanged = false
        /// For a file that cannot be written.
        var saveThrottle = LogThrottle(interval: .hours(1))
    }

    /// What was taken for one letter.
    package struct Charge: Sendable {
        fileprivate let accounts: [BudgetLedger.Account]
    }

    private let rates: Configuration.Budgets
    private let path: String?
    private let fileKey: SymmetricKey
    private let nameKey: HMAC<SHA256>
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let state: Mutex<State>

    private static let head = Array("postern budgets, version 1\n".utf8)

    /// Blocks: reads the file.
    /// - Parameters:
    ///   - path: nil keeps nothing over a restart.
    ///   - key: an authorisation key; what is used is kept under it.
    ///   - now: the wall clock at the start of the process and, from there, one that is never set: a clock that jumps must neither
    ///     give budgets back nor freeze them.
    package init(
        _ rates: Configuration.Budgets, path: String?, key: SymmetricKey, now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        func derive(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key, info: Array("postern budgets, \(purpose)".utf8), outputByteCount: 32)
        }
        self.rates = rates
        self.path = path
        (fileKey, nameKey) = (derive("file"), HMAC(key: derive("name")))
        self.now = now
        self.logger = logger
        var ledger = BudgetLedger(rates)
        if let path {
            do {
                if let used = try Self.read(path, key: fileKey) { try ledger.restore(used, at: now()) }
            } catch {
                ledger = BudgetLedger(rates)
                logger.warning(
                    "budgets: what was used before the start cannot be read and does not count", metadata: ["file": "\(path)"])
            }
        }
        state = Mutex(State(ledger: ledger))
    }

    /// Takes one letter from every budget it falls under.
    /// - Parameters:
    ///   - isProven: whether the addressee has shown that mails arrive. Every recipient has.
    ///   - isKnown: whether somebody has come by the link of an earlier mail that asked the same.
    /// - Returns: the outcome for a letter that must wait: deferred, and nothing about the smarthost.
    package func charge(
        _ job: DeliveryJob, to address: EmailAddress, isProven: Bool = true, isKnown: Bool = false
    ) -> Result<Charge, Overdrawn> {
        let accounts = accounts(job, address, isProven, isKnown)
        guard let overdrawn = take(accounts, for: ["delivery": "\(job.id)", "recipient": "\(job.recipient)"]) else {
            return .success(Charge(accounts: accounts))
        }
        return .failure(overdrawn)
    }

    /// Takes one address that is to be sealed because a page or a site asks.
    /// - Parameter isVouched: a member or a site asks. What strangers have used up is not taken from them: they have as much again.
    /// - Returns: how long until one may be sealed again; nil when this one may.
    package func chargeEnrolment(of name: AuthorisedName, isVouched: Bool) -> Duration? {
        let whose: [UInt8] = isVouched ? [1] : []
        let accounts = [account(.enrol, whose), account(.enrolDay, whose)]
        guard take(accounts, for: ["to": "\(name)"]) != nil else { return nil }
        let moment = now()
        return max(state.withLock { $0.ledger.wait(for: accounts, at: moment) }, .seconds(1))
    }

    /// Takes one new address that a recipient has asked.
    /// - Returns: how long until another may be; nil when this one may.
    func chargeChange(of name: AuthorisedName) -> Duration? {
        let accounts = [account(.change, Array("\(name)".utf8))]
        guard take(accounts, for: ["to": "\(name)"]) != nil else { return nil }
        let moment = now()
        return max(state.withLock { $0.ledger.wait(for: accounts, at: moment) }, .seconds(1))
    }

    /// Takes one question whether an address is somebody's, no matter who wants it asked. The mail itself is counted when it goes out.
    /// - Returns: how long until it may be asked again; nil when it may now.
    func chargeAsk(_ address: EmailAddress) -> Duration? {
        let accounts = [account(.ask, Self.mailbox(address))]
        guard take(accounts, for: [:]) != nil else { return nil }
        let moment = now()
        return max(state.withLock { $0.ledger.wait(for: accounts, at: moment) }, .seconds(1))
    }

    /// Takes one look at what a client is called on other days.
    /// - Returns: false when none is left today.
    func chargeRelated(hasLaterDays: Bool) -> Bool {
        let accounts = [account(.related, [])] + (hasLaterDays ? [account(.followed, [])] : [])
        return take(accounts, for: [:]) == nil
    }

    /// Takes one name of a letter's sender.
    /// - Returns: false when none is left today.
    func chargeNamed() -> Bool { take([account(.named, [])], for: [:]) == nil }

    private static func mailbox(_ address: EmailAddress) -> [UInt8] { Array(address.text.lowercased().utf8) }

    /// Takes one from each account, or says why not.
    private func take(_ accounts: [BudgetLedger.Account], for metadata: Logger.Metadata) -> Overdrawn? {
        let moment = now()
        let (answer, unsaid) = state.withLock { state -> (BudgetLedger.Answer, Int?) in
            let answer = state.ledger.take(accounts, at: moment)
            switch answer {
            case .granted:
                state.isChanged = true
                return (answer, nil)
            case .used(let budget), .full(let budget):
                state.deferred[budget, default: 0] += 1
                state.lastDeferred[budget] = moment
                var throttle = state.throttles[budget] ?? LogThrottle(interval: .hours(1))
                defer { state.throttles[budget] = throttle }
                return (answer, throttle.admit(at: .milliseconds(moment.milliseconds)))
            }
        }
        let overdrawn: Overdrawn
        switch answer {
        case .granted: return nil
        case .used(let budget): overdrawn = Overdrawn(budget: budget, limit: limit(of: budget), isFull: false)
        case .full(let budget): overdrawn = Overdrawn(budget: budget, limit: limit(of: budget), isFull: true)
        }
        if let unsaid {
            let about: Logger.Metadata = [
                "budget": "\(overdrawn.budget.setting.rawValue)", "limit": "\(overdrawn.limit)", "since-last-line": "\(unsaid)",
            ]
            logger.error(
                "budgets: more is asked for than the vault lets out, and letters wait; see postern doctor",
                metadata: about.merging(metadata) { $1 })
        }
        return overdrawn
    }

    /// A letter that did not go out gives back what was taken for it. One that may have gone out does not.
    package func settle(_ charge: Charge, _ outcome: Outcome) {
        switch outcome.kind {
        case .delivered, .uncertain: break
        case .deferred, .failed, .ourFault, .muted:
            state.withLock { state in
                state.ledger.giveBack(charge.accounts)
                state.isChanged = true
            }
        }
    }

    private func accounts(
        _ job: DeliveryJob, _ address: EmailAddress, _ isProven: Bool, _ isKnown: Bool
    ) -> [BudgetLedger.Account] {
        let mailbox = Self.mailbox(address)
        var writer = ByteWriter()
        writer.write(job.site.id.text)
        writer.write(job.handle.text)
        let kind: [BudgetLedger.Account]
        switch job.kind {
        case _ where job.kind.isPosted && job.addressee == .recipient:
            kind = [account(.recipient, writer.bytes), account(.address, mailbox)]
        case .confirmation: kind = [account(isKnown ? .again : .confirmation, mailbox)]
        // Both ask a stranger, and one address gets one such mail a day.
        case .prove: kind = isProven ? [account(.address, mailbox)] : [account(.confirmation, mailbox)]
        case .manage: kind = [account(.manage, writer.bytes), account(.address, mailbox)]
        case .letter, .reply, .copy, .pauseNotice, .waveNotice, .addressNotice, .welcome:
            kind = (isProven ? [] : [account(.reply, mailbox)]) + [account(.address, mailbox)]
        }
        return kind + [account(.global, [])]
    }

    private func account(_ budget: Budget, _ name: [UInt8]) -> BudgetLedger.Account {
        BudgetLedger.Account(budget, KeyedDigest(of: [budget.rawValue] + name, under: nameKey))
    }

    private func limit(of budget: Budget) -> Limit {
        let rate =
            switch budget {
            case .recipient: rates.recipient
            case .address: rates.address
            case .confirmation: rates.confirmation
            case .global: rates.global
            case .reply: rates.reply
            case .enrol: rates.enrol.rates.first
            case .enrolDay: rates.enrol.rates.dropFirst().first
            case .manage: rates.manage
            case .change: rates.confirmation.map { _ in Budget.changes }
            case .ask, .again: rates.confirmation.map { _ in Budget.asks }
            case .related: Budget.lookedUp
            case .followed: Budget.followedClients
            case .named: Budget.namedSenders
            }
        return rate.map { Limit(burst: nil, rates: [$0]) } ?? .off
    }

    /// What was deferred since the start of the process, for the doctor and the metrics: a line for each setting and limit.
    package var report: [VaultCondition.BudgetUse] {
        state.withLock { state in
            let own = Budget.allCases.filter { ![.change, .ask, .again, .related, .followed, .named].contains($0) }
            return own.filter { $0 != .enrolDay || rates.enrol.rates.count > 1 }.map { budget in
                // What follows another budget's setting is told with it.
                let told = budget == .confirmation ? [budget, .change, .ask, .again] : [budget]
                return VaultCondition.BudgetUse(
                    setting: budget.setting.rawValue, limit: "\(limit(of: budget))",
                    deferred: told.reduce(0) { $0 + (state.deferred[$1] ?? 0) },
                    last: told.compactMap { state.lastDeferred[$0] }.max())
            }
        }
    }

    /// How often clients were to be followed, or senders named, beyond what a day has.
    package var follows: VaultCondition.CountedQuestions {
        state.withLock { state in
            VaultCondition.CountedQuestions(
                limit: Budget.followedClients.count,
                refused: [Budget.related, .followed, .named].reduce(0) { $0 + (state.deferred[$1] ?? 0) },
                last: [.related, .followed, .named].compactMap { state.lastDeferred[$0] }.max())
        }
    }

    // MARK: - The file

    /// Writes what is used, if anything has changed. Blocks.
    package func save() throws {
        guard let path else { return }
        let moment = now()
        let used = state.withLock { state -> [UInt8]? in
            guard state.isChanged else { return nil }
            state.isChanged = false
            return state.ledger.bytes(at: moment)
        }
        guard let used else { return }
        let code = HMAC<SHA256>.authenticationCode(for: Self.head + used, using: fileKey)
        do {
            try File.write(SecretBytes(Self.head + used + Array(code)), to: path, mode: 0o600, in: path.folder)
        } catch {
            state.withLock { $0.isChanged = true }
            throw error
        }
    }

    /// - Returns: nil when there is no file.
    private static func read(_ path: String, key: SymmetricKey) throws -> [UInt8]? {
        let bytes: [UInt8]
        do throws(KeyFault.Reason) {
            bytes = try File.ownBytes(at: path).withBytes { Array($0) }
        } catch {
            guard error == .unreadable(errno: ENOENT) else { throw error }
            return nil
        }
        let (body, code) = (bytes.dropLast(32), bytes.suffix(32))
        guard body.starts(with: head), HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key) else {
            throw ByteFault.badValue
        }
        return Array(body.dropFirst(head.count))
    }
}

extension DeliveryBudgets: Service {
    /// Writes what is used to the file, every second if that is quick. A crash forgets what came after the last write.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepSaving() }
        await saveOrSay()
    }

    private func keepSaving() async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            let began = ContinuousClock.now
            await saveOrSay()
            // A long file costs at most a fiftieth of the time.
            pause = max(.seconds(1), (ContinuousClock.now - began) * 50)
        }
    }

    /// Writes what is used; says once an hour at most that it cannot.
    package func saveOrSay() async {
        do {
            try await blocking("postern.vault.budgets") { try self.save() }
        } catch {
            let moment = now()
            let admitted = state.withLock { $0.saveThrottle.admit(at: .milliseconds(moment.milliseconds)) }
            guard let unsaid = admitted else { return }
            logger.error(
                "budgets: what is used cannot be written; a restart forgets it",
                metadata: ["error": "\(error)", "since-last-line": "\(unsaid)"])
        }
    }
}

/// Why a letter waits although nothing is wrong with it. `queue show` prints this.
package struct Overdrawn: Error, Equatable, Sendable, CustomStringConvertible {
    package let budget: Budget
    package let limit: Limit
    /// More accounts than the vault keeps.
    package let isFull: Bool

    package var description: String {
        let problem =
            isFull
            ? "the vault counts \(budget.what) for \(BudgetLedger.mostAccounts) already and cannot count another"
            : "the vault lets out no more \(budget.what) than \(limit)"
        return
            "\(problem) (\(budget.setting.rawValue)); the letter waits and is tried again. If this was not a flood, raise the budget."
    }

    package var outcome: Outcome {
        Outcome(.deferred, health: .unknown, diagnosis: .init(stage: .budget, text: description))
    }
}
