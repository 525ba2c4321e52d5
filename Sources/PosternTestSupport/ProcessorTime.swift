internal import Foundation

/// What work costs, whoever else has the machine at the time: by the wall clock a test that waits for its turn is a slow one.
package enum ProcessorTime {
    /// For how long a processor has worked for the calling thread so far. Between two readings nothing may be awaited, since
    /// what comes behind that may run on another thread.
    package static var ofThisThread: Duration {
        // As two numbers: a release build finds timespec in a module of the toolchain's own that nobody can import.
        var time = (seconds: 0, nanoseconds: 0)
        withUnsafeMutableBytes(of: &time) { bytes in
            guard let start = bytes.baseAddress else { return }
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, UnsafeMutablePointer(OpaquePointer(start)))
        }
        return .seconds(time.seconds) + .nanoseconds(time.nanoseconds)
    }
}
