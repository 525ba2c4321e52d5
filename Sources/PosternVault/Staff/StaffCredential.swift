internal import Crypto
internal import PosternCore

/// How a member of staff signs in, as it is sealed in a `StaffRecord`.
enum StaffCredential: Equatable, Sendable {
    case password(Password)
    case passkey(Passkey)

    struct Password: Equatable, Sendable {
        let salt, hash: [UInt8]
        let cost: ScryptCost
        /// The secret of the one-time codes.
        let secret: [UInt8]
        /// The digests of the recovery codes.
        let digests: [[UInt8]]
    }

    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 512)
        switch self {
        case .password(let password):
            writer.write(1 as UInt8)
            writer.write(password.salt)
            writer.write(password.hash)
            writer.write(password.cost.rounds)
            writer.write(password.cost.blockSize)
            writer.write(password.cost.parallelism)
            writer.write(password.secret)
            writer.write(UInt8(clamping: password.digests.count))
            for digest in password.digests { writer.write(digest) }
        case .passkey(let passkey):
            writer.write(2 as UInt8)
            writer.write(passkey.credential)
            writer.write(passkey.publicKey)
            writer.write(passkey.signatures)
        }
        return writer.bytes
    }

    init(bytes: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(bytes, limit: 2_048)
        switch try reader.number(UInt8.self) {
        case 1:
            let (salt, hash) = (try reader.part(), try reader.part())
            let cost = ScryptCost(
                rounds: try reader.number(), blockSize: try reader.number(), parallelism: try reader.number())
            let secret = try reader.part()
            var digests: [[UInt8]] = []
            for _ in 0..<(try reader.number(UInt8.self)) { digests.append(try reader.part()) }
            self = .password(Password(salt: salt, hash: hash, cost: cost, secret: secret, digests: digests))
        case 2:
            self = .passkey(
                Passkey(credential: try reader.part(), publicKey: try reader.part(), signatures: try reader.number()))
        default: throw .badValue
        }
        try reader.end()
    }

    init(_ password: Password) { self = .password(password) }
    init(_ passkey: Passkey) { self = .passkey(passkey) }
}

/// What a `StaffRecord` seals.
struct SealedCredential: Equatable, Sendable {
    let credential: StaffCredential
    /// When an administrator had the link made on a page; nil if an operator's command made it.
    let madeOnPage: Timestamp?

    /// In place of a credential's kind: a moment comes first.
    private static let mark: UInt8 = 3

    init(_ credential: StaffCredential, madeOnPage: Timestamp?) {
        self.credential = credential
        self.madeOnPage = madeOnPage
    }

    var bytes: [UInt8] {
        guard let madeOnPage else { return credential.bytes }
        var writer = ByteWriter(capacity: 16)
        writer.write(Self.mark)
        writer.write(madeOnPage.milliseconds)
        return writer.bytes + credential.bytes
    }

    init(bytes: [UInt8]) throws(ByteFault) {
        guard bytes.first == Self.mark else {
            self.init(try StaffCredential(bytes: bytes), madeOnPage: nil)
            return
        }
        let head = 1 + MemoryLayout<Int64>.size
        var reader = ByteReader(Array(bytes.prefix(head).dropFirst()), limit: 8)
        let moment = Timestamp(milliseconds: try reader.number())
        self.init(try StaffCredential(bytes: Array(bytes.dropFirst(head))), madeOnPage: moment)
    }
}

/// Recovery codes, which replace a one-time code when the authenticator app is lost. Each works once.
enum RecoveryCode {
    static let count = 10
    /// The characters of a code, which give 80 bits.
    private static let length = 16
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new code: four groups of four characters.
    static func new() -> String {
        let drawn = SecretBytes.random(count: length).withBytes { $0.map { digits[Int($0 & 31)] } }
        return stride(from: 0, to: length, by: 4).map { String(decoding: drawn[$0..<($0 + 4)], as: UTF8.self) }
            .joined(separator: "-")
    }

    /// The characters of a typed code, which may be in capitals, without hyphens, or with an o for a zero; nil if it cannot be
    /// one.
    static func plain(_ typed: String) -> [UInt8]? {
        let alike: [UInt8: UInt8] = [0x6F: 0x30, 0x69: 0x31, 0x6C: 0x31]
        let plain = typed.lowercased().utf8.filter { $0 != 0x20 && $0 != 0x2D }.map { alike[$0] ?? $0 }
        return plain.count == length && plain.allSatisfy(digits.contains) ? plain : nil
    }
}
