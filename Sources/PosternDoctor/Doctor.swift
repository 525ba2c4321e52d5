private import CUnix
package import Foundation
private import Glibc
package import PosternCore
package import PosternHost
private import PosternLink
private import PosternRelay
private import PosternVault

/// Looks at an installation from all sides and changes nothing. Whatever is broken, everything else is still checked.
///
/// What lies in the store's and the vault's folders is looked at by their own users: for root, by processes of those.
package struct Doctor {
    /// What one user examines.
    package enum Part: String, Sendable {
        case store, keys, journal, smarthost
        /// What the relay, or the vault, must be able to read.
        case relayFiles = "relay-files"
        case vaultFiles = "vault-files"
        /// Whether the vault takes the password's file.
        case password
    }

    /// Has a process of that user examine a part (`examined`) of an installation with these settings. Nil when it could not.
    package typealias Examiner = @Sendable (Part, ProcessUser, _ settings: [String: String]) async -> [UInt8]?

    let home: Home
    private let now: Timestamp
    let examiner: Examiner?

    /// - Parameter examiner: nil where everything is looked at by this process.
    package init(home: Home, now: Timestamp, examiner: Examiner? = nil) {
        self.home = home
        self.now = now
        self.examiner = examiner
    }

    /// One part, by this process, in JSON.
    package func examined(_ part: Part) async -> Data {
        let settings = SettingsReading(home: home)
        let reading: any Encodable =
            switch part {
            case .store: await store(settings)
            case .keys: await KeyReading.look(home: home, copy: settings.configuration?.secretsCopy)
            case .journal: JournalReading.look(home: home, copy: settings.configuration?.journalCopy)
            case .smarthost: await smarthost(settings).reading
            case .relayFiles: FilesCheck.findings(.relay, settings.configuration, home: home)
            case .vaultFiles: FilesCheck.findings(.vault, settings.configuration, home: home)
            case .password: FilesCheck.password(settings.configuration)
            }
        return (try? JSONEncoder().encode(reading)) ?? Data()
    }

    /// - Parameter here: by this process.
    private func reading<Reading: Decodable>(
        _ part: Part, by user: ProcessUser?, _ settings: SettingsReading, here: () async -> Reading
    ) async -> Reading? {
        guard let examiner, let user else { return await here() }
        return await examiner(part, user, settings.passedOn).flatMap { try? JSONDecoder().decode(Reading.self, from: Data($0)) }
    }

    package func examine() async -> Diagnosis {
        let settings = SettingsReading(home: home)
        let configuration = settings.configuration
        let database = settings.database
        let owners = Owners(home: home, users: configuration?.users)
        let users = configuration.flatMap {
            try? owners?.areApart == true ? ProcessUsers($0.users) : ProcessUsers(of: home, $0.users)
        }
        // Otherwise root itself would open what belongs to them, and advise to take it away from them.
        let areKnown = owners?.areKnown ?? true

        // All at once: each of them may have to wait for somebody who does not answer.
        async let smarthost =
            areKnown
            ? reading(.smarthost, by: users?.vault, settings) { await self.smarthost(settings).reading }
            : SmarthostCheck.unknown(reason: Self.ownerless, .settingsFirst).reading
        async let lookedAtKeys =
            areKnown
            ? reading(.keys, by: users?.vault, settings) {
                await KeyReading.look(home: home, copy: configuration?.secretsCopy)
            } : .ownerless
        async let lookedAtJournal =
            areKnown
            ? reading(.journal, by: users?.vault, settings) { JournalReading.look(home: home, copy: configuration?.journalCopy) }
            : nil
        async let lookedAtStore =
            areKnown ? reading(.store, by: users?.relay, settings) { await self.store(settings) } : .ownerless
        async let files =
            areKnown ? self.files(settings, owners, users) : [.skipped(.templates, because: Self.ownerless, .settingsFirst)]
        let keys = await lookedAtKeys ?? .failed
        let store = await lookedAtStore ?? .failed
        // Not by its lock, which a supervisor that starts at this moment would find taken.
        let supervisor = FileLock.holder(of: home.serveLock)

        var findings = ConfigurationCheck.findings(
            path: home.settings, given: settings.given, faults: settings.faults,
            namesContact: configuration?.securityContacts.isEmpty == false)
        findings += ServiceCheck.findings(
            relay: store.relay, vault: keys.vault, conditions: store.conditions,
            stopped: Set([store.process, keys.process].compactMap { $0 }.filter { StoppedProcess.isStopped($0) }),
            uptime: ProcessAge.of(supervisor) ?? [store.process, keys.process].compactMap(ProcessAge.of).max(),
            home: home.path)
        findings += ServiceCheck.supervisor(supervisor, isStopped: StoppedProcess.isStopped(supervisor, named: "postern"))
        if store.relay == .stopped { findings += PortCheck.findings(settings) }
        findings += CageCheck.findings(
            .ofThisKernel,
            running: [.running(.relay, store.process), .running(.vault, keys.process)].compactMap { $0 },
            refused: RefusedCalls(path: home.refusedCalls).entries, now: now, record: home.refusedCalls)
        if !areKnown {
            findings += [Check.users, .modes].map { .skipped($0, because: Self.ownerless, .settingsFirst) }
        } else if let owners {
            findings += UserCheck.findings(owners, runningRelay: store.process, runningVault: keys.process, home: home.path)
            findings +=
                PlaceModes(
                    home: home, owners: owners, database: database,
                    passwordFile: settings.areUsable(.smtpPasswordFile) ? configuration?.mail.passwordFile : nil
                ).findings
        } else {
            findings.append(.fail(.modes, "\(home.path) does not exist or cannot be reached", .rightHome))
        }
        findings += self.keys(keys, store, settings)
        findings +=
            await lookedAtJournal?.findings(isRunning: keys.vault == .running, copy: configuration?.journalCopy, now: now)
            ?? [.skipped(.journal, because: areKnown ? "the process that was to look at it failed" : Self.ownerless, .tryAgain)]
        findings += StrangerCheck.findings(
            path: database?.file ?? "the store",
            strangers: database?.file.map { StrangerCheck.strangers(at: $0, but: store.process.flatMap { Int32($0) }) } ?? [],
            otherwise: store.check.findings)
        findings += libraries(settings)
        findings += DiskCheck.findings(
            of: database?.file?.folder ?? home.path)
        findings += await files
        findings += clock(keys, store, settings)
        let condition = keys.condition.flatMap { try? VaultCondition(payload: $0) }
        findings += VaultCheck.findings(
            condition, smarthost: configuration?.mail.smarthost.authority ?? "the smarthost", now: now)
        findings += health(store, isVaultKnown: condition != nil)
        let smarthostFindings =
            await smarthost?.findings(lanes: condition?.lanes)
            ?? [.skipped(.smarthost, because: "the process that was to ask it failed", .tryAgain)]
        findings += smarthostFindings
        findings += JoiningCheck.findings(
            sites: store.view?.joining, smarthost: smarthostFindings, isDemo: configuration?.mail.demoMailbox != nil)
        return Diagnosis(findings)
    }

    /// Why most checks are left out where the name of one of the two users is wrong.
    static let ownerless = "nobody knows who it belongs to: the users in the settings do not exist, or are the same"

    private func retention(_ settings: SettingsReading) -> Configuration.Retention? {
        settings.areUsable(.retentionLetters, .retentionEvidence, .retentionReports) ? settings.configuration?.retention : nil
    }

    private func keys(_ keys: KeyReading, _ store: StoreReading, _ settings: SettingsReading) -> [Finding] {
        if let obstacle = keys.obstacle { return [obstacle] }
        let check = keys.check(
            folder: home.keys, wanted: store.view?.addressKeys ?? [], recipients: store.view?.recipientsByKey ?? [:],
            users: store.view?.ownSecrets, copy: settings.configuration?.secretsCopy, now: now, retention: retention(settings))
        return (check?.findings ?? []) + (check?.ageFindings ?? []) + (check?.savedFindings ?? [])
    }

    private func libraries(_ settings: SettingsReading) -> [Finding] {
        let smarthost = settings.areUsable(.smtpURL, .smtpTLS) ? settings.configuration?.mail.smarthost : nil
        return LibraryCheck.findings(usesStartTLS: smarthost.map { $0.scheme == .smtp && $0.tls == .required })
    }

    /// What each of the two users must be able to read, by that user's eyes.
    private func files(_ settings: SettingsReading, _ owners: Owners?, _ users: ProcessUsers?) async -> [Finding] {
        guard settings.areUsable(.templates) else {
            return [.skipped(.templates, because: "their folder is not known", .settingsFirst)]
        }
        var findings: [Finding] = []
        for (part, role, user, owner) in [
            (Part.relayFiles, ProcessRole.relay, users?.relay, owners?.relay),
            (.vaultFiles, .vault, users?.vault, owners?.vault),
        ] {
            guard user != nil || owner == geteuid() else {
                findings.append(.skipped(.templates, because: "this user is not the \(role)'s", .asRoot))
                continue
            }
            let found = await reading(part, by: user, settings) { FilesCheck.findings(role, settings.configuration, home: home) }
            let all = found ?? [.skipped(.templates, because: "the process that was to look at them failed", .tryAgain)]
            findings += all.filter { !findings.contains($0) }
        }
        return findings
    }

    private func clock(_ keys: KeyReading, _ store: StoreReading, _ settings: SettingsReading) -> [Finding] {
        let isRunning = store.relay == .running || keys.vault == .running
        let known = keys.check(folder: home.keys, wanted: [], now: now, retention: retention(settings))
        let kept = unix_clock_is_kept()
        return ClockCheck.findings(
            now: now, isSynchronised: kept < 0 ? nil : kept == 1,
            noted: [store.view?.newestEntry, store.view?.lastPurge].compactMap { $0 },
            newestKeys: known?.onDisk.compactMap(\.epoch).max(), falseUntil: keys.falseUntil.map(Timestamp.init(milliseconds:)),
            isRunning: isRunning,
            doomed: known.map { $0.overdue($0.onDisk, by: .zero).count } ?? 0)
    }

    /// - Parameter isVaultKnown: whether the vault itself said how its budgets and its clock are.
    private func health(_ store: StoreReading, isVaultKnown: Bool) -> [Finding] {
        guard let view = store.view else {
            let reason = store.reason ?? "the store could not be read"
            return [Check.letters, .oldestLetter, .reports, .lastPurge].map {
                .skipped($0, because: reason, "Fix the store first.")
            }
        }
        return HealthCheck.findings(
            store.conditions, isRunning: store.relay == .running, uptime: store.uptime.map(Duration.seconds),
            lastPurge: view.lastPurge, now: now,
            except: isVaultKnown ? [.budget, .clock] : [])
    }

    private func store(_ settings: SettingsReading) async -> StoreReading {
        await StoreReading.look(
            home: home, database: settings.database, heldLifetime: retention(settings)?.letters, now: now)
    }

    private func smarthost(_ settings: SettingsReading) async -> SmarthostCheck {
        guard let mail = settings.configuration?.mail,
            settings.areUsable(.smtpURL, .smtpTLS, .smtpUser, .smtpPasswordFile, .smtpCAFile, .mailFrom)
        else { return .unknown(reason: "the settings for it have faults", .settingsFirst) }
        return await SmarthostCheck.reading(mail)
    }
}
