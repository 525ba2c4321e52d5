import Crypto
import Foundation
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("Everybody has a secret of their own until they are erased, and then nobody has it (V6)")
struct OwnSecretTests {
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    private static let slot = 64

    private static func open(_ path: String, disk: @escaping @Sendable () throws -> Void = {}) throws -> DurableRecordMemory {
        try DurableRecordMemory.open(at: path, keys: [key], adopting: false, beforeWrite: disk).memory
    }

    private static func owner(_ number: Int, called handle: String? = nil) throws -> RecordOwner {
        RecordOwner(
            RecipientID(high: 1, low: UInt64(number)), try Handle(handle ?? "member\(number)"), at: try SiteID("photos"))
    }

    private static func name(_ owner: RecordOwner) -> AuthorisedName { .recipient(owner.handle, at: owner.site) }

    private static func content(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private static func bytes(_ secret: OwnSecret) -> Data { secret.key.withUnsafeBytes { Data($0) } }

    private static func state(_ memory: DurableRecordMemory, _ owner: RecordOwner) throws -> OwnSecretState {
        try memory.ownSecret(of: owner.recipient)
    }

    @Test func `One is drawn once, is another than anybody else's, and is there after each start`() async throws {
        let folder = try TemporaryFolder()
        let owners = try (1...3).map { try Self.owner($0) }
        var drawn: [OwnSecret] = []
        for start in 0..<3 {
            let memory = try Self.open(folder.path("records"))
            if start == 0 { #expect(try Self.state(memory, owners[0]) == .none) }
            let taken = try await memory.takeOwnSecrets(for: [owners[0], owners[0]] + owners[1...])
            #expect(taken[0] == taken[1] && Set(taken.map(Self.bytes)).count == 3)
            if start == 0 { drawn = taken }
            #expect(taken == drawn)
            for (owner, secret) in zip(owners, drawn.dropFirst()) { #expect(try Self.state(memory, owner) == .held(secret)) }
        }
        #expect(try Self.content(folder.path("records-secrets")).count == 4 * Self.slot)
    }

    @Test func `Somebody who is erased has none any more: not in the file, not after a start, and none is drawn again`()
        async throws
    {
        let folder = try TemporaryFolder()
        let (pat, sam) = (try Self.owner(1), try Self.owner(2))
        let path = folder.path("records")
        var drawn: [OwnSecret] = []
        do {
            let memory = try Self.open(path)
            drawn = try await memory.takeOwnSecrets(for: [pat, sam])
            #expect(try Self.content(path + "-secrets").firstRange(of: Self.bytes(drawn[0])) != nil)
            try await memory.erase(Self.name(pat), recipient: pat.recipient)
            #expect(try Self.state(memory, pat) == .destroyed)
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            #expect(try Self.content(folder.path(file)).firstRange(of: Self.bytes(drawn[0])) == nil, "\(file)")
        }
        let memory = try Self.open(path)
        #expect(try Self.state(memory, pat) == .destroyed)
        #expect(try Self.state(memory, sam) == .held(drawn[1]))
        await #expect(throws: RecordMemoryFault.erased(Self.name(pat))) { try await memory.takeOwnSecrets(for: [sam, pat]) }
        // The name is another's now, who has an id and a secret of their own.
        let successor = try Self.owner(9, called: "member1")
        #expect(try await memory.takeOwnSecrets(for: [successor]).first != drawn[0])
    }

    @Test func `A row that somebody gave another's id takes nobody's secret with it`() async throws {
        let folder = try TemporaryFolder()
        let memory = try Self.open(folder.path("records"))
        let sam = try Self.owner(2)
        let secret = try #require(try await memory.takeOwnSecrets(for: [sam]).first)
        try await memory.learn(
            [LearntAuthorisation(Self.name(sam), version: 1, recipient: sam.recipient)], isDurable: true)
        let ghost = try Self.owner(2, called: "ghost")
        try await memory.erase(Self.name(ghost), recipient: sam.recipient)
        try await memory.destroyOwnSecret(of: ghost)
        #expect(try Self.state(memory, sam) == .held(secret))
        #expect(try Self.state(try Self.open(folder.path("records")), sam) == .held(secret), "nor at the next start")
        // Whatever id the row says, that of whom the vault knows under the name goes.
        try await memory.erase(Self.name(sam), recipient: ghost.recipient)
        #expect(try Self.state(memory, sam) == .destroyed)
    }

    @Test func `Without an erasure the name stays free`() async throws {
        let folder = try TemporaryFolder()
        let memory = try Self.open(folder.path("records"))
        let pat = try Self.owner(1)
        _ = try await memory.takeOwnSecrets(for: [pat])
        try await memory.destroyOwnSecret(of: pat)
        #expect(try Self.state(memory, pat) == .destroyed)
        #expect(memory.newest(of: Self.name(pat)) == nil)
    }

    @Test func `On a full disk nobody is half erased`() async throws {
        struct Full: Error, Equatable {}
        let folder = try TemporaryFolder()
        let pat = try Self.owner(1)
        let drawn = try await Self.open(folder.path("records")).takeOwnSecrets(for: [pat])
        let memory = try Self.open(folder.path("records"), disk: { throw Full() })
        await #expect(throws: Full()) { try await memory.erase(Self.name(pat), recipient: pat.recipient) }
        #expect(try Self.state(memory, pat) == .held(try #require(drawn.first)))
        #expect(memory.newest(of: Self.name(pat)) == nil)
    }

    /// What a crash leaves between the two steps of an erasure, and an old file that somebody puts back.
    @Test func `Where the memory says that somebody was erased, their secret is destroyed at the start`() async throws {
        let folder = try TemporaryFolder()
        let (pat, sam) = (try Self.owner(1), try Self.owner(2))
        let path = folder.path("records")
        var drawn: [OwnSecret] = []
        var old = Data()
        do {
            let memory = try Self.open(path)
            drawn = try await memory.takeOwnSecrets(for: [pat, sam])
            old = try Self.content(path + "-secrets")
            try await memory.erase(Self.name(pat), recipient: pat.recipient)
        }
        try old.write(to: URL(fileURLWithPath: path + "-secrets"))
        let memory = try Self.open(path)
        #expect(try Self.state(memory, pat) == .destroyed)
        #expect(try Self.state(memory, sam) == .held(drawn[1]))
        #expect(try Self.content(path + "-secrets").firstRange(of: Self.bytes(drawn[0])) == nil)
    }

    @Test func `However a crash cut the file, what was answered is there, and it goes on from there`() async throws {
        let folder = try TemporaryFolder()
        let owners = try (1...3).map { try Self.owner($0) }
        var (drawn, ends) = ([OwnSecret](), [Int]())
        do {
            let memory = try Self.open(folder.path("records"))
            for owner in owners {
                drawn += try await memory.takeOwnSecrets(for: [owner])
                ends.append(try Self.content(folder.path("records-secrets")).count)
            }
        }
        let whole = try Self.content(folder.path("records-secrets"))
        // The last one's slot: cut, of zeros, of half of it, of noise.
        let torn = (ends[1]..<ends[2]).map { whole.prefix($0) }
        let filled = [
            Data(count: Self.slot), whole.suffix(Self.slot).prefix(24) + Data(count: 40), Data(repeating: 0xA5, count: Self.slot),
        ].map { whole.prefix(ends[1]) + $0 }
        for (number, content) in (torn + filled).enumerated() {
            let path = folder.path("torn-\(number)")
            try content.write(to: URL(fileURLWithPath: path + "-secrets"))
            let (memory, opening) = try DurableRecordMemory.open(at: path, keys: [Self.key], adopting: false)
            #expect(opening.damagedSecrets == (number >= torn.count + 1 ? 1 : 0), "\(number)")
            for place in 0..<2 { #expect(try Self.state(memory, owners[place]) == .held(drawn[place]), "\(number)") }
            #expect(try Self.state(memory, owners[2]) == .none, "\(number)")
            let again = try await memory.takeOwnSecrets(for: owners)
            #expect(Array(again.prefix(2)) == Array(drawn.prefix(2)) && again[2] != drawn[2], "\(number)")
            #expect(try Self.state(try Self.open(path), owners[2]) == .held(again[2]), "\(number)")
        }
        // A crash while it was made.
        for length in [0, 1, Self.slot] {
            let path = folder.path("begun-\(length)")
            try Data(count: length).write(to: URL(fileURLWithPath: path + "-secrets"))
            let made = try await Self.open(path).takeOwnSecrets(for: [owners[0]])
            #expect(try Self.state(try Self.open(path), owners[0]) == .held(try #require(made.first)), "\(length)")
        }
    }

    @Test func `Whenever the process is killed, every secret that was answered is there`() async throws {
        let folder = try TemporaryFolder()
        let memory = try Self.open(folder.path("records"))
        for round in 0..<20 {
            try await withThrowingTaskGroup(of: (RecordOwner, OwnSecret?).self) { group in
                for number in 0..<20 {
                    let owner = try Self.owner(round * 20 + number)
                    group.addTask { (owner, try await memory.takeOwnSecrets(for: [owner]).first) }
                }
                let (owner, secret) = try #require(try await group.next())
                let copy = folder.path("copy-\(round)")
                try Self.content(folder.path("records-secrets")).write(to: URL(fileURLWithPath: copy + "-secrets"))
                #expect(try Self.state(try Self.open(copy), owner) == .held(try #require(secret)))
                try await group.waitForAll()
            }
        }
    }

    @Test func `Another file in its place is refused, and it is said what to do`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("records-secrets")
        let other = Data(repeating: 1, count: 1_000)
        try other.write(to: URL(fileURLWithPath: path))
        let fault = #expect(throws: RecordFileFault.notSecrets(path)) { try Self.open(folder.path("records")) }
        #expect(fault?.description.contains("postern keys import-recovery") == true)
        #expect(try Self.content(path) == other, "it was left as it was")
    }

    @Test func `Ten thousand take less than 16 bytes of memory each, and 64 on disk; a thousand erased leave no trace`()
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path("records")
        let memory = try Self.open(path)
        let owners = try (0..<10_000).map { try Self.owner($0) }
        var drawn: [OwnSecret] = []
        for start in stride(from: 0, to: 10_000, by: 2_500) {
            drawn += try await memory.takeOwnSecrets(for: Array(owners[start..<start + 2_500]))
        }
        for owner in owners.prefix(1_000) { try await memory.destroyOwnSecret(of: owner) }
        let again = try Self.open(path)
        for memory in [memory, again] {
            #expect(memory.bytesOfSecrets < 160_000)
            for (number, owner) in owners.enumerated() {
                #expect(try Self.state(memory, owner) == (number < 1_000 ? .destroyed : .held(drawn[number])), "\(number)")
            }
            #expect(try memory.ownSecret(of: RecipientID(high: 2, low: 1)) == .none)
        }
        let content = try Self.content(path + "-secrets")
        #expect(content.count == 10_001 * Self.slot)
        let report = OwnSecretReport(content)
        #expect(report == OwnSecretReport(held: 9_000, places: 10_000))
        #expect(content.firstRange(of: Self.bytes(drawn[0])) == nil && content.firstRange(of: Self.bytes(drawn[999])) == nil)
        #expect(content.firstRange(of: Data("member".utf8)) == nil, "it names nobody")
    }

    /// Whatever is asked of both, they answer alike: the transient memory is what the vault's other tests use.
    @Test(arguments: 0..<3 as Range<UInt64>)
    func `The durable memory has and destroys secrets as the transient one does`(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        var randomness = SeededRandomness(seed: seed)
        var durable = try Self.open(folder.path("records"))
        let transient = TransientRecordMemory()
        for _ in 0..<200 {
            let number = Int.random(in: 0..<12, using: &randomness)
            let owner = try Self.owner(number)
            switch Int.random(in: 0..<10, using: &randomness) {
            case 0:
                try await durable.erase(Self.name(owner), recipient: owner.recipient)
                transient.erase(Self.name(owner), recipient: owner.recipient)
            case 1:
                let owner = try Self.owner(number, called: "member\(Int.random(in: number...number + 1, using: &randomness))")
                try await durable.destroyOwnSecret(of: owner)
                transient.destroyOwnSecret(of: owner)
            case 2: durable = try Self.open(folder.path("records"))
            default:
                let drawn = try? await durable.takeOwnSecrets(for: [owner])
                #expect((drawn == nil) == ((try? transient.takeOwnSecrets(for: [owner])) == nil))
            }
            func kind(_ state: OwnSecretState) -> Int { state == .none ? 0 : state == .destroyed ? 1 : 2 }
            #expect(try kind(durable.ownSecret(of: owner.recipient)) == kind(transient.ownSecret(of: owner.recipient)))
        }
    }
}
