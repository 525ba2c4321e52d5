import Crypto
import Foundation
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("Saved keys put back make one keyring, and nobody who was erased comes back (H6)")
struct KeyInstallationTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    /// A vault's folder with the keys that last, those of a day if wanted, and a memory.
    private struct Machine {
        let folder: TemporaryFolder
        var keys: KeyFolder { KeyFolder(path: folder.path("keys")) }
        var records: String { folder.path("records") }

        init(days: Bool = true) throws {
            folder = try TemporaryFolder()
            try KeyRing.createMissing(in: keys, suite: .x25519)
            if days { try ring().keepEpochs(now: now, retention: VaultFixture.retention) }
        }

        /// With nothing at all.
        init(bare _: Void) throws { folder = try TemporaryFolder() }

        func ring() throws -> KeyRing { try KeyRing(folder: keys) }

        func memory() throws -> DurableRecordMemory {
            let keys = try ring().authorisationKeys()
            return try DurableRecordMemory.open(at: records, keys: [keys.current] + keys.former, adopting: false).memory
        }

        func saved() throws -> RecoverySet { try RecoverySet.reading(keys, records: records).set }

        func lasting() throws -> Set<String> {
            Set(try ring().all.filter { $0.key.epoch == nil }.map { $0.key.id.description })
        }

        func install(_ set: RecoverySet, needed: Set<String>? = []) throws -> KeyInstallation.Report {
            try KeyInstallation(keys: keys, vault: folder.path, retention: VaultFixture.retention, now: now).run(
                KeyInstallation.Wish(set: set, folder: "/saved", needed: needed, isAdopting: false))
        }
    }

    private static let pat = try? AuthorisedName.recipient(Handle("pat"), at: SiteID("photos"))
    private static let sam = try? AuthorisedName.recipient(Handle("sam"), at: SiteID("photos"))

    @Test func `On a bare machine the keys that last are there, are known to be saved, and the memory with them`() async throws {
        let (old, bare) = (try Machine(), try Machine(bare: ()))
        let (pat, sam) = (try #require(Self.pat), try #require(Self.sam))
        let memory = try old.memory()
        try await memory.learn([LearntAuthorisation(pat, version: 3, recipient: RecipientID(high: 1, low: 1))], isDurable: true)
        try await memory.erase(sam, recipient: RecipientID(high: 1, low: 2))
        let set = try old.saved()
        #expect(set.keys.count == 3, "no key of a day is saved")
        let report = try bare.install(set)
        #expect(report.added == 3 && report.setAside == nil && report.records == 2)
        #expect(try bare.lasting() == old.lasting())
        #expect(Set(bare.keys.saved.keys) == (try old.lasting()))
        let restored = try bare.memory()
        #expect(restored.newest(of: pat)?.version == 3 && restored.newest(of: sam)?.isErased == true)
        // Done again it changes nothing.
        #expect(try bare.install(set).added == 0)
        #expect(try bare.memory().newest(of: sam)?.isErased == true)
    }

    @Test func `After an init on the new machine, its unused keys are set aside and one keyring is left`() throws {
        let (old, fresh) = (try Machine(), try Machine())
        _ = try fresh.memory()
        let unused = try fresh.lasting()
        let address = try #require(try old.ring().address).id.description
        let report = try fresh.install(try old.saved(), needed: [address])
        #expect(try fresh.lasting() == old.lasting())
        #expect(Set(report.unused) == unused && report.hasForeignRecords)
        let aside = try #require(report.setAside)
        let names = try FileManager.default.contentsOfDirectory(atPath: aside)
        #expect(names.count { $0.hasSuffix(".key") } == 3 && names.contains("records"))
        // Its keys of days are of no harm, and what they sealed can still be opened.
        #expect(try fresh.ring().all.count == 3 + 8)
        #expect(try fresh.ring().address?.id.description == address)
    }

    @Test func `Keys that the store needs stay, and so does everything when keys alone are put back`() throws {
        let old = try Machine()
        for needed in [Set([try #require(try old.ring().address).id.description]), nil] {
            let fresh = try Machine()
            let own = try #require(try fresh.ring().address).id.description
            let report = try fresh.install(try old.saved(), needed: needed.map { $0.union([own]) })
            #expect(report.unused.isEmpty)
            #expect(try fresh.lasting().count == 6)
            #expect(try fresh.ring().address != nil)
        }
    }

    @Test func `Two memories of one vault become one: the newest of each, and everybody who was erased in either`() async throws {
        let machine = try Machine()
        let (pat, sam) = (try #require(Self.pat), try #require(Self.sam))
        let (one, two) = (RecipientID(high: 1, low: 1), RecipientID(high: 1, low: 2))
        let memory = try machine.memory()
        try await memory.learn([LearntAuthorisation(pat, version: 2, recipient: one)], isDurable: true)
        let set = try machine.saved()
        try await memory.learn([LearntAuthorisation(pat, version: 5, recipient: one)], isDurable: true)
        try await memory.erase(sam, recipient: two)
        // The saved one is older: nothing that was learnt since is lost.
        _ = try machine.install(set)
        let merged = try machine.memory()
        #expect(merged.newest(of: pat)?.version == 5 && merged.newest(of: sam)?.isErased == true)
    }

    @Test func `A saved memory of other keys is taken where the present one is empty`() async throws {
        let (old, fresh) = (try Machine(), try Machine())
        let sam = try #require(Self.sam)
        try await old.memory().erase(sam, recipient: RecipientID(high: 1, low: 2))
        _ = try fresh.memory()
        let report = try fresh.install(try old.saved(), needed: nil)
        #expect(report.records == 1 && report.formerRecords == nil && report.setAside == nil)
        #expect(try fresh.memory().newest(of: sam)?.isErased == true)
    }

    @Test func `Where the present memory knows something it goes on, and takes over what the saved one knows by name`()
        async throws
    {
        let (old, fresh) = (try Machine(), try Machine())
        let (pat, sam) = (try #require(Self.pat), try #require(Self.sam))
        let (eve, kim) = (
            AuthorisedName.recipient(try Handle("eve"), at: try SiteID("photos")),
            AuthorisedName.recipient(try Handle("kim"), at: try SiteID("photos"))
        )
        let ids = (0..<5).map { RecipientID(high: 1, low: UInt64($0)) }
        let former = try old.memory()
        try await former.learn([LearntAuthorisation(pat, version: 7, recipient: ids[0])], isDurable: true)
        for (name, id) in [(sam, ids[1]), (eve, ids[2]), (kim, ids[3])] { try await former.erase(name, recipient: id) }
        // Sam was added again with the same id, from an older store; eve's handle has another person now.
        let present = try fresh.memory()
        try await present.learn(
            [
                LearntAuthorisation(sam, version: 3, recipient: ids[1]), LearntAuthorisation(eve, version: 2, recipient: ids[4]),
            ], isDurable: true)
        let report = try fresh.install(try old.saved(), needed: nil)
        let path = try #require(report.formerRecords)
        let memory = try fresh.memory()
        #expect(memory.newest(of: sam)?.isErased == false && memory.newest(of: pat) == nil)
        let keys = try fresh.ring().authorisationKeys()
        let saved = try DurableRecordMemory.open(at: path, keys: [keys.current] + keys.former, adopting: false).memory
        try await memory.takeOver([pat, sam, eve, kim], from: saved)
        let reopened = try fresh.memory()
        #expect(reopened.newest(of: pat)?.version == 7)
        #expect(reopened.newest(of: sam)?.isErased == true && reopened.newest(of: kim)?.isErased == true)
        #expect(reopened.newest(of: eve) == NewestAuthorisation(version: 2, recipient: ids[4]))
    }

    private static func owner(_ name: String, _ number: UInt64) throws -> RecordOwner {
        RecordOwner(RecipientID(high: 1, low: number), try Handle(name), at: try SiteID("photos"))
    }

    @Test func `Own secrets are saved and put back, and those of whom either side knows as erased are not (V6)`() async throws {
        let machine = try Machine()
        let owners = try [("pat", 1), ("sam", 2), ("eve", 3), ("kim", 4)].map { try Self.owner($0, $1) }
        let drawn = try await machine.memory().takeOwnSecrets(for: Array(owners.prefix(3)))
        let set = try machine.saved()
        // Since then sam was erased here, kim came, and the file of secrets was lost: nothing but the memory knows of sam.
        try await machine.memory().erase(try #require(Self.sam), recipient: owners[1].recipient)
        try FileManager.default.removeItem(atPath: machine.records + "-secrets")
        let kim = try await machine.memory().takeOwnSecrets(for: [owners[3]])
        let report = try machine.install(set, needed: nil)
        #expect(report.added == 0 && report.secretsAdded == 3 && report.secrets == 4)
        let states = try owners.map { try machine.memory().ownSecret(of: $0.recipient) }
        #expect(states == [.held(drawn[0]), .destroyed, .held(drawn[2]), .held(kim[0])])
        let bytes = drawn[1].key.withUnsafeBytes { Data($0) }
        let file = try Data(contentsOf: URL(fileURLWithPath: machine.records + "-secrets"))
        #expect(file.firstRange(of: bytes) == nil, "not even until the vault starts")
        // Done again it changes nothing. What the saved copy lacks is not counted as saved.
        #expect(try machine.install(set, needed: nil).secretsAdded == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: machine.records + "-secrets")) == file)
        #expect(machine.keys.savedSecrets == nil)

        // On a bare machine, with what was saved before the erasure and with what was saved after it.
        let early = try Machine(bare: ())
        #expect(try early.install(set).secretsAdded == 3 && early.keys.savedSecrets?.places == 3)
        #expect(try early.memory().ownSecret(of: owners[1].recipient) == .held(drawn[1]), "so it is made again after an erasure")
        let late = try Machine(bare: ())
        let saved = try machine.saved()
        #expect(try #require(saved.secrets).firstRange(of: bytes) == nil)
        #expect(try late.install(saved).secretsAdded == 4)
        #expect(try owners.map { try late.memory().ownSecret(of: $0.recipient) } == states)
        // The earlier copy, put in beside it, brings nobody back.
        _ = try late.install(set)
        #expect(try owners.map { try late.memory().ownSecret(of: $0.recipient) } == states)
        // And the later one, put into a machine that was restored from the earlier, takes them away.
        _ = try early.install(saved)
        #expect(try owners.map { try early.memory().ownSecret(of: $0.recipient) } == states)
    }

    @Test func `The second place of the own secrets brings back who came after the keys were saved, and nobody erased (V6)`()
        async throws
    {
        let old = try Machine()
        let owners = try [("pat", 1), ("sam", 2), ("eve", 3), ("kim", 4)].map { try Self.owner($0, $1) }
        var drawn = try await old.memory().takeOwnSecrets(for: Array(owners.prefix(3)))
        var set = try old.saved()
        drawn += try await old.memory().takeOwnSecrets(for: [owners[3]])
        try await old.memory().destroyOwnSecret(of: owners[1])
        func content() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: old.records + "-secrets")) }
        set.copy = .init(try content(), named: "/other/postern-secrets")
        let states: [OwnSecretState] = [.held(drawn[0]), .destroyed, .held(drawn[2]), .held(drawn[3])]
        let bare = try Machine(bare: ())
        #expect(try bare.install(set).secretsAdded == 4)
        #expect(try owners.map { try bare.memory().ownSecret(of: $0.recipient) } == states)
        #expect(try bare.install(set).secretsAdded == 0, "done again it changes nothing")
        // Nobody has saved them with the keys.
        #expect(bare.keys.savedSecrets == nil)

        // Saved keys that are newer than the copy: who is erased in either is.
        let late = try Machine(bare: ())
        try await old.memory().destroyOwnSecret(of: owners[2])
        set.secrets = try content()
        #expect(try late.install(set).secretsAdded == 4)
        let later = [states[0], .destroyed, .destroyed, states[3]]
        #expect(try owners.map { try late.memory().ownSecret(of: $0.recipient) } == later)
        set.copy = .init(try content(), named: "/other/postern-secrets")
        set.secrets = nil
        #expect(try bare.install(set).secretsAdded == 0)
        #expect(try owners.map { try bare.memory().ownSecret(of: $0.recipient) } == later)
    }

    @Test func `A second place that is another installation's, or something else, is not taken in`() async throws {
        let (old, other) = (try Machine(), try Machine())
        _ = try await old.memory().takeOwnSecrets(for: [try Self.owner("pat", 1)])
        _ = try await other.memory().takeOwnSecrets(for: [try Self.owner("eve", 3)])
        var set = try old.saved()
        for (content, fault) in [
            (try #require(try other.saved().secrets), RecordFileFault.otherSecrets("/other/copy")),
            (Data("not ours".utf8), .notSecrets("/other/copy")),
        ] {
            let bare = try Machine(bare: ())
            set.copy = .init(content, named: "/other/copy")
            #expect(throws: fault) { try bare.install(set) }
            #expect(!FileManager.default.fileExists(atPath: bare.records + "-secrets"))
        }
    }

    @Test func `Who is erased in a saved memory of other keys has no secret once that is taken over`() async throws {
        let (old, fresh) = (try Machine(), try Machine())
        let (pat, sam) = (try Self.owner("pat", 1), try Self.owner("sam", 2))
        let drawn = try await old.memory().takeOwnSecrets(for: [pat, sam])
        let before = try old.saved()
        try await old.memory().erase(try #require(Self.sam), recipient: sam.recipient)
        // Sam was added again here, from an older store; and the secrets are those of before the erasure.
        try await fresh.memory().learn(
            [LearntAuthorisation(try #require(Self.sam), version: 3, recipient: sam.recipient)], isDurable: true)
        var set = try old.saved()
        set.secrets = before.secrets
        let path = try #require(try fresh.install(set, needed: nil).formerRecords)
        let memory = try fresh.memory()
        #expect(try memory.ownSecret(of: sam.recipient) == .held(drawn[1]))
        let keys = try fresh.ring().authorisationKeys()
        let former = try DurableRecordMemory.open(at: path, keys: [keys.current] + keys.former, adopting: false).memory
        try await memory.takeOver([try #require(Self.pat), try #require(Self.sam)], from: former)
        #expect(try memory.ownSecret(of: sam.recipient) == .destroyed)
        #expect(try memory.ownSecret(of: pat.recipient) == .held(drawn[0]))
    }

    @Test func `What is saved while the vault runs changes nothing in its folder`() throws {
        let machine = try Machine()
        let gone = machine.keys.path + "/letter-0123456789abcdef.key.gone"
        try Data("being destroyed".utf8).write(to: URL(fileURLWithPath: gone))
        let before = try FileManager.default.contentsOfDirectory(atPath: machine.keys.path).sorted()
        #expect(try machine.saved().keys.count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine.keys.path).sorted() == before)
    }

    @Test func `A key of a day in a copy of the whole folder comes back while its time lasts, and not after`() throws {
        let (old, bare) = (try Machine(), try Machine(bare: ()))
        var set = try old.saved()
        for name in try FileManager.default.contentsOfDirectory(atPath: old.keys.path) where name.hasSuffix(".key") {
            set.keys[name] = FileManager.default.contents(atPath: "\(old.keys.path)/\(name)")
        }
        let late = KeyInstallation(
            keys: bare.keys, vault: bare.folder.path, retention: VaultFixture.retention, now: Self.now + .days(40))
        #expect(try late.run(.init(set: set, folder: "/saved", needed: [], isAdopting: false)).added == 3 + 6)
        #expect(try bare.ring().all.allSatisfy { $0.key.kind != .opening(.letter) })
    }

    // What is damaged in the folder → words.
    @Test(arguments: [
        ("address", "is damaged"), ("authorisation", "holds no authorisation key"), ("records", "/saved/records"),
        ("secrets", "/saved/records-secrets"),
    ])
    func `What is wrong with the saved files is said of them, and nothing is put in`(what: String, words: String) throws {
        let (old, bare) = (try Machine(), try Machine(bare: ()))
        _ = try old.memory()
        var set = try old.saved()
        switch what {
        case "records": set.records = Data("no memory".utf8)
        case "secrets": set.secrets = Data(repeating: 1, count: 640)
        case "address":
            let name = try #require(set.keys.keys.first { $0.hasPrefix("address") })
            let other = Data(repeating: 7, count: 32).base64EncodedString()
            let lines = String(decoding: try #require(set.keys[name]), as: UTF8.self).split(separator: "\n").map {
                $0.hasPrefix("secret") ? "secret: \(other)" : String($0)
            }
            set.keys[name] = Data((lines.joined(separator: "\n") + "\n").utf8)
        default: set.keys = set.keys.filter { !$0.key.hasPrefix(what) }
        }
        let error = #expect(throws: (any Error).self) { try bare.install(set) }
        #expect("\(try #require(error))".contains(words), "\(String(describing: error))")
        #expect(!FileManager.default.fileExists(atPath: bare.records))
    }
}
