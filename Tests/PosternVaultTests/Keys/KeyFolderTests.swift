import Foundation
import Glibc
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("A key that is missing, wrong or swapped names its file")
struct KeyFolderTests {
    private func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".key") }.sorted()
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).intValue
    }

    @Test func `Key files have mode 0400 in a folder of mode 0700, and names that say what they are`() throws {
        let fixture = try VaultFixture()
        #expect(try mode(fixture.keysPath) == 0o700)
        let names = try names(in: fixture.keysPath)
        #expect(names.count == 11)
        for name in names { #expect(try mode("\(fixture.keysPath)/\(name)") == 0o400) }
        #expect(names.contains { $0.hasPrefix("letter-2026-11-24-") })
        #expect(names.contains { $0.hasPrefix("tag-2026-11-25-") })
    }

    /// What is done to the letter key of the day → what the fault says.
    enum Damage: String, CaseIterable {
        case removed, readable, emptied, garbled, otherSecret, renamed, swapped
    }

    @Test(arguments: Damage.allCases)
    func `A day's key that cannot be used is named, and the others are used (M1)`(damage: Damage) throws {
        let fixture = try VaultFixture()
        let folder = fixture.keysPath
        let all = try names(in: folder)
        let name = try #require(all.first { $0.hasPrefix("letter-2026-11-24") })
        let other = try #require(all.first { $0.hasPrefix("letter-2026-11-25") })
        let path = "\(folder)/\(name)"
        let manager = FileManager.default
        func rewrite(_ text: String) throws {
            try manager.removeItem(atPath: path)
            _ = manager.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o400])
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let reason: String
        switch damage {
        case .removed:
            try manager.removeItem(atPath: path)
            reason = "is missing"
        case .readable:
            try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
            reason = "has mode 444 and must have 400"
        case .emptied:
            try rewrite("")
            reason = "is not a key file"
        case .garbled:
            try rewrite(text.replacingOccurrences(of: "kind: letter", with: "kind: lettre"))
            reason = "is not a key file"
        case .otherSecret:
            let secret = Data(repeating: 7, count: 32).base64EncodedString()
            try rewrite(
                text.split(separator: "\n").map { $0.hasPrefix("secret:") ? "secret: \(secret)" : String($0) }.joined(
                    separator: "\n"))
            reason = "is damaged"
        case .renamed:
            try manager.removeItem(atPath: path)
            try manager.copyItem(atPath: "\(folder)/\(other)", toPath: path)
            reason = "holds another key"
        case .swapped:
            let aside = "\(folder)/aside"
            try manager.moveItem(atPath: path, toPath: aside)
            try manager.moveItem(atPath: "\(folder)/\(other)", toPath: path)
            try manager.moveItem(atPath: aside, toPath: "\(folder)/\(other)")
            reason = "holds another key"
        }
        let ring = try KeyRing(folder: KeyFolder(path: folder))
        let fault = try #require(ring.faults.first { $0.path == path })
        #expect("\(fault)".contains(reason), "\(fault)")
        #expect(!"\(fault)".contains("secret:"))
        #expect(fault.name == KeyName(file: name) && fault.loss?.contains("letters of 2026-11-24") == true)
        #expect(fault.isLoss == [.removed, .emptied, .garbled, .otherSecret].contains(damage))
        // Both files of a swap are wrong.
        let lost = damage == .swapped ? 2 : 1
        #expect(ring.faults.count == lost && ring.all.count == 11 - lost)
    }

    // An address key that is lost keeps letters waiting and not from being accepted; one that only has a wrong mode is a command
    // away from being whole. Without an authorisation key the vault cannot read its own memory.
    @Test(arguments: [
        ("address", true, true), ("address", false, false), ("authorisation", true, false), ("authorisation", false, false),
        ("journal", true, true), ("journal", false, false),
    ])
    func `Which key that lasts keeps the vault from starting`(kind: String, isGone: Bool, starts: Bool) throws {
        let fixture = try VaultFixture()
        let path = fixture.keysPath + "/" + (try #require(try names(in: fixture.keysPath).first { $0.hasPrefix(kind) }))
        if isGone {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        }
        guard starts else {
            let faults = try #require(throws: KeyFaults.self) { try KeyRing(folder: KeyFolder(path: fixture.keysPath)) }
            #expect(faults.description.contains(path), "\(faults)")
            return
        }
        let ring = try KeyRing(folder: KeyFolder(path: fixture.keysPath))
        #expect(ring.faults.map(\.path) == [path])
        #expect((ring.address == nil) == (kind == "address"))
    }

    @Test func `A lost key that lasts is replaced by init, and no longer missed; what is left of it is kept`() throws {
        let fixture = try VaultFixture()
        let name = try #require(try names(in: fixture.keysPath).first { $0.hasPrefix("address") })
        let path = "\(fixture.keysPath)/\(name)"
        try FileManager.default.removeItem(atPath: path)
        try "half".write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        #expect(try KeyRing.createMissing(in: KeyFolder(path: fixture.keysPath), suite: .x25519) == ["address"])
        let ring = try KeyRing(folder: KeyFolder(path: fixture.keysPath))
        #expect(ring.faults.isEmpty && ring.address != nil)
        #expect(try String(contentsOfFile: path + ".lost", encoding: .utf8) == "half")
    }

    @Test func `A lost key of a day is missed until its time is over, and not after`() throws {
        let fixture = try VaultFixture()
        for name in try names(in: fixture.keysPath) where name.hasPrefix("letter-2026-11-24") {
            try FileManager.default.removeItem(atPath: "\(fixture.keysPath)/\(name)")
        }
        let ring = try KeyRing(folder: KeyFolder(path: fixture.keysPath))
        try ring.keepEpochs(now: fixture.now + .days(27), retention: VaultFixture.retention)
        #expect(ring.faults.count == 1)
        try ring.keepEpochs(now: fixture.now + .days(30), retention: VaultFixture.retention)
        #expect(ring.faults.isEmpty)
        #expect(try KeyRing(folder: KeyFolder(path: fixture.keysPath)).faults.isEmpty)
    }

    @Test func `What was saved is remembered by the key's id`() throws {
        let fixture = try VaultFixture()
        let keys = KeyFolder(path: fixture.keysPath)
        #expect(keys.saved.isEmpty)
        try keys.noteSaved(["aa", "bb"], at: fixture.now)
        try keys.noteSaved(["bb"], at: fixture.now + .days(1))
        #expect(keys.saved == ["aa": fixture.now, "bb": fixture.now + .days(1)])
    }

    @Test func `A folder without an address key is refused, and says so`() throws {
        let folder = try TemporaryFolder()
        let faults = try #require(throws: KeyFaults.self) { try KeyRing(folder: KeyFolder(path: folder.path)) }
        #expect(faults.description.contains("no address key"))
        #expect(faults.description.contains("no authorisation key"))
    }

    @Test func `A key that was written and not yet listed, as after a crash, is added`() throws {
        let fixture = try VaultFixture()
        let manifest = "\(fixture.keysPath)/manifest"
        let lines = try String(contentsOfFile: manifest, encoding: .utf8).split(separator: "\n")
        try lines.dropLast().joined(separator: "\n").write(toFile: manifest, atomically: false, encoding: .utf8)
        #expect(try KeyRing(folder: KeyFolder(path: fixture.keysPath)).all.count == 11)
    }

    // Removed from the list; also set aside; also half overwritten.
    @Test(arguments: [0, 1, 2])
    func `A key whose destruction was interrupted is not a fault, and its destruction is finished`(step: Int) throws {
        let fixture = try VaultFixture()
        let name = try #require(try names(in: fixture.keysPath).first { $0.hasPrefix("letter") })
        let path = "\(fixture.keysPath)/\(name)"
        let manifest = "\(fixture.keysPath)/manifest"
        let lines = try String(contentsOfFile: manifest, encoding: .utf8).split(separator: "\n").filter { $0 != name }
        try lines.joined(separator: "\n").write(toFile: manifest, atomically: false, encoding: .utf8)
        if step > 0 { try FileManager.default.moveItem(atPath: path, toPath: path + ".gone") }
        if step > 1 {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + ".gone")
            try Data([0, 0, 0]).write(to: URL(fileURLWithPath: path + ".gone"))
        }
        let keys = try KeyRing(folder: KeyFolder(path: fixture.keysPath)).all.count
        #expect(keys == (step == 0 ? 11 : 10))
        #expect(!FileManager.default.fileExists(atPath: path + ".gone"))
    }

    @Test func `Creating missing keys twice keeps the first`() throws {
        let fixture = try VaultFixture()
        let before = try names(in: fixture.keysPath)
        try KeyRing.createMissing(in: KeyFolder(path: fixture.keysPath), suite: .xWing)
        #expect(try names(in: fixture.keysPath) == before)
    }

    @Test func `A key file's secret is the base64 that other programs read and write`() throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        try keys.create()
        for byte in UInt8.min ... .max {
            let secret = (0..<32).map { byte &+ $0 &* 37 }
            let key = HeldKey(try VaultKey(.authorisation, suite: .x25519, epoch: nil, secret: SecretBytes(secret)))
            try keys.add(key)
            let text = try String(contentsOfFile: "\(keys.path)/\(KeyFile.name(of: key.key))", encoding: .utf8)
            #expect(text.hasSuffix("secret: \(Data(secret).base64EncodedString())\n"))
        }
        let held = try keys.load().keys
        #expect(held.count == 256)
        #expect(Set(held.map { $0.key.secret.withBytes { $0[0] } }).count == 256)
    }

    /// The secret's line → a fault, always the same.
    @Test(arguments: ["", "=", "AA=A", "AAA", "AAA*", "====", "A===", "é===", String(repeating: "A", count: 44)])
    func `A secret that is no base64, or too short, is not a key`(secret: String) throws {
        let text = "postern key, version 1\nkind: authorisation\nid: 0000000000000000\nsecret: \(secret)\n"
        do throws(KeyFault.Reason) {
            _ = try KeyFile.key(from: SecretBytes(Array(text.utf8)), named: "authorisation-0000000000000000.key")
            Issue.record("it was read")
        } catch {
            #expect(error == .notAKeyFile)
        }
    }

    /// What the file holds → the password.
    @Test(arguments: [
        ("letmein", "letmein"), ("letmein\n", "letmein"), ("letmein\r\nsecond line", "letmein"), ("pass wörd \n", "pass wörd "),
    ])
    func `The first line of a password's file is the password`(content: String, password: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("password")
        try #require(
            FileManager.default.createFile(atPath: path, contents: Data(content.utf8), attributes: [.posixPermissions: 0o400]))
        #expect(try SecretBytes(passwordFile: path).withBytes { Array($0) } == Array(password.utf8))
    }

    /// The mode → whether the vault reads it as a credential of systemd's, and as an ordinary file.
    @Test(arguments: [(0o400, true, true), (0o440, true, false), (0o444, false, false), (0o640, false, false)])
    func `A credential of systemd's may have its access list's bit in the mode, and no other`(
        mode: Int, isCredential: Bool, isPrivate: Bool
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("password")
        try #require(
            FileManager.default.createFile(
                atPath: path, contents: Data("letmein\n".utf8), attributes: [.posixPermissions: mode]))
        func reads(_ credentials: String?) -> Bool {
            (try? SecretBytes(passwordFile: path, credentials: credentials).withBytes { Array($0) }) == Array("letmein".utf8)
        }
        #expect(reads(folder.path) == isCredential)
        #expect(reads(nil) == isPrivate)
        // Another folder whose name begins alike.
        #expect(reads(String(folder.path.dropLast())) == isPrivate)
    }

    @Test func `A password's file that is empty, a pipe or a link is refused, and nobody waits for it`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("password")
        try #require(
            FileManager.default.createFile(atPath: path, contents: Data("\nx".utf8), attributes: [.posixPermissions: 0o400]))
        #expect(throws: KeyFault(path: path, reason: .emptyPassword)) { try SecretBytes(passwordFile: path) }
        try #require(mkfifo(folder.path("pipe"), 0o400) == 0)
        #expect(throws: KeyFault.self) { try SecretBytes(passwordFile: folder.path("pipe")) }
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
        #expect(throws: KeyFault.self) { try SecretBytes(passwordFile: folder.path("link")) }
    }

    @Test func `Printing a secret shows nothing of it`() {
        let secret = SecretBytes(Array("canary".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains("canary") && !text.contains("99"))
        }
    }
}
