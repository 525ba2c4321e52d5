import Crypto
import Foundation
import PosternCore
import PosternSealing
import PosternVault

/// A vault with keys that are no secret and the same in every run: those of the seal files in the vault's tests.
enum FixedVault {
    static let authorisation = AddressAuthorisation(key: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
    static let visitors = VisitorCodes(key: SymmetricKey(data: [UInt8](repeating: 4, count: 32)))
    static let codes = MemberCodes(key: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
    static let opener = SealOpener(ring: ring, secrets: TransientRecordMemory())
    static let ring: KeyRing = {
        // A ring is read from files, which are removed before anything is checked.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("postern-fuzz-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let keys = KeyFolder(path: folder)
            try keys.create()
            try keys.add(HeldKey(VaultKey(.opening(.address), suite: .xWing, epoch: nil, secret: secret(1))))
            try keys.add(HeldKey(VaultKey(.opening(.letter), suite: .x25519, epoch: Epoch(day: 20_781), secret: secret(2))))
            try keys.add(HeldKey(VaultKey(.authorisation, suite: .x25519, epoch: nil, secret: secret(3))))
            return try KeyRing(folder: keys)
        } catch {
            preconditionFailure("the keys of the checks cannot be written to \(folder): \(error)")
        }
    }()

    private static func secret(_ byte: UInt8) -> SecretBytes { SecretBytes([UInt8](repeating: byte, count: 32)) }
}
