import Crypto
import Foundation
import PosternCore
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

@Suite("The vault remembers the newest version of each name and who was erased")
struct RecordMemoryTests {
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    private static func open(
        _ path: String, keys: [SymmetricKey] = [key], adopting: Bool = false
    ) throws -> DurableRecordMemory {
        try DurableRecordMemory.open(at: path, keys: keys, adopting: adopting).memory
    }

    private static func name(_ number: Int) throws -> AuthorisedName {
        .recipient(try Handle("member\(number)"), at: try SiteID("photos"))
    }

    private static func id(_ number: Int) -> RecipientID { RecipientID(high: 1, low: UInt64(number)) }

    /// Takes versions and says that they are in use.
    @discardableResult
    private static func authorise(_ memory: some RecordMemory, _ numbers: Range<Int>) async throws -> [Int32] {
        let requests = try numbers.map { VersionRequest(try name($0), recipient: id($0), former: 0) }
        let versions = try await memory.takeVersions(for: requests)
        let learnt = zip(requests, versions).map { LearntAuthorisation($0.name, version: $1, recipient: $0.recipient) }
        try await memory.learn(learnt, isDurable: true)
        return versions
    }

    @Test func `What was answered is there after the next start, in any order of starts`() async throws {
        let folder = try TemporaryFolder()
        let (pat, sam, site) = (try Self.name(1), try Self.name(2), AuthorisedName.site(try SiteID("photos")))
        do {
            let memory = try Self.open(folder.path("records"))
            #expect(memory.newest(of: pat) == nil)
            #expect(try await Self.authorise(memory, 1..<2) == [1])
            #expect(
                try await memory.takeVersions(
                    for: [.init(pat, recipient: Self.id(1), former: 1), .init(sam, recipient: Self.id(2), former: 6)]) == [2, 7])
            try await memory.learn(
                [.init(sam, version: 7, recipient: Self.id(2)), .init(site, version: 1, recipient: nil)], isDurable: true)
        }
        for start in 0..<2 {
            let memory = try Self.open(folder.path("records"))
            // Version 2 was reserved and never said to be in use.
            #expect(memory.newest(of: pat) == NewestAuthorisation(version: 1, recipient: Self.id(1)))
            #expect(memory.newest(of: sam) == NewestAuthorisation(version: 7, recipient: Self.id(2)))
            #expect(memory.newest(of: site) == NewestAuthorisation(version: 1, recipient: nil))
            await #expect(throws: RecordMemoryFault.otherRecipient(pat)) {
                try await memory.takeVersions(for: [
                    .init(sam, recipient: Self.id(2), former: 0), .init(pat, recipient: Self.id(3), former: 0),
                ])
            }
            // All of them or none, and no version twice.
            let next = try await memory.takeVersions(for: [
                .init(sam, recipient: Self.id(2), former: 0), .init(pat, recipient: Self.id(1), former: 0),
            ])
            #expect(next == [8 + Int32(start), 3 + Int32(start)])
        }
    }

    @Test func `Someone who was erased stays erased, whatever is learnt or asked for afterwards`() async throws {
        let folder = try TemporaryFolder()
        let pat = try Self.name(1)
        do {
            let memory = try Self.open(folder.path("records"))
            try await Self.authorise(memory, 1..<2)
            try await memory.erase(pat, recipient: Self.id(1))
        }
        let memory = try Self.open(folder.path("records"))
        try await memory.learn([.init(pat, version: 9, recipient: Self.id(1))], isDurable: true)
        #expect(memory.newest(of: pat)?.isErased == true)
        await #expect(throws: RecordMemoryFault.erased(pat)) {
            try await memory.takeVersions(for: [.init(pat, recipient: Self.id(1), former: 0)])
        }
    }

    @Test
    func
        `M8: a name that was given to another person after an erasure is theirs after a restart, in whatever order it was written`()
        async throws
    {
        let folder = try TemporaryFolder()
        let pat = try Self.name(1)
        do {
            let memory = try Self.open(folder.path("records"))
            try await Self.authorise(memory, 1..<2)
            try await memory.erase(pat, recipient: Self.id(1))
            let taken = try await memory.takeVersions(
                for: [VersionRequest(pat, recipient: Self.id(2), former: 0, isSuccessor: true)])
            try await memory.learn([.init(pat, version: try #require(taken.first), recipient: Self.id(2))], isDurable: true)
            #expect(memory.newest(of: pat)?.recipient == Self.id(2))
            try await memory.learn([.init(pat, version: 1, recipient: Self.id(1))], isDurable: true)
        }
        let memory = try Self.open(folder.path("records"))
        #expect(memory.newest(of: pat)?.recipient == Self.id(2) && memory.newest(of: pat)?.isErased == false)
    }

    @Test func `What is learnt counts at once, an older version changes nothing, and later it is in the file`() async throws {
        let folder = try TemporaryFolder()
        let pat = try Self.name(1)
        let memory = try Self.open(folder.path("records"))
        try await memory.learn([.init(pat, version: 5, recipient: Self.id(1))], isDurable: false)
        try await memory.learn([.init(pat, version: 4, recipient: Self.id(1))], isDurable: false)
        #expect(memory.newest(of: pat)?.version == 5)
        try await eventually("it is written") {
            (try? Self.open(folder.path("records")))?.newest(of: pat)?.version == 5
        }
        #expect(try await memory.takeVersions(for: [.init(pat, recipient: Self.id(1), former: 0)]) == [6])
    }

    /// A disk that a test fills.
    private final class Disk: Sendable {
        struct Full: Error, Equatable {}

        private let isFull = Mutex(true)
        private let tries = Mutex(0)
        var attempts: Int { tries.withLock { $0 } }

        func makeRoom() { isFull.withLock { $0 = false } }

        func write() throws {
            tries.withLock { $0 += 1 }
            let fails = isFull.withLock { $0 }
            if fails { throw Full() }
        }
    }

    private static func open(_ path: String, on disk: Disk, log: KeptLog) throws -> DurableRecordMemory {
        try DurableRecordMemory.open(
            at: path, keys: [key], adopting: false, logger: log.logger, beforeWrite: { try disk.write() }
        ).memory
    }

    @Test func `A caller who needs on disk what was learnt a moment ago waits until it is there`() async throws {
        let folder = try TemporaryFolder()
        let pat = try Self.name(1)
        let memory = try Self.open(folder.path("records"))
        try await memory.learn([.init(pat, version: 5, recipient: Self.id(1))], isDurable: false)
        try await memory.learn([.init(pat, version: 5, recipient: Self.id(1))], isDurable: true)
        #expect(try Self.open(folder.path("records")).newest(of: pat)?.version == 5)
    }

    @Test func `On a full disk each attempt to learn fails, and the one that succeeds has written it`() async throws {
        let folder = try TemporaryFolder()
        let (pat, disk, log) = (try Self.name(1), Disk(), KeptLog())
        let memory = try Self.open(folder.path("records"), on: disk, log: log)
        let learnt = LearntAuthorisation(pat, version: 5, recipient: Self.id(1))
        for _ in 0..<3 {
            await #expect(throws: Disk.Full()) { try await memory.learn([learnt], isDurable: true) }
        }
        #expect(memory.newest(of: pat)?.version == 5)
        #expect(try Self.open(folder.path("records")).newest(of: pat) == nil)
        disk.makeRoom()
        try await memory.learn([learnt], isDurable: true)
        #expect(try Self.open(folder.path("records")).newest(of: pat)?.version == 5)
    }

    @Test func `What nobody waited for and could not be written is said once, and written with the next call`() async throws {
        let folder = try TemporaryFolder()
        let (pat, sam, disk, log) = (try Self.name(1), try Self.name(2), Disk(), KeptLog())
        let memory = try Self.open(folder.path("records"), on: disk, log: log)
        try await memory.learn([.init(pat, version: 5, recipient: Self.id(1))], isDurable: false)
        try await eventually("it is said") { log.errors.count == 1 }
        let request = VersionRequest(sam, recipient: Self.id(2), former: 0)
        await #expect(throws: Disk.Full()) { try await memory.takeVersions(for: [request]) }
        #expect(disk.attempts >= 2 && log.errors.count == 1)
        disk.makeRoom()
        _ = try await memory.takeVersions(for: [request])
        #expect(try Self.open(folder.path("records")).newest(of: pat)?.version == 5)
    }

    @Test func `Adoption begins with the file, and ends for good`() async throws {
        let folder = try TemporaryFolder()
        #expect(try !Self.open(folder.path("fresh"), adopting: false).isAdopting)
        #expect(try !Self.open(folder.path("fresh"), adopting: true).isAdopting)
        let memory = try Self.open(folder.path("old"), adopting: true)
        #expect(memory.isAdopting)
        #expect(try Self.open(folder.path("old"), adopting: false).isAdopting)
        try await memory.endAdoption()
        #expect(!memory.isAdopting)
        #expect(try !Self.open(folder.path("old"), adopting: true).isAdopting)
    }

    @Test func `A thousand askers at once get a thousand versions, each once`() async throws {
        let folder = try TemporaryFolder()
        let memory = try Self.open(folder.path("records"))
        let pat = try Self.name(1)
        let versions = try await withThrowingTaskGroup(of: [Int32].self) { group in
            for _ in 0..<1_000 {
                group.addTask { try await memory.takeVersions(for: [.init(pat, recipient: Self.id(1), former: 0)]) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(versions.sorted() == Array(1...1_000))
        let again = try Self.open(folder.path("records"))
        #expect(try await again.takeVersions(for: [.init(pat, recipient: Self.id(1), former: 0)]) == [1_001])
    }

    /// The version of each name that somebody was told is durable.
    private final class Answered: Sendable {
        let versions = Mutex<[Int: Int32]>([:])
    }

    /// The file as a process that was killed leaves it: copied while others are being answered.
    @Test func `Whenever the process is killed, everything that was answered is remembered`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("records")
        let memory = try Self.open(path)
        for round in 0..<40 {
            let answered = Answered()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await Self.authorise(memory, number..<number + 1)
                        let version = memory.newest(of: try Self.name(number))?.version ?? 0
                        answered.versions.withLock { $0[number] = version }
                    }
                }
                try await group.next()
                let promised = answered.versions.withLock { $0 }
                let copy = folder.path("copy-\(round)")
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                let after = try Self.open(copy)
                #expect(!promised.isEmpty)
                for (number, version) in promised {
                    #expect(after.newest(of: try Self.name(number))?.version ?? 0 >= version)
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `A long history of few names is written short at the next start, and forgets nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("records")
        do {
            let memory = try Self.open(path, adopting: true)
            for _ in 0..<4 { try await Self.authorise(memory, 0..<4_000) }
            _ = try await memory.takeVersions(for: [.init(try Self.name(5), recipient: Self.id(5), former: 8)])
            try await memory.erase(try Self.name(3), recipient: Self.id(3))
        }
        func size() throws -> Int { try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) }
        let before = try size()
        for start in 0..<2 {
            let memory = try Self.open(path)
            #expect(memory.isAdopting)
            for number in 0..<4_000 where number != 3 {
                #expect(memory.newest(of: try Self.name(number))?.version == 4)
            }
            #expect(memory.newest(of: try Self.name(3))?.isErased == true)
            #expect(try size() * 3 < before)
            // What was only reserved is reserved still.
            let (sam, start) = (try Self.name(5), Int32(start))
            #expect(try await memory.takeVersions(for: [.init(sam, recipient: Self.id(5), former: 0)]) == [10 + start])
        }
    }

    @Test func `A hundred thousand names take less than 40 bytes each, in memory and in the file`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("records")
        let memory = try Self.open(path)
        for start in stride(from: 0, to: 100_000, by: 4_000) {
            #expect(try await Self.authorise(memory, start..<start + 4_000).allSatisfy { $0 == 1 })
        }
        #expect(memory.bytes < 4_000_000)
        let again = try Self.open(path)
        #expect(again.bytes < 4_000_000)
        #expect(try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) < 4_000_000)
        for number in [0, 1, 50_000, 99_999] {
            #expect(again.newest(of: try Self.name(number)) == NewestAuthorisation(version: 1, recipient: Self.id(number)))
        }
        #expect(again.newest(of: try Self.name(100_000)) == nil)
    }

    @Test func `The file names nobody, and without its key it cannot be read or made`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("records")
        let other = SymmetricKey(data: [UInt8](repeating: 8, count: 32))
        let memory = try Self.open(path)
        try await Self.authorise(memory, 1..<2)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.firstRange(of: Data("member1".utf8)) == nil)
        #expect(bytes.firstRange(of: Data("photos".utf8)) == nil)
        #expect(throws: RecordFileFault.notOurs(path)) { try Self.open(path, keys: [other]) }
        // Keys of a former machine beside new ones.
        #expect(try Self.open(path, keys: [other, Self.key]).newest(of: try Self.name(1))?.version == 1)
    }

    /// As in the file's format, which the vault alone reads.
    private static func threeBatches(at path: String) async throws -> (bytes: [UInt8], ends: [Int]) {
        let memory = try open(path)
        var ends: [Int] = []
        for number in 1...3 {
            let learnt = try (0..<number).map {
                LearntAuthorisation(try name(10 * number + $0), version: 1, recipient: id(10 * number + $0))
            }
            try await memory.learn(learnt, isDurable: true)
            ends.append(Array(try Data(contentsOf: URL(fileURLWithPath: path))).count)
        }
        return (Array(try Data(contentsOf: URL(fileURLWithPath: path))), ends)
    }

    @Test func `A batch that a crash cut short is cut off and said, and all before it is remembered`() async throws {
        let folder = try TemporaryFolder()
        let (bytes, ends) = try await Self.threeBatches(at: folder.path("records"))
        let path = folder.path("torn")
        for length in ends[1]..<ends[2] {
            try Data(bytes.prefix(length)).write(to: URL(fileURLWithPath: path))
            let (memory, opening) = try DurableRecordMemory.open(at: path, keys: [Self.key], adopting: false)
            #expect(opening.count == 3 && opening.cut == length - ends[1] && !opening.isNew)
            #expect(memory.newest(of: try Self.name(21))?.version == 1)
            #expect(memory.newest(of: try Self.name(30)) == nil)
        }
        // Sectors that never reached the disk.
        try Data(bytes.prefix(ends[1]) + [UInt8](repeating: 0, count: ends[2] - ends[1])).write(to: URL(fileURLWithPath: path))
        let (memory, opening) = try DurableRecordMemory.open(at: path, keys: [Self.key], adopting: false)
        #expect(opening.cut == ends[2] - ends[1])
        // It goes on from there.
        #expect(try await Self.authorise(memory, 30..<31) == [1])
        #expect(try Self.open(path).newest(of: try Self.name(30))?.version == 1)
    }

    /// What is done to a file of three batches.
    enum Tampering: String, CaseIterable {
        case eachByte, batchRemoved, batchesSwapped, byteInserted, byteRemoved, longEnd
    }

    @Test(arguments: Tampering.allCases)
    func `A file that was changed in the middle is refused, and says what to do`(tampering: Tampering) async throws {
        let folder = try TemporaryFolder()
        let (bytes, ends) = try await Self.threeBatches(at: folder.path("records"))
        let path = folder.path("changed")
        let head = Array(bytes.prefix(64))
        let (first, second, third) = (
            Array(bytes[64..<ends[0]]), Array(bytes[ends[0]..<ends[1]]), Array(bytes[ends[1]...])
        )
        let variants: [[UInt8]]
        switch tampering {
        case .eachByte:
            variants = (0..<ends[1]).map { place in
                var changed = bytes
                changed[place] ^= 0x10
                return changed
            }
        case .batchRemoved: variants = [head + second + third, head + first + third]
        case .batchesSwapped: variants = [head + second + first + third]
        case .byteInserted:
            variants = [64, ends[0], ends[0] + 40].map { Array(bytes.prefix($0)) + [0] + Array(bytes.dropFirst($0)) }
        case .byteRemoved:
            variants = [64, ends[0], ends[0] + 40].map { Array(bytes.prefix($0)) + Array(bytes.dropFirst($0 + 1)) }
        case .longEnd: variants = [bytes + [UInt8](repeating: 0, count: 4_099 * 32)]
        }
        for (index, variant) in variants.enumerated() {
            try Data(variant).write(to: URL(fileURLWithPath: path))
            let fault = #expect(throws: RecordFileFault.self, "\(tampering) \(index) of \(ends)") { try Self.open(path) }
            #expect(fault?.description.contains("latest backup of the vault's home") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(variant), "it was left as it was")
        }
    }

    /// Whatever is asked of both, they answer alike: the transient memory is what the vault's other tests use.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func `The durable memory answers as the transient one does`(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        var randomness = SeededRandomness(seed: seed)
        var durable = try Self.open(folder.path("records"))
        let transient = TransientRecordMemory()
        for step in 0..<300 {
            let number = Int.random(in: 0..<8, using: &randomness)
            let (name, id) = (try Self.name(number), Self.id(number))
            switch Int.random(in: 0..<20, using: &randomness) {
            case 0:
                try await durable.erase(name, recipient: id)
                transient.erase(name, recipient: id)
            case 1..<5:
                let version = Int32.random(in: 0..<40, using: &randomness)
                try await durable.learn([.init(name, version: version, recipient: id)], isDurable: step.isMultiple(of: 2))
                transient.learn([.init(name, version: version, recipient: id)], isDurable: true)
            case 5:
                // Its last breath: what was learnt is written within a second, or with the next version.
                let site = AuthorisedName.site(try SiteID("s\(step)"))
                _ = try await durable.takeVersions(for: [.init(site, recipient: nil, former: 0)])
                durable = try Self.open(folder.path("records"))
            default:
                let former = Int32.random(in: 0..<40, using: &randomness)
                let request = VersionRequest(name, recipient: id, former: former)
                let taken = try? await durable.takeVersions(for: [request])
                #expect(taken == (try? transient.takeVersions(for: [request])))
            }
            #expect(durable.newest(of: name) == transient.newest(of: name))
        }
    }
}
