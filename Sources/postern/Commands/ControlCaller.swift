internal import ArgumentParser
private import Foundation
internal import PosternCore
private import PosternLink
internal import PosternRelay
private import PosternSQLite
private import PosternStore

/// Asks the relay over its control socket, or, while no relay holds the store, does the same in this process.
struct ControlCaller {
    let home: Home
    let configuration: Configuration

    /// - Throws: `ExitCode` 69 or 75 after saying why nobody could be asked.
    func ask(_ request: ControlRequest) async throws -> ControlAnswer {
        do {
            let client = FrameClient<ControlVerb>(path: home.controlSocket)
            let payload = Array(try JSONEncoder().encode(request))
            let answer = try await client.request(.control, payload, within: Self.deadline(of: request))
            return try JSONDecoder().decode(ControlAnswer.self, from: Data(answer))
        } catch LinkFault.unreachable {
            return try await askStore(request)
        } catch let refusal as LinkRefusal {
            throw Exit.unavailable.saying("the relay did not do it: \(refusal)")
        } catch let fault as LinkFault {
            throw Exit.temporary.saying("\(fault)\n    Look whether it was done before trying again.")
        }
    }

    /// A backup may take minutes, and more on a slow disk; everything else has the verb's own time.
    private static func deadline(of request: ControlRequest) -> Duration? {
        if case .backup = request { .seconds(3_600) } else { nil }
    }

    /// Rows of a list, asked for page by page: a thousand fit into one answer of the relay.
    func pages<Row>(
        of limit: Int, after: String?, by key: (Row) -> String, _ page: (_ after: String?, _ count: Int) async throws -> [Row]
    ) async throws -> [Row] {
        var (rows, after) = ([Row](), after)
        while rows.count < limit {
            let count = min(limit - rows.count, ControlRequest.pageLimit)
            let next = try await page(after, count)
            rows += next
            guard next.count == count, let last = next.last else { break }
            after = key(last)
        }
        return rows
    }

    private func askStore(_ request: ControlRequest) async throws -> ControlAnswer {
        let store: SQLiteDatabase
        do {
            store = try await openStore(at: configuration.database)
        } catch SQLiteError.owned(let path, let pid) {
            throw Exit.temporary.saying(
                "\(SQLiteError.owned(path: path, pid: pid))\n    It does not answer yet; try again in a moment.")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        let service = OperatorService(store: store, publicURL: configuration.publicURL, wake: {})
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

extension ControlAnswer {
    /// - Throws: `ExitCode` 65 after printing why, when the answer is a refusal.
    func orRefusal() throws -> ControlAnswer {
        if case .refused(let reason) = self { throw Exit.data.saying(reason) }
        return self
    }

    /// An answer of another kind than was asked for: relay and command are of different versions.
    static var mismatch: any Error {
        Exit.unavailable.saying("the relay answered something else than was asked; are program and relay of one version?")
    }
}
