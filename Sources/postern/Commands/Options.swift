private import ArgumentParser

/// - Parameter limit: what `--limit` was given.
func checkLimit(_ limit: Int) throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10,000") }
}
