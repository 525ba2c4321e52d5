package import CoreMetrics
internal import Metrics
internal import PosternCore

extension MetricRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        handler(label, dimensions)
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        handler(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        handler(label, dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        handler(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        handler(label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// Metrics of libraries are not in our table and are discarded.
    private func handler(_ label: String, _ dimensions: [(String, String)]) -> SeriesHandler {
        SeriesHandler(
            registry: self,
            series: Metric(rawValue: label).map { metric in
                Series(metric: metric, labels: dimensions.map { Series.Label(name: $0.0, value: $0.1) })
            })
    }
}

/// One series, under the names by which swift-metrics calls it.
private final class SeriesHandler: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let registry: MetricRegistry
    private let series: MetricRegistry.Series?

    init(registry: MetricRegistry, series: MetricRegistry.Series?) {
        self.registry = registry
        self.series = series
    }

    func increment(by amount: Int64) { if let series { registry.add(Double(amount), to: series) } }
    func increment(by amount: Double) { if let series { registry.add(amount, to: series) } }
    func decrement(by amount: Double) { if let series { registry.add(-amount, to: series) } }
    /// Counters only rise.
    func reset() {}
    func set(_ value: Int64) { if let series { registry.set(Double(value), of: series) } }
    func set(_ value: Double) { if let series { registry.set(value, of: series) } }
    func record(_ value: Int64) { if let series { registry.observe(Double(value), in: series) } }
    func record(_ value: Double) { if let series { registry.observe(value, in: series) } }
    func recordNanoseconds(_ duration: Int64) { if let series { registry.observe(Double(duration) / 1e9, in: series) } }
}

extension Counter {
    /// One of the counters in our table.
    convenience init(_ metric: Metric, _ labels: (String, String)...) {
        self.init(label: metric.rawValue, dimensions: labels)
    }
}
