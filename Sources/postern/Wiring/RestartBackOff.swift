internal import PosternHost

/// How long to wait before a child that ended is started again: 100 ms, doubling to 10 s. A child that lasted a minute starts over
/// at 100 ms.
struct RestartBackOff {
    private var failures = 0
    private var hasLasted = false

    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.seconds(10)
    private static let lasting = Duration.seconds(60)

    mutating func wait(afterLasting span: Duration) -> Duration {
        if span >= Self.lasting {
            failures = 0
            hasLasted = true
        }
        defer { failures += 1 }
        return min(Self.shortest * (1 << min(failures, 10)), Self.longest)
    }

    /// Whether starting again would not help. A wrong configuration stays wrong. What is not available, such as a port in use, may
    /// become free once the service has been up; on the first start the operator must be told.
    /// - Parameter span: how long the child lasted that ended with `status`.
    func isHopeless(status: Int32, afterLasting span: Duration) -> Bool {
        let isFirst = failures == 0 && !hasLasted && span < Self.lasting
        return status == Exit.configuration.rawValue || (status == Exit.unavailable.rawValue && isFirst)
    }
}
