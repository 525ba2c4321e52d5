import CoreMetrics
import Foundation
import PosternCore
import PosternWeb

/// The process-wide registry that counters of the code under test write into. Tests run side by side: compare with what it
/// said before, and expect at least.
enum CountedMetrics {
    static let registry: MetricRegistry = {
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// The value of one series; 0 while there is none.
    static func value(_ metric: Metric, reason: String) -> Int {
        let start = "\(metric.rawValue){reason=\"\(reason)\"} "
        return registry.text(with: []).split(separator: "\n").first { $0.hasPrefix(start) }
            .flatMap { Int($0.dropFirst(start.count)) } ?? 0
    }
}
