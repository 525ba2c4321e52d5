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
        #expect(try fresh.ring().all.count == 3 + 6)
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

    @Test func `A key of a day in a copy of the whole folder comes back while its time lasts, and not after`() throws {
        let (old, bare) = (try Machine(), try Machine(bare: ()))
        var set = try old.saved()
        for name in try FileManager.default.contentsOfDirectory(atPath: old.keys.path) where name.hasSuffix(".key") {
            set.keys[name] = FileManager.default.contents(atPath: "\(old.keys.path)/\(name)")
        }
        let late = KeyInstallation(
            keys: bare.keys, vault: bare.folder.path, retention: VaultFixture.retention, now: Self.now + .days(40))
        #expect(try late.run(.init(set: set, folder: "/saved", needed: [], isAdopting: false)).added == 3 + 4)
        #expect(try bare.ring().all.allSatisfy { $0.key.kind != .opening(.letter) })
    }

    // What is damaged in the folder → words.
    @Test(arguments: [("address", "is damaged"), ("authorisation", "holds no authorisation key"), ("records", "/saved/records")])
    func `What is wrong with the saved files is said of them, and nothing is put in`(what: String, words: String) throws {
        let (old, bare) = (try Machine(), try Machine(bare: ()))
        _ = try old.memory()
        var set = try old.saved()
        switch what {
        case "records": set.records = Data("no memory".utf8)
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
