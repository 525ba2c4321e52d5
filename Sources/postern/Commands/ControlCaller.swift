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
                try await answer(to: request)
            }
        guard let answer = try? JSONDecoder().decode(ControlAnswer<Value>.self, from: Data(payload)) else { throw Self.mismatch }
        switch answer {
        case .value(let value): return value
        case .refused(let reason): throw Exit.data.saying(reason)
        }
    }

    /// - Returns: how many things were changed.
    /// - Throws: as `ask` does.
    @discardableResult
    func change(_ request: ControlRequest) async throws -> Int { try await ask(request) }

    /// The rows of a list, asked for page by page.
    /// - Parameters:
    ///   - start: the row before the first one; nil for the beginning.
    ///   - request: asks for so many rows after the one with this key.
    func pages<Row: Codable & Sendable>(
        of limit: Int, from start: String? = nil, by key: (Row) -> String,
        _ request: (_ after: String?, _ count: Int) -> ControlRequest
    ) async throws -> [Row] {
        var (rows, after) = ([Row](), start)
        while rows.count < limit {
            let count = min(limit - rows.count, ControlRequest.pageLimit)
            let next: [Row] = try await ask(request(after, count))
            rows += next
            guard next.count == count, let last = next.last else { break }
            after = key(last)
        }
        return rows
    }

    /// The languages that pages and mails can be written in; nil where the templates cannot be found, of which the doctor tells.
    var languages: KnownLanguages? {
        guard let templates = try? ProgramFiles.locateTemplates(configured: configuration.templates),
            let names = try? FileManager.default.contentsOfDirectory(atPath: "\(templates)/strings")
        else { return nil }
        return KnownLanguages(names.compactMap { Language($0) })
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

    /// A backup may take minutes, and more on a slow disk; everything else has the verb's own time.
    private static func deadline(of request: ControlRequest) -> Duration? {
        if case .backup = request { .seconds(3_600) } else { nil }
    }

    private func askStore(_ request: ControlRequest) async throws -> [UInt8] {
        let store: any OpenStore
        do {
            store = try await openStore(at: configuration.database)
        } catch let error as StoreFileError {
            guard case .owned = error else { throw Exit.configuration.saying("\(error)") }
            throw Exit.temporary.saying("\(error)\n    It does not answer yet: try again in a moment.")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        let service = OperatorService(
            operations: Operations(by: .operator, store: store, wake: {}), publicURL: configuration.publicURL)
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
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10,000") }
}

// Their names are what an option takes; the parser refuses any other and lists them.
extension DeliveryState: ExpressibleByArgument {}
extension Verdict.Decision: ExpressibleByArgument {}
extension Verdict.Rule: ExpressibleByArgument {}
