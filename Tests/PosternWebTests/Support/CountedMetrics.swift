import CoreMetrics
import Foundation
import PosternCore
import PosternWeb

/// The registry of the process, which the counters of the code under test write to. Tests run side by side, so compare with
/// the value before and expect at least the difference.
enum CountedMetrics {
    static let registry: MetricRegistry = {
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// The value of one series; 0 before anything is counted.
    static func value(_ metric: Metric, reason: String) -> Int {
        let start = "\(metric.rawValue){reason=\"\(reason)\"} "
        return registry.text(with: []).split(separator: "\n").first { $0.hasPrefix(start) }
            .flatMap { Int($0.dropFirst(start.count)) } ?? 0
    }
}
