private import CUnix
private import Foundation
private import Glibc
internal import PosternCore
private import PosternRelay
private import PosternSQLite
private import PosternVault

/// Looks at an installation from all sides and changes nothing of it. What can still be looked at, is, whatever else is broken.
struct Doctor {
    let home: Home
    let now: Timestamp

    func examine() async -> Diagnosis {
        let settings = await SettingsReading(home: home)
        let configuration = settings.configuration
        let database = settings.areUsable(.database) ? configuration?.database : nil
        let owners = Owners(home: home, users: configuration?.users)

        // The slow one beside the others.
        async let smarthost = self.smarthost(settings, owners)
        let keys = await KeyReading.look(home: home)
        let store = await StoreReading.look(home: home, path: database)

        var findings = ConfigurationFacts(path: home.settings, given: settings.given, faults: settings.faults).findings
        findings += ServiceFacts(relay: store.relay, vault: keys.vault, unready: store.unready, home: home.path).findings
        if let owners {
            findings += users(owners, relay: store.process, vault: keys.process).findings
            findings +=
                PlaceModes(
                    home: home, owners: owners, database: database,
                    passwordFile: settings.areUsable(.smtpPasswordFile) ? configuration?.mail.passwordFile : nil
                ).facts.findings
        } else {
            findings.append(
                .fail(.modes, "\(home.path) is not there or cannot be reached", .rightHome))
        }
        findings += self.keys(keys, store, settings)
        findings += store.facts.findings
        findings += libraries(settings).findings
        findings += disk(database)
        findings += templates(settings)
        findings += moments(keys, store, settings)
        findings += await smarthost.findings
        return Diagnosis(findings)
    }

    private func users(_ owners: Owners, relay: String?, vault: String?) -> UserFacts {
        UserFacts(
            relay: Owners.name(of: owners.relay), vault: Owners.name(of: owners.vault),
            runningRelay: RunningProcess.owner(of: relay), runningVault: RunningProcess.owner(of: vault), home: home.path)
    }

    private func retention(_ settings: SettingsReading) -> Configuration.Retention? {
        settings.areUsable(.retentionLetters, .retentionEvidence) ? settings.configuration?.retention : nil
    }

    private func keys(_ keys: KeyReading, _ store: StoreReading, _ settings: SettingsReading) -> [Finding] {
        if let obstacle = keys.obstacle { return [obstacle] }
        return keys.facts(
            folder: home.keys, wanted: store.view?.addressKeys ?? [], now: now, retention: retention(settings))?.findings ?? []
    }

    private func libraries(_ settings: SettingsReading) -> LibraryFacts {
        let sqlite = SQLiteVersion.loaded
        let smarthost = settings.areUsable(.smtpURL, .smtpTLS) ? settings.configuration?.mail.smarthost : nil
        return LibraryFacts(
            sqlite: .init(version: "\(sqlite)", hasWALResetRace: sqlite.hasWALResetRace),
            curl: .loaded(usesStartTLS: smarthost.map { $0.scheme == .smtp && $0.tls == .required }))
    }

    private func disk(_ database: String?) -> [Finding] {
        let folder = database.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? home.path
        if let facts = DiskReading.facts(folder: folder) { return facts.findings }
        return [Check.disk, .inodes].map {
            .skipped($0, because: "\(folder) does not say how full it is", "See that the folder is there and can be reached.")
        }
    }

    private func templates(_ settings: SettingsReading) -> [Finding] {
        guard settings.areUsable(.templates) else {
            return [.skipped(.templates, because: "their folder is not known", "Mend the configuration first.")]
        }
        return TemplateReading.findings(configured: settings.configuration?.templates)
    }

    /// Everything that goes by time: the clock itself, letters that wait, the last purge.
    private func moments(_ keys: KeyReading, _ store: StoreReading, _ settings: SettingsReading) -> [Finding] {
        let isRunning = store.relay == .running || keys.vault == .running
        let facts = keys.facts(folder: home.keys, wanted: [], now: now, retention: retention(settings))
        let kept = unix_clock_is_kept()
        var findings = ClockFacts(
            now: now, isSynchronised: kept < 0 ? nil : kept == 1,
            noted: [store.view?.newestEntry, store.view?.lastPurge].compactMap { $0.map(Timestamp.init(milliseconds:)) },
            newestKeys: facts?.onDisk.compactMap(\.epoch).max(), isRunning: isRunning,
            doomed: facts.map { $0.overdue($0.onDisk, by: .zero).count } ?? 0
        ).findings
        guard let view = store.view else {
            let reason = store.reason ?? "the store could not be looked into"
            return findings + [Check.oldestLetter, .lastPurge].map { .skipped($0, because: reason, "See to the store first.") }
        }
        findings +=
            WaitingFacts(
                now: now, oldestMoving: view.oldestMoving.map(Timestamp.init(milliseconds:)),
                oldestHeld: view.oldestHeld.map(Timestamp.init(milliseconds:)), lifetime: RetrySchedule.standard.lifetime,
                kept: retention(settings)?.letters
            ).findings
        return findings
            + PurgeFacts(
                now: now, last: view.lastPurge.map(Timestamp.init(milliseconds:)), isRunning: store.relay == .running
            ).findings
    }

    private func smarthost(_ settings: SettingsReading, _ owners: Owners?) async -> SmarthostFacts {
        guard let mail = settings.configuration?.mail,
            settings.areUsable(.smtpURL, .smtpTLS, .smtpUser, .smtpPasswordFile, .smtpCAFile, .mailFrom)
        else { return .unknown(reason: "the settings for it have faults", "Mend the configuration first.") }
        return await SmarthostReading.facts(mail, vaultUser: owners?.vault)
    }
}
