private import Crypto
private import Foundation
internal import PosternProof

extension LeakDrive {
    /// Signs in as staff and looks at each of their pages, with each letter that waits.
    func lookAsStaff() async throws {
        // Once for each time that pages are looked at.
        let name = "tester\(UInt16.random(in: .min ... .max))"
        let printed = String(
            decoding: try await installation.succeed(["staff", "add", name, "--role", "administrator"]), as: UTF8.self)
        guard let start = printed.range(of: "/enrol/")?.lowerBound else { throw DriveFault("there is no link for staff") }
        let link = printed[start...].trimmingCharacters(in: .whitespacesAndNewlines)
        let staff = installation.staff
        let offer = try await staff.send(.init(path: link), expecting: 200)
        guard let secret = offer.text(between: #"id="secret""#, and: "</")?.split(separator: ">").last else {
            throw DriveFault("the page on which staff choose a password has no secret")
        }
        let fields = "password=correct+horse+battery+staple&code=\(OneTimeCode.now(Self.bytes(base32: secret)))"
        let done = try await staff.send(
            .init(
                method: "POST", path: link, headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(fields.utf8)), expecting: 200)
        guard let cookie = done.text(between: "et-Cookie: ", and: ";") ?? done.text(between: "et-cookie: ", and: ";") else {
            throw DriveFault("staff who have chosen a password are not signed in")
        }
        let signedIn = [("Cookie", cookie)]
        let list = try await staff.send(.init(path: "/?each=1", headers: signedIn), expecting: 200)
        let letters = Set(list.text.matches(of: /\/letters\/[0-9a-z]{26}/).map { String($0.output) })
        var found: Set<String> = []
        for path in Self.staffPages + letters.sorted() {
            let page = try await staff.send(.init(path: path, headers: signedIn), expecting: 200)
            found.formUnion(page.text.matches(of: Self.ownPages).map { String($0.output) })
        }
        guard found.contains(where: { $0.hasPrefix("/clients/") }) else { throw DriveFault("staff's pages lead to no client") }
        for path in found.sorted() {
            try await staff.send(.init(path: path, headers: signedIn), expecting: 200)
        }
        for letter in letters {
            for format in ["csv", "ndjson"] {
                try await staff.send(.init(path: "\(letter)/export?as=\(format)", headers: signedIn), expecting: 200)
            }
            _ = try await staff.send(.init(path: letter + "/reveal", headers: signedIn))
        }
    }

    /// Every page that needs no id. What they lead to comes after them.
    private static let staffPages = [
        "/overview", "/?lane=reported", "/waves", "/decisions", "/journal", "/sessions", "/log", "/log?verdict=refuse",
        "/log/export?as=csv", "/log/export?as=ndjson", "/charts", "/charts?span=week", "/blocks", "/blocks/new", "/recipients",
        "/recipients?site=photos", "/recipients/photos/r1", "/recipients/photos/r9", "/sites", "/sites/photos",
        "/sites/photos/name", "/staff", "/staff/add",
        "/tokens",
    ]

    /// Clients, waves, recipients, and the client addresses of refused posts.
    private static var ownPages: Regex<Substring> {
        /\/clients\/[0-9a-z]{13}|\/waves\/[0-9a-z]{26}|\/recipients\/photos\/[a-z0-9]+|\/letters\/[0-9a-z]{26}\/reveal/
    }

    /// RFC 4648 §6. Other characters count for nothing.
    private static func bytes(base32 text: some StringProtocol) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (held, count, bytes) = (UInt32(0), 0, [UInt8]())
        for value in text.compactMap({ digits.firstIndex(of: $0) }) {
            held = held << 5 | UInt32(value)
            count += 5
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(count)))
            held &= (1 << UInt32(count)) - 1
        }
        return bytes
    }
}

/// The code that an authenticator app shows (RFC 6238).
private enum OneTimeCode {
    static func now(_ secret: [UInt8]) -> String {
        let step = UInt64(Date().timeIntervalSince1970) / 30
        let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> UInt64(56 - 8 * $0)) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 15)
        let number = mac[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return String(format: "%06d", number % 1_000_000)
    }
}
