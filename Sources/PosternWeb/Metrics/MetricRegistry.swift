package import PosternCore
private import Synchronization

/// What this process counts, for Prometheus to fetch: a back end of swift-metrics.
package final class MetricRegistry: Sendable {
    /// One metric under one set of labels.
    struct Series: Hashable, Sendable {
        let metric: Metric
        let labels: [Label]

        struct Label: Hashable, Sendable {
            let name: String
            let value: String
        }
    }

    enum Reading: Sendable {
        case number(Double)
        case histogram(counts: [Int], sum: Double)
    }

    /// Labels come from our own enums. Even so, a mistake must not fill the memory.
    private static let mostSeries = 1_000

    private let readings = Mutex<[Series: Reading]>([:])

    package init() {}

    func add(_ amount: Double, to series: Series) {
        change(series) { reading in
            if case .number(let before) = reading { reading = .number(before + amount) }
        }
    }

    func set(_ value: Double, of series: Series) {
        change(series) { $0 = .number(value) }
    }

    func observe(_ value: Double, in series: Series) {
        change(series) { reading in
            guard case .histogram(var counts, let sum) = reading, case .histogram(let bounds) = series.metric.kind else { return }
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
            reading = .histogram(counts: counts, sum: sum + value)
        }
    }

    private func change(_ series: Series, _ body: (inout Reading) -> Void) {
        readings.withLock { readings in
            if readings[series] == nil {
                guard readings.count < Self.mostSeries else { return }
                readings[series] = series.metric.kind.empty
            }
            if var reading = readings[series] {
                body(&reading)
                readings[series] = reading
            }
        }
    }

    /// What a counter has counted since the start, by one of its labels.
    package func totals(of metric: Metric, by label: String) -> [String: Int] {
        let counted = readings.withLock { $0.filter { $0.key.metric == metric } }
        return counted.reduce(into: [:]) { totals, one in
            guard case .number(let value) = one.value, let own = one.key.labels.first(where: { $0.name == label }) else { return }
            totals[own.value, default: 0] += Int(value)
        }
    }

    /// Everything counted so far, and the gauges.
    func snapshot(_ gauges: [GaugeReading]) -> [Series: Reading] {
        var snapshot = readings.withLock { $0 }
        for gauge in gauges {
            let labels = gauge.label.map { [Series.Label(name: $0.name, value: $0.value)] } ?? []
            snapshot[Series(metric: gauge.metric, labels: labels)] = .number(gauge.value)
        }
        return snapshot
    }
}

extension Metric.Kind {
    fileprivate var empty: MetricRegistry.Reading {
        switch self {
        case .counter, .gauge: .number(0)
        case .histogram(let bounds): .histogram(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0)
        }
    }
}

/// A number that is read when Prometheus asks for it.
package struct GaugeReading: Sendable {
    package let metric: Metric
    package let label: (name: String, value: String)?
    package let value: Double

    package init(_ metric: Metric, _ value: Double, label: (name: String, value: String)? = nil) {
        self.metric = metric
        self.value = value
        self.label = label
    }
}

/// Where gauges come from.
package protocol MetricsSource: Sendable {
    /// Those that can be read now. Must return within seconds.
    func gauges() async -> [GaugeReading]
}
