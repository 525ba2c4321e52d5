internal import Crypto
package import PosternCore

/// One-time codes of six digits that change every thirty seconds (TOTP, RFC 6238), with HMAC-SHA-1 as authenticator apps use it.
package struct OneTimeCode: Sendable, Unprintable {
    package static let secretLength = 20
    private static let seconds: Int64 = 30
    /// How many steps a person's clock may differ from ours.
    private static let drift: Int64 = 1

    private let secret: [UInt8]

    package init(secret: [UInt8]) {
        self.secret = secret
    }

    package static func step(at moment: Timestamp) -> Int64 { moment.milliseconds / 1_000 / seconds }

    /// - Parameter digits: always six, except in the test vectors of the RFC.
    package func code(of step: Int64, digits: Int = 6) -> String {
        var writer = ByteWriter(capacity: 8)
        writer.write(step)
        let code = Array(HMAC<Insecure.SHA1>.authenticationCode(for: writer.bytes, using: SymmetricKey(data: secret)))
        let offset = Int(code[19] & 15)
        let number = code[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % (0..<digits).reduce(UInt32(1)) { power, _ in power * 10 })
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step to which a typed code belongs; nil if it belongs to no step that is currently accepted. All of them are compared,
    /// so that the time does not tell which one matched.
    package func step(of typed: String, at now: Timestamp) -> Int64? {
        let digits = Array(typed.utf8.filter { $0 != 0x20 })
        guard digits.count == 6, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let current = Self.step(at: now)
        return (current - Self.drift...current + Self.drift).reduce(nil) { found, step in
            ConstantTime.isEqual(Array(code(of: step).utf8), digits) ? step : found
        }
    }
}
