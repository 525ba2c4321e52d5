internal import PosternHost

/// How long to wait before a child that ended is started again: 100 ms, doubling to 10 s; from the beginning once it has
/// lasted a minute.
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

    /// A wrong configuration stays wrong. Something that is not available (a port in use) may come free once we have been
    /// up; on the first start it is the operator who has to know.
    /// - Parameter span: how long the child lasted that ended with `status`.
    func isHopeless(status: Int32, afterLasting span: Duration) -> Bool {
        let isFirst = failures == 0 && !hasLasted && span < Self.lasting
        return status == Exit.configuration.rawValue || (status == Exit.unavailable.rawValue && isFirst)
    }
}
