import Dispatch
import PosternCore
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

struct OneTimeCodeTests {
    private let code = OneTimeCode(secret: Array("12345678901234567890".utf8))

    // RFC 6238, appendix B.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func `The examples of the standard`(second: Int64, text: String) {
        let moment = Timestamp(seconds: second)
        let step = OneTimeCode.step(at: moment)
        #expect(code.code(of: step, digits: 8) == text)
        #expect(code.code(of: step) == String(text.suffix(6)))
        #expect(code.step(of: String(text.suffix(6)), at: moment) == step)
    }

    @Test func `A clock may be wrong by one step, and not by two`() {
        let now = Timestamp(seconds: 1_234_567_890)
        let step = OneTimeCode.step(at: now)
        for drift in -1...1 { #expect(code.step(of: code.code(of: step + Int64(drift)), at: now) == step + Int64(drift)) }
        for drift in [-2, 2] { #expect(code.step(of: code.code(of: step + Int64(drift)), at: now) == nil) }
    }

    @Test(arguments: ["", "00592", "0059244", "00592x", "٠٠٥٩٢٤", "005924\n"])
    func `What is no code is none`(typed: String) {
        #expect(code.step(of: typed, at: Timestamp(seconds: 1_234_567_890)) == nil)
    }

    @Test func `A blank between the digits is none of them`() {
        #expect(code.step(of: "005 924", at: Timestamp(seconds: 1_234_567_890)) != nil)
    }

    // RFC 7914 §12; the fourth takes a gibibyte.
    @Test(arguments: [
        (
            "", "", 16, 1, 1,
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        (
            "password", "NaCl", 1_024, 8, 16,
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
        (
            "pleaseletmein", "SodiumChloride", 16_384, 8, 1,
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
    ])
    func `The examples of scrypt's standard`(
        password: String, salt: String, rounds: UInt32, blockSize: UInt16, parallelism: UInt16, hash: String
    ) {
        let cost = ScryptCost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        #expect(PasswordHasher.scrypt(Array(password.utf8), salt: Array(salt.utf8), cost: cost, length: 64) == Hex.bytes(hash))
    }

    @Test func `A record cannot have us set aside more memory`() async throws {
        let hasher = PasswordHasher()
        for cost in [
            ScryptCost(rounds: 1 << 18, blockSize: 8, parallelism: 1), ScryptCost(rounds: 1 << 17, blockSize: 9, parallelism: 1),
            ScryptCost(rounds: 1 << 10, blockSize: 8, parallelism: 2), ScryptCost(rounds: 3, blockSize: 8, parallelism: 1),
            ScryptCost(rounds: 0, blockSize: 8, parallelism: 1),
        ] {
            await #expect(throws: PasswordHasher.Fault.badCost) { try await hasher.hash("x", salt: [], cost: cost) }
        }
        let cost = ScryptCost(rounds: 1 << 12, blockSize: 8, parallelism: 1)
        #expect(try await hasher.hash("x", salt: [1], cost: cost).count == PasswordHasher.length)
    }

    /// How many hashes are being made at a moment, and the most there ever were.
    private struct Crowd: Equatable {
        var running = 0
        var most = 0
        var made = 0
    }

    // Each takes 128 MiB, and the vault promises 256 MiB in all.
    @Test func `Two passwords are hashed at once, a few wait, and the crowd stays outside`() async throws {
        let crowd = Mutex(Crowd())
        let gate = DispatchSemaphore(value: 0)
        let hasher = PasswordHasher { _, _, _ in
            crowd.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
            // Ends by itself, so that a hasher without a limit fails instead of standing still.
            _ = gate.wait(timeout: .now() + 5)
            crowd.withLock {
                $0.running -= 1
                $0.made += 1
            }
            return Array(repeating: 0, count: PasswordHasher.length)
        }
        let served = PasswordHasher.mostWaiting
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { (try? await hasher.hash("x", salt: [1], cost: .standard)) != nil } }
            // Those outside are told while nobody has been served yet.
            for _ in served..<64 { #expect(try await group.next() == false) }
            for made in 0..<served {
                try await eventually("the next of them is hashed") {
                    crowd.withLock { $0.made >= made && $0.running >= (made == 0 ? 2 : 1) }
                }
                gate.signal()
            }
            for _ in 0..<served { #expect(try await group.next() == true) }
        }
        #expect(crowd.withLock { $0 } == Crowd(running: 0, most: 2, made: served))
    }
}
