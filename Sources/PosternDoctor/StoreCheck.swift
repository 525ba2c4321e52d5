private import Foundation
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay
internal import PosternStore

/// What is known of the store.
package enum StoreCheck: Codable, Equatable, Sendable {
    case looked([Finding])
    /// There is no file.
    case missing(path: String)
    /// It cannot be used. Why.
    case broken(path: String, reason: String)
    case unknown(reason: String, Remedy)

    package var findings: [Finding] {
        switch self {
        case .looked(let findings): findings
        case .missing(let path):
            [
                .fail(
                    .store, "there is no store at \(path)",
                    "Restore a backup to it, or start again with postern init and postern site add.")
            ]
        case .broken(let path, let reason):
            [.fail(.store, "\(path) cannot be used: \(reason)", "Restore a backup, or fix what is named here.")]
        case .unknown(let reason, let remedy): [.skipped(.store, because: reason, remedy)]
        }
    }
}

extension StoreCheck {
    /// - Parameters:
    ///   - isDurable: whether a commit is on disk when it returns; nil while no process has the store open, since the process
    ///     decides.
    ///   - difference: letters accepted minus letters in some state: 0, or something is very wrong.
    package static func judge(
        path: String, journal: String, isDurable: Bool?, schema: Int, difference: Int, knownSchema: Int = Migrator().known
    ) -> [Finding] {
        var findings: [Finding] = []
        if isDurable == false {
            findings.append(
                .fail(
                    .store, "\(path) would lose accepted letters in a power cut (journal \(journal), commits not synced)",
                    "Put it on a local file system, and restart the service."))
        } else if isDurable == nil, journal != "wal" {
            findings.append(
                .warn(
                    .store, "\(path) has journal \(journal), as a backup has; the relay switches it to WAL when it starts",
                    "Nothing to do if a backup was just restored; otherwise find out who else has used the file."))
        }
        if schema > knownSchema {
            findings.append(
                .fail(
                    .store, "\(path) has schema \(schema), this program knows \(knownSchema): it was made by a later Postern",
                    "Install the newer Postern, or restore the backup made before the upgrade."))
        } else if schema < knownSchema {
            findings.append(
                .warn(
                    .store, "\(path) has schema \(schema); the next start brings it to \(knownSchema), and there is no way back",
                    Remedy("Make a backup first, with the Postern it was made by.", commands: ["postern backup FILE"])))
        }
        if difference != 0 {
            findings.append(
                .fail(
                    .store,
                    "letters accepted and letters in some state differ by \(difference.magnitude): something else has changed "
                        + "the store, or it is damaged",
                    "Keep a copy of the file, restore the last backup, and report it."))
        }
        guard findings.isEmpty else { return findings }
        let durability =
            isDurable == nil
            ? "the relay sets synchronous FULL when it opens it, and refuses to start with less" : "each commit is synced (FULL)"
        return [.ok(.store, "\(path): journal WAL, schema \(schema); \(durability); every accepted letter is accounted for")]
    }
}

/// Asks the relay about itself and its store; looks into the store itself while no relay holds it.
struct StoreReading: Codable {
    let relay: ServiceCheck.State
    let process: String?
    /// For how long a running relay has run, in seconds.
    let uptime: Int64?
    /// What the running relay says is the matter; of a store that nobody holds, what its queue shows.
    let conditions: [HealthCondition]
    let check: StoreCheck
    /// Nil when the store could not be read.
    let view: StoreView?
    /// Why not, for the checks that need it.
    var reason: String? {
        switch check {
        case .looked: nil
        case .missing: "there is no store"
        case .broken: "the store cannot be used"
        case .unknown(let reason, _): reason
        }
    }

    /// Nobody knows who it belongs to.
    static let ownerless = StoreReading(
        .unknown(Doctor.ownerless), check: .unknown(reason: Doctor.ownerless, .settingsFirst))

    static let failed = StoreReading(
        .unknown("the process that was to ask it failed"),
        check: .unknown(reason: "the process that was to look at it failed", .tryAgain))

    private init(
        _ relay: ServiceCheck.State, process: String? = nil, uptime: Int64? = nil, conditions: [HealthCondition] = [],
        check: StoreCheck, view: StoreView? = nil
    ) {
        self.relay = relay
        self.process = process
        self.uptime = uptime
        self.conditions = conditions
        self.check = check
        self.view = view
    }

    private static func request(_ request: ControlRequest) -> [UInt8] {
        (try? JSONEncoder().encode(request)).map(Array.init) ?? []
    }

    /// - Parameter database: nil where the configuration does not tell.
    /// - Parameter heldLifetime: after this long a held letter is dropped; nil where the configuration does not tell.
    static func look(home: Home, database: DatabaseURL?, heldLifetime: Duration?, now: Timestamp) async -> StoreReading {
        var conditions: [HealthCondition] = []
        var answer = await Inquiry.ask(home.controlSocket, ControlVerb.control, request(.health), within: Inquiry.soon)
        if case .answered(let bytes) = answer {
            if case .value(let found)? = try? JSONDecoder().decode(ControlAnswer<[HealthCondition]>.self, from: Data(bytes)) {
                conditions = found
            }
            answer = await Inquiry.ask(home.controlSocket, ControlVerb.control, request(.examine))
        }
        switch answer {
        case .answered(let bytes):
            guard case .value(let view)? = try? JSONDecoder().decode(ControlAnswer<RelayView>.self, from: Data(bytes)) else {
                let reason = "the relay that runs is of another version"
                return StoreReading(
                    .unknown(reason), check: .unknown(reason: reason, "Restart the service with the program installed now."))
            }
            let findings = StoreCheck.judge(
                path: database?.file ?? "the relay's store", journal: view.settings.journal, isDurable: view.settings.isDurable,
                schema: view.store.schema, difference: view.store.difference)
            return StoreReading(
                .running, process: String(view.process), uptime: view.uptime, conditions: conditions, check: .looked(findings),
                view: view.store)
        case .failed(let reason):
            let text = "the relay did not say how its store is (\(reason))"
            let process = database?.file.flatMap { file -> String? in FileLock.holder(of: "\(file).lock") }
            return StoreReading(
                .silent(process: process), process: process,
                check: .unknown(reason: text, "Read the relay's log, and restart the service."))
        case .forbidden:
            return StoreReading(
                .unknown("its control socket is for its own user and root"),
                check: .unknown(reason: "the relay answers its own user and root only", .asRoot))
        case .nobody:
            guard let database else {
                return StoreReading(
                    .stopped,
                    check: .unknown(reason: "POSTERN_DATABASE does not tell where it is", "Correct the configuration first."))
            }
            return await look(at: database, in: home, heldLifetime: heldLifetime, now: now)
        }
    }

    private static func look(
        at database: DatabaseURL, in home: Home, heldLifetime: Duration?, now: Timestamp
    ) async -> StoreReading {
        if let path = database.file {
            guard access(path, F_OK) == 0 || errno == EACCES else {
                guard path == home.standardStore, access("\(home.path)/postern.sqlite", F_OK) == 0 else {
                    return StoreReading(.stopped, check: .missing(path: path))
                }
                return StoreReading(
                    .stopped,
                    check: .unknown(
                        reason: "it lies in \(home.path), where an earlier version kept it",
                        "Start the service, which moves it to \(home.store)."))
            }
            guard access(path, R_OK | W_OK) == 0 else {
                return StoreReading(
                    .unknown("its files are for its own user and root"),
                    check: .unknown(reason: "this user may not read \(path)", .asRoot))
            }
        }
        let path = database.file ?? "\(database)"
        do {
            let (report, (view, queue)) = try await database.driver.look { (try StoreView($0), try QueueHealth($0, at: now)) }
            var facts = HealthFacts(now: now)
            (facts.isRunning, facts.queue, facts.heldLifetime) = (false, queue, heldLifetime)
            let findings = StoreCheck.judge(
                path: path, journal: report.journal, isDurable: report.isDurable, schema: view.schema,
                difference: view.difference)
            return StoreReading(.stopped, conditions: facts.conditions, check: .looked(findings), view: view)
        } catch StoreFileError.owned(_, let pid) {
            let process = pid.map(String.init)
            return StoreReading(
                .silent(process: process), process: process,
                check: .unknown(
                    reason: "\(process.map { "process \($0)" } ?? "a process") holds the store and does not answer",
                    "Try again in a moment; if nothing changes, read its log and restart the service."))
        } catch {
            return StoreReading(.stopped, check: .broken(path: path, reason: "\(error)"))
        }
    }
}

/// Other processes that have the store's file open.
package enum StrangerCheck {
    /// - Parameter findings: of the store, as long as nobody else has it open.
    package static func findings(path: String, strangers: [String], otherwise findings: [Finding]) -> [Finding] {
        guard !strangers.isEmpty else { return findings }
        return findings.filter { $0.level != .ok } + [
            .fail(
                .store,
                "\(path) is open in another process (\(strangers.joined(separator: ", "))): two that write at once "
                    + "can lose committed letters",
                "End that process. To look into the store, make a copy with postern backup.")
        ]
    }

    /// - Parameter owner: the process that may have it open.
    /// - Returns: number and name of each. Only root sees those of other users.
    static func strangers(at path: String, but owner: Int32?) -> [String] {
        let files = FileManager.default
        return ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }.sorted()
            .filter { $0 != owner && $0 != getpid() }
            .filter { process in
                let open = (try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
                return open.contains { (try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")) == path }
            }
            .map { process in
                let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
                return "\(process)" + (name.map { " \($0.trimmingCharacters(in: .whitespacesAndNewlines))" } ?? "")
            }
    }
}
