internal import Foundation

/// A measured time. No ordinary test fails because of one: the machine may be busy. `deploy/prove figures` names a file in
/// POSTERN_FIGURES; then every figure goes into that file with its limit, and a figure over its limit fails its test.
package enum Figure {
    private static let table = ProcessInfo.processInfo.environment["POSTERN_FIGURES"]

    package static var areJudged: Bool { table != nil }

    /// - Returns: false only where figures are judged and this one is over its limit.
    package static func note(_ what: String, _ measured: String, limit: String, isKept: Bool) -> Bool {
        guard let table else { return true }
        let line = "\(what)\t\(measured)\t\(limit)\t\(isKept ? "kept" : "MISSED")\n"
        // One write to a file opened for appending: tests that run at once do not mix their lines.
        let descriptor = open(table, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let isWritten = line.withCString { write(descriptor, $0, line.utf8.count) } == line.utf8.count
        return isWritten && isKept
    }

    package static func note(_ what: String, _ measured: Duration, limit: Duration) -> Bool {
        note(what, text(measured), limit: text(limit), isKept: measured <= limit)
    }

    /// Whether work cost little processor time. Other work on the machine adds little to that, so an ordinary test fails too
    /// when the limit is exceeded tenfold: then the work grows faster than its input.
    package static func isCheap(_ what: String, _ took: Duration, limit: Duration) -> Bool {
        note("\(what), processor time", took, limit: limit) && took <= limit * 10
    }

    /// How much processor time the work took. Nothing in it may be awaited: it could continue on another thread.
    package static func processorTime(of work: () throws -> Void) rethrows -> Duration {
        let before = processorTimeOfThisThread
        try work()
        return processorTimeOfThisThread - before
    }

    private static var processorTimeOfThisThread: Duration {
        // As two numbers: a release build finds timespec in a module of the toolchain's own that nobody can import.
        var time = (seconds: 0, nanoseconds: 0)
        withUnsafeMutableBytes(of: &time) { bytes in
            guard let start = bytes.baseAddress else { return }
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, UnsafeMutablePointer(OpaquePointer(start)))
        }
        return .seconds(time.seconds) + .nanoseconds(time.nanoseconds)
    }

    private static func text(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        return milliseconds < 10_000 ? "\((milliseconds * 10).rounded() / 10) ms" : "\((milliseconds / 100).rounded() / 10) s"
    }
}
