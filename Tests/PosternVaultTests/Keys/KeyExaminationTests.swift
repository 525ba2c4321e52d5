import Foundation
import PosternCore
import PosternLink
import PosternSealing
import PosternVault
import Testing

@Suite("The vault examines its key pairs and gives nothing of them away")
struct KeyExaminationTests {
    @Test(arguments: PosternSealing.Suite.allCases)
    func `Each pair of a sound ring fits, and the answer comes back from its bytes`(suite: PosternSealing.Suite) throws {
        let fixture = try VaultFixture(suite: suite)
        let proofs = fixture.ring.examined
        #expect(proofs.keys.count == 11)
        // Address, and letter, evidence and report of two days. Tags, authorisation and journal are not pairs.
        #expect(proofs.keys.count { $0.fits == true } == 7)
        #expect(proofs.keys.allSatisfy { $0.fits != false })
        #expect(try KeyReport(payload: proofs.payload) == proofs)
        for held in fixture.ring.all {
            let secret = held.key.secret.withBytes { Array($0) }
            #expect(proofs.payload.firstRange(of: secret) == nil)
        }
    }

    // Modes are checked elsewhere: a key that others may read must still be examined.
    @Test func `A folder is examined whatever the modes in it, and nothing there changes`() throws {
        let fixture = try VaultFixture()
        let files = FileManager.default
        let names = try files.contentsOfDirectory(atPath: fixture.keysPath).sorted()
        let address = fixture.keysPath + "/" + (try #require(names.first { $0.hasPrefix("address-") }))
        try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: address)
        // Of a key that was being destroyed: `load` would finish that.
        let aside = fixture.keysPath + "/letter-2026-01-01-0000000000000000.key.gone"
        try "x".write(toFile: aside, atomically: false, encoding: .utf8)
        let (proofs, faults) = try KeyFolder(path: fixture.keysPath).examine()
        #expect(faults.isEmpty)
        #expect(proofs == fixture.ring.examined)
        #expect(files.fileExists(atPath: aside))
        #expect(try files.attributesOfItem(atPath: address)[.posixPermissions] as? NSNumber == 0o644)
    }

    @Test func `A faulty file is reported, and the others are examined`() throws {
        let fixture = try VaultFixture()
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.keysPath)
        let address = fixture.keysPath + "/" + (try #require(names.first { $0.hasPrefix("address-") }))
        try FileManager.default.removeItem(atPath: address)
        let (proofs, faults) = try KeyFolder(path: fixture.keysPath).examine()
        #expect(faults == [KeyFault(path: address, reason: .missing)])
        #expect(proofs.keys.count == 10)
    }
}
