internal import Foundation

/// What work costs, however busy the machine is: by the wall clock a test that waits for its turn would be slow.
package enum ProcessorTime {
    /// The processor time of the calling thread so far. Do not await anything between two readings: what follows may run on another
    /// thread.
    package static var ofThisThread: Duration {
        // As two numbers: in a release build timespec comes from a module of the toolchain that cannot be imported.
        var time = (seconds: 0, nanoseconds: 0)
        withUnsafeMutableBytes(of: &time) { bytes in
            guard let start = bytes.baseAddress else { return }
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, UnsafeMutablePointer(OpaquePointer(start)))
        }
        return .seconds(time.seconds) + .nanoseconds(time.nanoseconds)
    }
}
