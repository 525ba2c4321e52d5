internal import Metrics
internal import PosternCore

extension Counter {
    /// One of our counters, from the one table of them.
    convenience init(_ metric: Metric, _ labels: (String, String)...) {
        self.init(label: metric.rawValue, dimensions: labels)
    }
}
