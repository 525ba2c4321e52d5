/// How long to wait before a child that ended is started again: 100 ms, doubling to 10 s. A child that lasted a minute starts over
/// at 100 ms.
package struct RestartBackOff {
    private var failures = 0
    private var hasLasted = false

    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.seconds(10)
    private static let lasting = Duration.seconds(60)

    package init() {}

    package mutating func wait(afterLasting span: Duration) -> Duration {
        if span >= Self.lasting {
            failures = 0
            hasLasted = true
        }
        defer { failures += 1 }
        return min(Self.shortest * (1 << min(failures, 10)), Self.longest)
    }

    /// Whether another start is pointless. A wrong configuration stays wrong. A port in use may become free, so it ends the
    /// service only on the first start, when the operator is watching.
    /// - Parameter span: how long the child that ended with `status` had run.
    package func isHopeless(status: Int32, afterLasting span: Duration) -> Bool {
        let isFirst = failures == 0 && !hasLasted && span < Self.lasting
        return status == Exit.configuration.rawValue || (status == Exit.unavailable.rawValue && isFirst)
    }
}
