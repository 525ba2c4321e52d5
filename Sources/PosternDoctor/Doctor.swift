private import CUnix
package import Foundation
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
        case store, keys, smarthost
    }

    /// Has a process of that user examine a part (`examined`). Nil when it could not.
    package typealias Examiner = @Sendable (Part, ProcessUser) async -> [UInt8]?

    private let home: Home
    private let now: Timestamp
    private let examiner: Examiner?

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
            case .store: await StoreReading.look(home: home, database: settings.database)
            case .keys: await KeyReading.look(home: home)
            case .smarthost: await smarthost(settings).reading
            }
        return (try? JSONEncoder().encode(reading)) ?? Data()
    }

    /// - Parameter here: by this process.
    private func reading<Reading: Decodable>(_ part: Part, by user: ProcessUser?, here: () async -> Reading) async -> Reading? {
        guard let examiner, let user else { return await here() }
        return await examiner(part, user).flatMap { try? JSONDecoder().decode(Reading.self, from: Data($0)) }
    }

    package func examine() async -> Diagnosis {
        let settings = SettingsReading(home: home)
        let configuration = settings.configuration
        let database = settings.database
        let owners = Owners(home: home, users: configuration?.users)
        let users = configuration.flatMap { try? ProcessUsers(of: home, $0.users) }

        // The slow one runs beside the others.
        async let smarthost = reading(.smarthost, by: users?.vault) { await self.smarthost(settings).reading }
        let keys = await reading(.keys, by: users?.vault) { await KeyReading.look(home: home) } ?? .failed
        let store = await reading(.store, by: users?.relay) { await StoreReading.look(home: home, database: database) } ?? .failed

        var findings = ConfigurationCheck.findings(path: home.settings, given: settings.given, faults: settings.faults)
        findings += ServiceCheck.findings(relay: store.relay, vault: keys.vault, faults: store.faults, home: home.path)
        if store.relay == .stopped { findings += PortCheck.findings(settings) }
        findings += CageCheck.findings(
            .ofThisKernel,
            running: [.running(.relay, store.process), .running(.vault, keys.process)].compactMap { $0 },
            refused: RefusedCalls(path: home.refusedCalls).entries, now: now, record: home.refusedCalls)
        if let owners {
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
        findings += StrangerCheck.findings(
            path: database?.file ?? "the store",
            strangers: database?.file.map { StrangerCheck.strangers(at: $0, but: store.process.flatMap { Int32($0) }) } ?? [],
            besides: store.check.findings)
        findings += libraries(settings)
        findings += DiskCheck.findings(
            of: database?.file.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? home.path)
        findings += templates(settings)
        findings += times(keys, store, settings)
        let condition = keys.condition.flatMap { try? VaultCondition(payload: $0) }
        findings += VaultCheck.findings(
            condition, smarthost: configuration?.mail.smarthost.authority ?? "the smarthost", now: now)
        findings +=
            await smarthost?.findings(lanes: condition?.lanes)
            ?? [.skipped(.smarthost, because: "the process that was to ask it failed", .tryAgain)]
        return Diagnosis(findings)
    }

    private func retention(_ settings: SettingsReading) -> Configuration.Retention? {
        settings.areUsable(.retentionLetters, .retentionEvidence) ? settings.configuration?.retention : nil
    }

    private func keys(_ keys: KeyReading, _ store: StoreReading, _ settings: SettingsReading) -> [Finding] {
        if let obstacle = keys.obstacle { return [obstacle] }
        let check = keys.check(
            folder: home.keys, wanted: store.view?.addressKeys ?? [], recipients: store.view?.recipientsByKey ?? [:], now: now,
            retention: retention(settings))
        return (check?.findings ?? []) + (check?.savedFindings ?? [])
    }

    private func libraries(_ settings: SettingsReading) -> [Finding] {
        let smarthost = settings.areUsable(.smtpURL, .smtpTLS) ? settings.configuration?.mail.smarthost : nil
        return LibraryCheck.findings(usesStartTLS: smarthost.map { $0.scheme == .smtp && $0.tls == .required })
    }

    private func templates(_ settings: SettingsReading) -> [Finding] {
        guard settings.areUsable(.templates) else {
            return [.skipped(.templates, because: "their folder is not known", "Correct the configuration first.")]
        }
        return TemplateCheck.findings(configured: settings.configuration?.templates)
    }

    /// Everything that depends on the time: the clock itself, waiting letters, the last purge.
    private func times(_ keys: KeyReading, _ store: StoreReading, _ settings: SettingsReading) -> [Finding] {
        let isRunning = store.relay == .running || keys.vault == .running
        let known = keys.check(folder: home.keys, wanted: [], now: now, retention: retention(settings))
        let kept = unix_clock_is_kept()
        var findings = ClockCheck.findings(
            now: now, isSynchronised: kept < 0 ? nil : kept == 1,
            noted: [store.view?.newestEntry, store.view?.lastPurge].compactMap { $0.map(Timestamp.init(milliseconds:)) },
            newestKeys: known?.onDisk.compactMap(\.epoch).max(), falseUntil: keys.falseUntil.map(Timestamp.init(milliseconds:)),
            isRunning: isRunning,
            doomed: known.map { $0.overdue($0.onDisk, by: .zero).count } ?? 0)
        guard let view = store.view else {
            let reason = store.reason ?? "the store could not be read"
            return findings + [Check.oldestLetter, .lastPurge].map { .skipped($0, because: reason, "Fix the store first.") }
        }
        findings +=
            WaitingCheck.findings(
                now: now, oldestMoving: view.oldestMoving.map(Timestamp.init(milliseconds:)),
                oldestHeld: view.oldestHeld.map(Timestamp.init(milliseconds:)), lifetime: RetrySchedule.standard.lifetime,
                kept: retention(settings)?.letters)
        return findings
            + PurgeCheck.findings(
                last: view.lastPurge.map(Timestamp.init(milliseconds:)), isRunning: store.relay == .running, now: now)
    }

    private func smarthost(_ settings: SettingsReading) async -> SmarthostCheck {
        guard let mail = settings.configuration?.mail,
            settings.areUsable(.smtpURL, .smtpTLS, .smtpUser, .smtpPasswordFile, .smtpCAFile, .mailFrom)
        else { return .unknown(reason: "the settings for it have faults", "Correct the configuration first.") }
        return await SmarthostCheck.reading(mail)
    }
}
