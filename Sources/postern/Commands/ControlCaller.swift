internal import ArgumentParser
private import Foundation
internal import PosternCore
internal import PosternHost
internal import PosternImport
private import PosternLink
internal import PosternRelay
private import PosternStore

/// Has an operation carried out: by the relay, over its control socket, or in this process while no relay holds the store.
///
/// Root asks through an errand: what answers on the socket, and what lies in the store's folder, may be a relay that has been taken
/// over.
struct ControlCaller {
    let home: Home
    let configuration: Configuration
    let users: ProcessUsers

    /// - Throws: `ExitCode` after saying why: 65 for what cannot be done, 69 or 75 when nobody could be asked.
    func ask<Value: Codable & Sendable>(_ request: ControlRequest, for _: Value.Type = Value.self) async throws -> Value {
        let payload =
            if let relay = users.relay {
                try await Errand(home: home, user: relay).run(.control, input: Array(try JSONEncoder().encode(request)))
            } else {
                try await askAsOwner(request)
            }
        guard let answer = try? JSONDecoder().decode(ControlAnswer<Value>.self, from: Data(payload)) else { throw Self.mismatch }
        switch answer {
        case .value(let value): return value
        case .refused(let reason): throw Exit.data.saying(reason)
        }
    }

    private func askAsOwner(_ request: ControlRequest) async throws -> [UInt8] {
        try RightUser.check(for: home.relayRun, in: home)
        return try await answer(to: request)
    }

    /// - Returns: how many things were changed.
    /// - Throws: as `ask` does.
    @discardableResult
    func change(_ request: ControlRequest) async throws -> Int { try await ask(request) }

    /// The rows of a list, asked for page by page.
    /// - Parameters:
    ///   - limit: 0 for all.
    ///   - start: the row before the first one; nil for the beginning.
    ///   - request: asks for `count` rows after the one with this key.
    ///   - order: brings an answer into the order of the list.
    func pages<Row: Codable & Sendable>(
        of limit: Int, from start: String? = nil, by key: (Row) -> String,
        _ request: (_ after: String?, _ count: Int) -> ControlRequest, ordered order: ([Row]) -> [Row] = { $0 }
    ) async throws -> Page<Row> {
        var (rows, after) = ([Row](), start)
        // One more than asked for: whether something is cut.
        let most = limit == 0 ? Int.max : limit + 1
        while rows.count < most {
            let count = min(most - rows.count, ControlRequest.pageLimit)
            let next = order(try await ask(request(after, count)))
            rows += next
            guard next.count == count, let last = next.last else { break }
            // The same rows again have no end.
            guard key(last) != after else { throw Self.mismatch }
            after = key(last)
        }
        return limit > 0 && rows.count > limit
            ? Page(rows: Array(rows.prefix(limit)), isCut: true) : Page(rows: rows, isCut: false)
    }

    /// The languages that pages and mails can be written in; nil where the templates cannot be found, of which the doctor tells.
    var languages: KnownLanguages? {
        guard let templates = try? ProgramFiles.locateTemplates(configured: configuration.templates),
            let names = try? FileManager.default.contentsOfDirectory(atPath: "\(templates)/strings")
        else { return nil }
        return KnownLanguages(names.compactMap { Language($0) })
    }

    /// - Throws: `ExitCode` 65 when one of the tags is of a language that there are no texts in.
    func checkLanguages(_ tags: [String]) throws {
        guard let known = languages else { return }
        for tag in tags where !tag.isEmpty {
            guard let language = Language(tag) else {
                throw Exit.data.saying("“\(tag)” is not a language\n    Write a tag such as de. There are \(known.list).")
            }
            guard known.contains(language) else {
                throw Exit.data.saying("there are no texts in the language “\(tag)”\n    There are \(known.list).")
            }
        }
    }

    /// An answer that this program does not read.
    static var mismatch: any Error {
        Exit.unavailable.saying(
            "the running service is of another version than this command\n    Restart it with the program that is installed now.")
    }

    /// As this process's user.
    func answer(to request: ControlRequest) async throws -> [UInt8] {
        do {
            let client = FrameClient<ControlVerb>(path: home.controlSocket)
            return try await client.request(
                .control, Array(try JSONEncoder().encode(request)), within: Self.deadline(of: request))
        } catch LinkFault.unreachable {
            return try await askStore(request)
        } catch let refusal as LinkRefusal {
            throw Exit.unavailable.saying("the relay did not do it: \(refusal)")
        } catch let fault as LinkFault {
            throw Exit.temporary.saying("\(fault)\n    Check whether it was done before you try again.")
        }
    }

    /// A backup may take minutes, and more on a slow disk; nearly everything else has the verb's own time.
    private static func deadline(of request: ControlRequest) -> Duration? {
        switch request {
        case .backup: .seconds(3_600)
        // Each of a million deliveries may have to be looked at.
        case .changeDeliveries, .countDeliveries: .seconds(600)
        default: nil
        }
    }

    private func askStore(_ request: ControlRequest) async throws -> [UInt8] {
        let store: any OpenStore
        do {
            store = try await openStore(at: configuration.database, onMigration: { Terminal.complain("\($0)") })
        } catch let error as StoreFileError {
            guard case .owned = error else { throw Exit.configuration.saying("\(error)") }
            throw Exit.temporary.saying("\(error)\n    It does not answer yet: try again in a moment.")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        let service = OperatorService(
            operations: Operations(by: .operator, store: store, wake: {}, retryNow: {}), publicURL: configuration.publicURL)
        do {
            let answer = try await service.answer(request)
            await store.close()
            return answer
        } catch {
            await store.close()
            throw Exit.unavailable.saying("the store did not do it: \(error)")
        }
    }
}

extension HomeOption {
    /// - Throws: `ExitCode` 78 after printing all faults of the configuration.
    func caller() throws -> ControlCaller {
        let configuration = try configuration()
        let users = try ProcessUsers(of: folder, configuration.users)
        try HomeFolders(home: folder, users: users, database: configuration.database).prepareIfOwner()
        return ControlCaller(home: folder, configuration: configuration, users: users)
    }
}

/// `--home` and `--json`, for a command that asks for one thing and prints it.
struct AskOptions: ParsableArguments {
    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    /// - Parameter text: what a person sees.
    func print<Value: Codable & Sendable>(_ request: ControlRequest, text: (Value) -> String) async throws {
        let value: Value = try await home.caller().ask(request)
        try output.print(value) { text(value) }
    }
}

/// - Parameter limit: what `--limit` was given.
func checkLimit(_ limit: Int) throws {
    guard (0..<Int.max).contains(limit) else { throw ValidationError("--limit takes a number; 0 is for all") }
}

/// What was asked for, and whether there is more.
struct Page<Row: Codable & Sendable> {
    let rows: [Row]
    let isCut: Bool

    /// Below a table; beside JSON, where a program does not take it for a row.
    /// - Parameter total: nil where counting would take long.
    func sayWhatIsCut(of total: Int?, _ output: OutputOption) {
        guard isCut else { return }
        let text = (total.map { "\(rows.count) of \($0)" } ?? "\(rows.count), and there are more") + "; --limit 0 for all"
        if output.json { Terminal.complain(text) } else { Terminal.say("\n\(text)") }
    }
}

// Their names are what an option takes; the parser refuses any other and lists them.
extension DeliveryState: ExpressibleByArgument {}
extension Verdict.Decision: ExpressibleByArgument {}
extension Verdict.Rule: ExpressibleByArgument {}
