import Crypto
import Foundation
import NIOCore
import Testing

/// A member of staff of an installation, who has chosen a password and codes.
struct StaffSignIn: Sendable {
    static let password = "correct horse battery staple"

    let name: String
    let cookie: String
    let secret: [UInt8]
    let recoveryCodes: [String]

    /// The code that an authenticator app shows (RFC 6238), or will show after so many steps of thirty seconds.
    static func code(_ secret: [UInt8], after steps: Int64 = 0) -> String {
        let step = UInt64(Date().timeIntervalSince1970) / 30 + UInt64(bitPattern: steps)
        let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> UInt64(56 - 8 * $0)) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 15)
        let number = mac[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return String(format: "%06d", number % 1_000_000)
    }

    /// What stands in the element with that id or class, without its blanks.
    static func text(after mark: String, in page: String) -> String? {
        page.components(separatedBy: mark).dropFirst().first.map { rest in
            String(rest.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" }.filter { $0 != " " })
        }
    }

    /// RFC 4648 §6.
    static func bytes(base32 text: String) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (held, count, bytes) = (UInt32(0), 0, [UInt8]())
        for digit in text {
            held = held << 5 | UInt32(digits.firstIndex(of: digit) ?? 0)
            count += 5
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(count)))
            held &= (1 << UInt32(count)) - 1
        }
        return bytes
    }
}

extension Installation {
    /// The address of a page of staff's.
    func staffURL(_ path: String) -> String { "http://127.0.0.1:\(staffPort)\(path)" }

    func postStaff(_ fields: [String: String], to path: String, cookie: String? = nil) async throws -> Web.Answer {
        let body = fields.map { "\($0.key.formField)=\($0.value.formField)" }.joined(separator: "&")
        return try await Web.post(
            staffURL(path), body: Data(body.utf8),
            headers: [("Content-Type", "application/x-www-form-urlencoded")] + (cookie.map { [("Cookie", $0)] } ?? []))
    }

    /// The path of the one-time link that a command has printed.
    func linkPath(_ output: String) throws -> String {
        let link = output.trimmingCharacters(in: .whitespacesAndNewlines)
        let home = "http://localhost:\(staffPort)"
        try #require(link.hasPrefix(home + "/enrol/"), "\(output)")
        return String(link.dropFirst(home.count))
    }

    /// Uses a link up: chooses a password and codes, and is signed in.
    func enrolStaff(_ name: String, by path: String) async throws -> StaffSignIn {
        let page = try await Web.get(staffURL(path))
        try #require(page.status == 200, "\(page.status) \(page.text)")
        let secret = StaffSignIn.bytes(base32: try #require(StaffSignIn.text(after: "id=\"secret\"", in: page.text)))
        let done = try await postStaff(
            ["password": StaffSignIn.password, "code": StaffSignIn.code(secret)], to: path)
        try #require(done.status == 200, "\(done.status) \(done.text)")
        let cookie = try #require(done.header("Set-Cookie")?.split(separator: ";").first)
        let codes = done.text.components(separatedBy: "<li><code>").dropFirst().map { String($0.prefix { $0 != "<" }) }
        return StaffSignIn(name: name, cookie: String(cookie), secret: secret, recoveryCodes: codes)
    }

    func addStaff(_ name: String, role: String = "administrator") async throws -> StaffSignIn {
        let link = try await succeed("staff", "add", name, "--role", role).output
        return try await enrolStaff(name, by: try linkPath(link))
    }

    /// A page of staff's, as somebody sees it who is signed in. Signs in once.
    func staffPage(_ path: String = "/overview", within limit: TimeAmount = .seconds(30)) async throws -> Web.Answer {
        let cookie: String
        if let known = staffCookie {
            cookie = known
        } else {
            cookie = try await addStaff("tester").cookie
            staffCookie = cookie
        }
        return try await Web.get(staffURL(path), headers: [("Cookie", cookie)], within: limit)
    }
}
