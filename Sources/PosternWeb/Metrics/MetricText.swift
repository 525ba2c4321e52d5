private import HTTPTypes
internal import Hummingbird
private import NIOCore
private import PosternCore

extension MetricRegistry {
    /// Prometheus' text format, version 0.0.4
    /// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). Metrics without
    /// a value yet are left out.
    package func text(with gauges: [GaugeReading]) -> String {
        let snapshot = Dictionary(grouping: snapshot(gauges), by: \.key.metric)
        var text = ""
        for metric in Metric.allCases {
            guard let series = snapshot[metric] else { continue }
            text += "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.name)\n"
            for (series, reading) in series.sorted(by: { $0.key.labelText < $1.key.labelText }) {
                switch reading {
                case .number(let value): text += "\(metric.rawValue)\(series.labelText) \(value.metricText)\n"
                case .histogram(let counts, let sum): text += Self.histogram(series, counts: counts, sum: sum)
                }
            }
        }
        return text
    }

    private static func histogram(_ series: Series, counts: [Int], sum: Double) -> String {
        guard case .histogram(let bounds) = series.metric.kind else { return "" }
        var (text, total) = ("", 0)
        for (bound, count) in zip(bounds.map(\.metricText) + ["+Inf"], counts) {
            total += count
            let labels = Series(metric: series.metric, labels: series.labels + [.init(name: "le", value: bound)]).labelText
            text += "\(series.metric.rawValue)_bucket\(labels) \(total)\n"
        }
        return text + "\(series.metric.rawValue)_sum\(series.labelText) \(sum.metricText)\n"
            + "\(series.metric.rawValue)_count\(series.labelText) \(total)\n"
    }
}

extension MetricRegistry.Series {
    fileprivate var labelText: String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\($0.value.labelEscaped)\"" }.joined(separator: ",") + "}"
    }
}

extension String {
    fileprivate var labelEscaped: String {
        replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension Double {
    /// Whole numbers without a fraction.
    fileprivate var metricText: String {
        self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
    }
}

/// `GET /metrics` on the staff listener.
struct MetricsHandler: Sendable {
    let registry: MetricRegistry
    let source: any MetricsSource
    let responses: ResponseFactory

    func get(_: Request, _: WebContext) async -> Response {
        let text = registry.text(with: await source.gauges())
        return ResponseFactory.response(
            .ok, responses.headers.api, "text/plain; version=0.0.4; charset=utf-8", ByteBuffer(string: text))
    }
}
