private import Foundation
internal import PosternCore
internal import PosternLink
internal import PosternRelay
internal import PosternSQLite
private import PosternStore

/// Asks the relay how it and its store are; looks into the store itself while no relay holds it.
struct StoreReading {
    let relay: ServiceFacts.State
    let process: String?
    let unready: [String]
    let facts: StoreFacts
    /// Nil when the store could not be looked into.
    let view: StoreView?
    /// Why not, for the checks that go by it.
    var reason: String? {
        switch facts {
        case .looked: nil
        case .missing: "there is no store"
        case .broken: "the store cannot be used"
        case .unknown(let reason, _): reason
        }
    }

    private init(
        _ relay: ServiceFacts.State, process: String? = nil, unready: [String] = [], facts: StoreFacts, view: StoreView? = nil
    ) {
        (self.relay, self.process, self.unready, self.facts, self.view) = (relay, process, unready, facts, view)
    }

    /// - Parameter path: the store's file; nil where the configuration does not tell.
    static func look(home: Home, path: String?) async -> StoreReading {
        let request = (try? JSONEncoder().encode(ControlRequest.examine)).map(Array.init) ?? []
        switch await Inquiry.ask(home.controlSocket, .control, request) {
        case .answered(let bytes):
            guard case .value(let view)? = try? JSONDecoder().decode(ControlAnswer<RelayView>.self, from: Data(bytes)) else {
                let reason = "the relay that runs is of another version"
                return StoreReading(
                    .unknown(reason), facts: .unknown(reason: reason, "Restart the service with the program installed now."))
            }
            let look = StoreFacts.Look(
                path: path ?? "the relay's store", journal: view.settings.journal, isDurable: view.settings.isDurable,
                schema: view.store.schema, knownSchema: Migrator().known, difference: view.store.difference,
                strangers: path.map { strangers(at: $0, but: view.process) } ?? [])
            return StoreReading(
                .running, process: String(view.process), unready: view.unready, facts: .looked(look), view: view.store)
        case .failed(let reason):
            let text = "the relay did not say how its store is (\(reason))"
            return StoreReading(
                .silent(process: nil), facts: .unknown(reason: text, "Look into the relay's log, and restart the service."))
        case .forbidden:
            return StoreReading(
                .unknown("its control socket is for its own user and root"),
                facts: .unknown(reason: "the relay answers its own user and root only", .asRoot))
        case .nobody:
            guard let path else {
                return StoreReading(
                    .stopped,
                    facts: .unknown(reason: "POSTERN_DATABASE does not tell where it is", "Mend the configuration first."))
            }
            return await glance(at: path)
        }
    }

    private static func glance(at path: String) async -> StoreReading {
        guard access(path, F_OK) == 0 || errno == EACCES else { return StoreReading(.stopped, facts: .missing(path: path)) }
        guard access(path, R_OK | W_OK) == 0 else {
            return StoreReading(
                .unknown("its files are for its own user and root"),
                facts: .unknown(reason: "this user may not read \(path)", .asRoot))
        }
        do {
            let (report, view) = try await SQLiteGlance.look(at: path) { try StoreView($0) }
            let look = StoreFacts.Look(
                path: path, journal: report.journalMode, isDurable: nil, schema: view.schema, knownSchema: Migrator().known,
                difference: view.difference, strangers: strangers(at: path, but: getpid()))
            return StoreReading(.stopped, facts: .looked(look), view: view)
        } catch SQLiteError.owned(_, let pid) {
            let process = pid.map(String.init)
            return StoreReading(
                .silent(process: process), process: process,
                facts: .unknown(
                    reason: "\(process.map { "process \($0)" } ?? "a process") holds the store and does not answer",
                    "Try again in a moment; if it stays so, look into its log and restart the service."))
        } catch {
            return StoreReading(.stopped, facts: .broken(path: path, reason: "\(error)"))
        }
    }

    /// Processes that have the store open beside the one that may. Only root sees those of others.
    private static func strangers(at path: String, but owner: Int32) -> [String] {
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
