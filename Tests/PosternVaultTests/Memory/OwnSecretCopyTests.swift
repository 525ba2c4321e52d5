import Crypto
import Foundation
import Glibc
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("The own secrets are in a second place too, and who is erased is erased there (V6)")
struct OwnSecretCopyTests {
    private static let now = Timestamp(seconds: 1_795_514_709)
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    private static let slot = 64

    /// A vault's home, and another disk.
    private struct Machine {
        let folder: TemporaryFolder
        var records: String { folder.path("home/records") }
        var own: String { records + "-secrets" }
        var copy: String { folder.path("disk/postern-secrets") }
        var place: SecretsCopyPlace { SecretsCopyPlace(copy, now: { OwnSecretCopyTests.now }) }

        init(isMounted: Bool = true) throws {
            folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder.path("home"), withIntermediateDirectories: false)
            if isMounted { try mount() }
        }

        func mount() throws {
            let away = folder.path("away")
            if FileManager.default.fileExists(atPath: away) {
                try FileManager.default.moveItem(atPath: away, toPath: folder.path("disk"))
            } else {
                try FileManager.default.createDirectory(atPath: folder.path("disk"), withIntermediateDirectories: false)
            }
        }

        func unmount() throws { try FileManager.default.moveItem(atPath: folder.path("disk"), toPath: folder.path("away")) }

        /// The vault starts.
        func start(isCopied: Bool = true) async throws -> DurableRecordMemory {
            let memory = try DurableRecordMemory.open(
                at: records, keys: [key], adopting: false, copy: isCopied ? place : nil
            ).memory
            await memory.followSecretsCopy()
            return memory
        }

        func content() throws -> Data { try OwnSecretCopyTests.content(copy) }

        /// Whether both files are the same, byte for byte.
        func expectAlike(_ what: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
            #expect(try OwnSecretCopyTests.content(own) == content(), "\(what)", sourceLocation: sourceLocation)
        }
    }

    private static func content(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// As the vault would leave it, for its user alone, and at another time: clocks of file systems are coarse.
    private static func put(_ content: Data, _ path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        try content.write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600, .modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
    }

    private static func owner(_ number: Int) throws -> RecordOwner {
        RecordOwner(RecipientID(high: 1, low: UInt64(number)), try Handle("member\(number)"), at: try SiteID("photos"))
    }

    private static func bytes(_ secret: OwnSecret?) throws -> Data {
        try #require(secret).key.withUnsafeBytes { Data($0) }
    }

    private static func problem(_ memory: DurableRecordMemory) throws -> SecretsCopyReport.Problem? {
        try #require(memory.secretsCopy).problem
    }

    @Test func `A new secret is in both places when it is given out, and an erased one in neither when that is answered`()
        async throws
    {
        let machine = try Machine()
        let (pat, sam) = (try Self.owner(1), try Self.owner(2))
        let memory = try await machine.start()
        #expect(try machine.content().count == Self.slot, "it is there before anybody joins")
        #expect(try FileManager.default.attributesOfItem(atPath: machine.copy)[.posixPermissions] as? NSNumber == 0o600)
        let drawn = try await memory.takeOwnSecrets(for: [pat, sam])
        try machine.expectAlike()
        #expect(try machine.content().firstRange(of: Self.bytes(drawn.first)) != nil)
        try await memory.erase(.recipient(pat.handle, at: pat.site), recipient: pat.recipient)
        try machine.expectAlike()
        #expect(try machine.content().firstRange(of: Self.bytes(drawn.first)) == nil)
        #expect(try machine.content().firstRange(of: Self.bytes(drawn.last)) != nil)
        let report = try #require(memory.secretsCopy)
        #expect(report == SecretsCopyReport(path: machine.copy, current: Self.now, isOnSameDisk: true))
        #expect(machine.place.report(beside: machine.records) == report, "as a look at it says too")
    }

    @Test func `Without a second place there is none`() async throws {
        let machine = try Machine()
        let memory = try await machine.start(isCopied: false)
        _ = try await memory.takeOwnSecrets(for: [try Self.owner(1)])
        #expect(memory.secretsCopy == nil && TransientRecordMemory().secretsCopy == nil)
        #expect(!FileManager.default.fileExists(atPath: machine.copy))
    }

    @Test func `Everybody who joins and is erased at once is as they should be in both places`() async throws {
        let machine = try Machine()
        let memory = try await machine.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let owner = try Self.owner(number)
                    _ = try await memory.takeOwnSecrets(for: [owner])
                    if number % 3 == 0 { try await memory.destroyOwnSecret(of: owner) }
                }
            }
            try await group.waitForAll()
        }
        try machine.expectAlike()
        #expect(OwnSecretReport(try machine.content()) == OwnSecretReport(held: 66, places: 100))
    }

    @Test func `One that is missing at the start is made, and one that is behind is caught up`() async throws {
        let machine = try Machine()
        let owners = try (1...4).map { try Self.owner($0) }
        var drawn = try await machine.start(isCopied: false).takeOwnSecrets(for: Array(owners.prefix(2)))
        #expect(try Self.problem(await machine.start()) == nil)
        try machine.expectAlike("missing")
        let memory = try await machine.start(isCopied: false)
        drawn += try await memory.takeOwnSecrets(for: Array(owners.suffix(2)))
        try await memory.destroyOwnSecret(of: owners[1])
        let look = try #require(machine.place.report(beside: machine.records).problem)
        #expect(look.reason.contains("3 recipients") && look.remedy.contains("Start the service"), "\(look)")
        #expect(try machine.content().firstRange(of: Self.bytes(drawn[1])) != nil, "a look changes nothing")
        #expect(try Self.problem(await machine.start()) == nil)
        try machine.expectAlike("behind")
        #expect(try machine.content().firstRange(of: Self.bytes(drawn[1])) == nil)
    }

    // What a crash leaves, of one that was being made as well; and slots in another order, as after a restore.
    @Test func `However it was cut or damaged, it is made the same again`() async throws {
        let machine = try Machine()
        let memory = try await machine.start()
        let owners = try (1...3).map { try Self.owner($0) }
        _ = try await memory.takeOwnSecrets(for: owners)
        let whole = try machine.content()
        let slots = stride(from: 0, to: whole.count, by: Self.slot).map { whole.subdata(in: $0..<$0 + Self.slot) }
        var broken = [0, 1, 20, 64, 65, 130, 255].map { whole.prefix($0) }
        broken.append(Data(count: 10))
        broken.append(Data(count: Self.slot))
        broken.append(slots[0] + slots[3] + slots[1] + slots[2])
        broken.append(slots[0] + Data(repeating: 0xA5, count: Self.slot) + slots[2])
        broken.append(whole + Data(count: Self.slot) + Data(repeating: 3, count: 30))
        for (number, content) in broken.enumerated() {
            try Self.put(Data(content), machine.copy)
            await memory.followSecretsCopy()
            try machine.expectAlike("\(number), while it runs")
            try Self.put(Data(content), machine.copy)
            #expect(try Self.problem(await machine.start()) == nil, "\(number)")
            try machine.expectAlike("\(number), at the start")
        }
        // The secret of somebody whom the vault has erased is overwritten wherever it stands.
        try await memory.destroyOwnSecret(of: owners[2])
        try Self.put(slots[0] + slots[3] + slots[1] + slots[2] + slots[3], machine.copy)
        await memory.followSecretsCopy()
        try machine.expectAlike("erased")
    }

    @Test func `While its disk is away people join and are erased all the same, and it is caught up when the disk is back`()
        async throws
    {
        let machine = try Machine()
        let owners = try (1...4).map { try Self.owner($0) }
        let (pat, sam, eve, kim) = (owners[0], owners[1], owners[2], owners[3])
        let memory = try await machine.start()
        let drawn = try await memory.takeOwnSecrets(for: [pat, sam])
        try machine.unmount()
        let joined = try await memory.takeOwnSecrets(for: [eve])
        let problem = try #require(try Self.problem(memory))
        #expect(problem.reason.contains(machine.copy) && problem.remedy.contains("ReadWritePaths"), "\(problem)")
        #expect(memory.secretsCopy?.current == Self.now, "when it was last the same")
        try await memory.erase(.recipient(pat.handle, at: pat.site), recipient: pat.recipient)
        #expect(try memory.ownSecret(of: pat.recipient) == .destroyed)
        #expect(try memory.ownSecret(of: eve.recipient) == .held(try #require(joined.first)))

        // A restart forgets nothing of it, and starts without the disk.
        let restarted = try await machine.start()
        #expect(try Self.problem(restarted) != nil && restarted.secretsCopy?.current == nil)
        try machine.mount()
        #expect(try machine.content().firstRange(of: Self.bytes(drawn.first)) != nil)
        await restarted.followSecretsCopy()
        #expect(try Self.problem(restarted) == nil)
        try machine.expectAlike()
        #expect(try machine.content().firstRange(of: Self.bytes(drawn.first)) == nil)

        // The next change catches up as well, and a file that was taken away meanwhile is made again.
        try machine.unmount()
        try await restarted.destroyOwnSecret(of: sam)
        try machine.mount()
        _ = try await restarted.takeOwnSecrets(for: [kim])
        try machine.expectAlike()
        try FileManager.default.removeItem(atPath: machine.copy)
        await restarted.followSecretsCopy()
        try machine.expectAlike()
    }

    @Test func `A disk that was never there is said at the start, and the vault works`() async throws {
        let machine = try Machine(isMounted: false)
        let memory = try await machine.start()
        #expect(try Self.problem(memory) != nil)
        _ = try await memory.takeOwnSecrets(for: [try Self.owner(1)])
        try machine.mount()
        await memory.followSecretsCopy()
        #expect(try Self.problem(memory) == nil)
        try machine.expectAlike()
    }

    @Test func `One that knows more than the vault is left as it is, but for those whom the vault has erased`() async throws {
        let machine = try Machine()
        let (pat, sam, eve, kim) = (try Self.owner(1), try Self.owner(2), try Self.owner(3), try Self.owner(4))
        var (drawn, old) = ([OwnSecret](), Data())
        do {
            let memory = try await machine.start()
            drawn = try await memory.takeOwnSecrets(for: [pat, eve])
            old = try Self.content(machine.own)
            drawn += try await memory.takeOwnSecrets(for: [sam])
            try await memory.destroyOwnSecret(of: eve)
        }
        // The home is put back as it was before sam came and eve was erased.
        try Self.put(old, machine.own)
        let newer = try machine.content()
        let memory = try await machine.start()
        let problem = try #require(try Self.problem(memory))
        #expect(problem.reason.contains("2 recipients") && problem.reason.contains("older"), "\(problem)")
        #expect(problem.remedy.contains("import-recovery FOLDER --secrets \(machine.copy)"), "\(problem)")
        _ = try await memory.takeOwnSecrets(for: [kim])
        #expect(try machine.content() == newer)
        #expect(try memory.ownSecret(of: eve.recipient) == .held(drawn[1]), "that is for who restores to say")
        try await memory.destroyOwnSecret(of: pat)
        let content = try machine.content()
        #expect(content.count == newer.count)
        #expect(try content.firstRange(of: Self.bytes(drawn[0])) == nil)
        #expect(try content.firstRange(of: Self.bytes(drawn[2])) != nil)
        #expect(try Self.problem(memory) != nil)
    }

    @Test func `Another installation's is left as it is`() async throws {
        let (machine, other) = (try Machine(), try Machine())
        let ghost = RecordOwner(RecipientID(high: 9, low: 9), try Handle("ghost"), at: try SiteID("photos"))
        _ = try await other.start().takeOwnSecrets(for: [ghost])
        let content = try other.content()
        try Self.put(content, machine.copy)
        let memory = try await machine.start()
        _ = try await memory.takeOwnSecrets(for: [try Self.owner(1)])
        try await memory.destroyOwnSecret(of: try Self.owner(1))
        let problem = try #require(try Self.problem(memory))
        #expect(problem.reason.contains("another installation's") && !problem.remedy.isEmpty, "\(problem)")
        #expect(try machine.content() == content)
    }

    // What lies there → words.
    @Test(arguments: [
        ("link", "symbolic link"), ("second name", "one name"), ("folder", "directory"), ("pipe", "ordinary file"),
        ("open to all", "mode 644"), ("text", "something else"), ("short text", "something else"),
    ])
    func `What is no file of the vault's own alone is not written to`(what: String, words: String) async throws {
        let machine = try Machine()
        let target = machine.folder.path("target")
        try Self.put(Data("not ours".utf8), target)
        switch what {
        case "link": try FileManager.default.createSymbolicLink(atPath: machine.copy, withDestinationPath: target)
        case "second name": try FileManager.default.linkItem(atPath: target, toPath: machine.copy)
        case "folder": try FileManager.default.createDirectory(atPath: machine.copy, withIntermediateDirectories: false)
        case "pipe": try #require(mkfifo(machine.copy, 0o600) == 0)
        case "open to all":
            try Self.put(Data(), machine.copy)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: machine.copy)
        case "text": try Self.put(Data(repeating: 0x61, count: 1_000), machine.copy)
        default: try Self.put(Data("not ours".utf8), machine.copy)
        }
        let memory = try await machine.start()
        let problem = try #require(try Self.problem(memory))
        #expect(problem.reason.contains(words), "\(problem)")
        _ = try await memory.takeOwnSecrets(for: [try Self.owner(1)])
        #expect(try Self.content(target) == Data("not ours".utf8))
        if what == "text" { #expect(try machine.content() == Data(repeating: 0x61, count: 1_000)) }
    }

    @Test(.enabled(if: geteuid() == 0))
    func `Another user's file is not written to`() async throws {
        let machine = try Machine()
        try Self.put(Data(), machine.copy)
        try #require(chown(machine.copy, 12_345, 12_345) == 0)
        let memory = try await machine.start()
        #expect(try #require(try Self.problem(memory)).reason.contains("another user (12345)"))
        #expect(try machine.content().isEmpty)
    }
}
