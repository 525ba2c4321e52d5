import Foundation

/// How long the proofs of "no accepted letter is lost" take: short in `deploy/test`, as asked for in `deploy/prove loss --long`.
enum Scale {
    static let kills = number("POSTERN_TEST_KILLS") ?? 50
    /// Letters promised under kills, at least.
    static let letters = number("POSTERN_TEST_LETTERS") ?? 500
    static let cuts = number("POSTERN_TEST_CUTS") ?? 100
    /// For each test.
    static let minutes = number("POSTERN_TEST_MINUTES") ?? 10

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }
}
