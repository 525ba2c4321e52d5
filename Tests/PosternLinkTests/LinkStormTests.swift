import Logging
import NIOCore
import NIOPosix
import PosternLink
import PosternTestSupport
import Synchronization
import Testing

/// The link is opened, cut from either side and renewed at random moments while thousands of requests are made over it.
@Suite("Each request gets its answer or its error, within its deadline and exactly once", .timeLimit(.minutes(40)))
struct LinkStormTests {
    private static let requests = 6_000
    private static let askers = 24
    /// Far beyond any deadline below, on the slowest machine: a request that takes longer was forgotten.
    private static let forgotten = Duration.seconds(30)

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Whatever happens to the connection, no request is lost, answered twice or carried out unsaid`(seed: UInt64) async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let ledger = StormLedger()
        let clients = [FrameClient<VaultVerb>(path: path), FrameClient<VaultVerb>(path: path)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await Self.openAndCut(path, ledger, seed: seed) }
            group.addTask { try await Self.hangUp(clients, ledger, seed: seed) }
            try await withThrowingTaskGroup(of: Void.self) { askers in
                for asker in 0..<Self.askers {
                    askers.addTask {
                        var randomness = SeededRandomness(seed: seed &* 1_000 &+ UInt64(asker))
                        for number in 0..<(Self.requests / Self.askers) {
                            let request = StormRequest(number: asker << 16 | number, using: &randomness)
                            try await Self.ask(request, clients[number % clients.count], ledger)
                        }
                    }
                }
                try await askers.waitForAll()
            }
            ledger.end()
            try await group.waitForAll()
        }

        let (results, executed) = ledger.result
        #expect(results.count == Self.requests / Self.askers * Self.askers)
        var ends: [String: Int] = [:]
        for (number, result) in results {
            ends[result.name, default: 0] += 1
            switch result {
            case .answered(let payload):
                #expect(payload == StormRequest.answer(to: number))
                #expect(executed[number] == 1)
            case .refused: #expect(executed[number] == 1)
            case .failed(let fault):
                if fault.execution == .notSent { #expect(executed[number] == nil, "\(fault), and it was carried out") }
            }
        }
        #expect(executed.values.allSatisfy { $0 == 1 })
        // The storm was one: everything that can become of a request became of many.
        for end in ["answered", "refused", "overdue", "lost", "unreachable", "cancelled"] {
            #expect(ends[end, default: 0] > 0, "\(ends)")
        }

        // And after it the sun shines, for the same clients.
        let server = FrameServer<VaultVerb>(.init(path: path, mode: 0o600, peers: [.own]), logger: .silent) { _, payload in
            payload
        }
        try await whileServing(server) {
            for client in clients {
                try await eventually("the link is there again") { (try? await client.request(.announce, [7])) == [7] }
                await client.close()
            }
        }
    }

    private static func ask(_ request: StormRequest, _ client: FrameClient<VaultVerb>, _ ledger: StormLedger) async throws {
        let began = ContinuousClock.now
        let asking = Task { try await client.request(.deliver, request.payload, within: request.deadline) }
        if let patience = request.patience {
            try await pause(patience)
            asking.cancel()
        }
        let result = await asking.result
        #expect(ContinuousClock.now - began < forgotten)
        ledger.note(request.number, result)
    }

    /// The server's side: listens, and stops in one of two ways.
    private static func openAndCut(_ path: String, _ ledger: StormLedger, seed: UInt64) async {
        var randomness = SeededRandomness(seed: seed)
        while !ledger.hasEnded {
            let server = FrameServer<VaultVerb>(.init(path: path, mode: 0o600, peers: [.own], inFlight: 16), logger: .silent) {
                _, payload in
                try await StormRequest.serve(payload, ledger)
            }
            let isCut = Bool.random(using: &randomness)
            let span = Duration.milliseconds(Int.random(in: 1...60, using: &randomness))
            let serving = Task { try? await server.run() }
            try? await pause(span)
            if isCut { serving.cancel() } else { server.end() }
            await serving.value
            if Bool.random(using: &randomness) {
                try? await pause(.milliseconds(Int.random(in: 0...10, using: &randomness)))
            }
        }
    }

    /// The clients' side hangs up.
    private static func hangUp(_ clients: [FrameClient<VaultVerb>], _ ledger: StormLedger, seed: UInt64) async throws {
        var randomness = SeededRandomness(seed: seed &+ 77)
        while !ledger.hasEnded {
            try await pause(.milliseconds(Int.random(in: 5...80, using: &randomness)))
            if let client = clients.randomElement(using: &randomness) { await client.close() }
        }
    }
}

/// One request of the storm. What the server does with it stands in its payload.
private struct StormRequest {
    enum Fate: UInt8, CaseIterable {
        case answered, answeredLate, refused, neverAnswered
    }

    let number: Int
    let payload: [UInt8]
    let deadline: Duration
    /// When the task that asks is cancelled, if it is.
    let patience: Duration?

    init(number: Int, using randomness: inout some RandomNumberGenerator) {
        self.number = number
        let fates: [Fate] = [.answered, .answered, .answered, .answeredLate, .refused, .neverAnswered]
        let fate = fates.randomElement(using: &randomness) ?? .answered
        let size = Int.random(in: 0...20, using: &randomness) == 0 ? 100_000 : 10
        payload = [fate.rawValue] + Self.bytes(of: number) + Array(repeating: 0, count: size)
        deadline = .milliseconds(Int.random(in: 5...80, using: &randomness))
        patience =
            Int.random(in: 0...9, using: &randomness) == 0 ? .milliseconds(Int.random(in: 0...20, using: &randomness)) : nil
    }

    static func serve(_ payload: [UInt8], _ ledger: StormLedger) async throws -> [UInt8] {
        let number = payload[1...4].reduce(0) { $0 << 8 | Int($1) }
        ledger.noteExecution(number)
        // These pauses are the server that is played here, slow or silent. The test itself waits for answers only.
        switch Fate(rawValue: payload[0]) {
        case .answered: break
        case .answeredLate: try await Task.sleep(for: .milliseconds(number % 40))
        case .neverAnswered: try await Task.sleep(for: .milliseconds(100))
        case .refused, nil: throw LinkRefusal(.denied, "no")
        }
        return answer(to: number)
    }

    static func answer(to number: Int) -> [UInt8] { bytes(of: number).reversed() }

    private static func bytes(of number: Int) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

private final class StormLedger: Sendable {
    enum End {
        case answered([UInt8])
        case refused
        case failed(LinkFault)

        var name: String {
            switch self {
            case .answered: "answered"
            case .refused: "refused"
            case .failed(.overdue): "overdue"
            case .failed(.lost): "lost"
            case .failed(.unreachable): "unreachable"
            case .failed(.cancelled): "cancelled"
            case .failed(let fault): "\(fault)"
            }
        }
    }

    private struct State {
        var results: [Int: End] = [:]
        var executed: [Int: Int] = [:]
        var hasEnded = false
    }

    private let state = Mutex(State())

    var hasEnded: Bool { state.withLock { $0.hasEnded } }
    var result: (results: [Int: End], executed: [Int: Int]) { state.withLock { ($0.results, $0.executed) } }

    func end() {
        state.withLock { $0.hasEnded = true }
    }

    func noteExecution(_ number: Int) {
        state.withLock { $0.executed[number, default: 0] += 1 }
    }

    func note(_ number: Int, _ result: Result<[UInt8], any Error>) {
        let end: End
        switch result {
        case .success(let payload): end = .answered(payload)
        case .failure(let refusal as LinkRefusal):
            // A server that is ending takes nothing more: no answer, and not carried out.
            end = refusal.code == .denied ? .refused : .failed(.unreachable(path: "", reason: refusal.description))
        case .failure(let fault as LinkFault): end = .failed(fault)
        case .failure(let error):
            Issue.record("neither a fault nor a refusal: \(error)")
            return
        }
        state.withLock { state in
            #expect(state.results.updateValue(end, forKey: number) == nil)
        }
    }
}
