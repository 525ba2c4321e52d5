import Foundation

/// How long the proofs of "no accepted letter is lost" run: short in `deploy/test`, longer in `deploy/prove loss --long`.
enum Scale {
    static let kills = number("POSTERN_TEST_KILLS") ?? 50
    /// How many letters must at least be promised under kills.
    static let letters = number("POSTERN_TEST_LETTERS") ?? 500
    /// How many recipients there are when the address key is rotated.
    static let records = number("POSTERN_TEST_RECORDS") ?? 300
    static let cuts = number("POSTERN_TEST_CUTS") ?? 100
    /// The time limit of each test: a guard against hanging, which a slow machine does not meet.
    static let minutes = number("POSTERN_TEST_MINUTES") ?? 40

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }
}
