private import Glibc

/// How many file descriptors this process may open. Most systems start a program with 1,024.
package enum DescriptorLimit {
    package static var current: Int { Int(clamping: limit.rlim_cur) }

    /// Raises the soft limit to what is needed, as far as the hard limit allows. Call it before the cage, which forbids it.
    package static func raise(to needed: Int) {
        var raised = limit
        guard raised.rlim_cur < rlim_t(needed) else { return }
        raised.rlim_cur = min(rlim_t(needed), raised.rlim_max)
        // A limit that cannot be raised is seen in `current`.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
    }

    private static var limit: rlimit {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return rlimit(rlim_cur: 1_024, rlim_max: 1_024)
        }
        return limit
    }
}
