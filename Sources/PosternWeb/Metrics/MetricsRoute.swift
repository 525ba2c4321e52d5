private import HTTPTypes
package import Hummingbird
private import NIOCore

/// `GET /metrics` on the staff listener.
package struct MetricsRoute: Sendable {
    private let registry: MetricRegistry
    private let source: any MetricsSource
    private let answers: Answers

    package init(registry: MetricRegistry, source: any MetricsSource, answers: Answers) {
        (self.registry, self.source, self.answers) = (registry, source, answers)
    }

    package func respond() async -> Response {
        let text = registry.text(with: await source.gauges())
        return Answers.response(
            .ok, answers.headers.api, "text/plain; version=0.0.4; charset=utf-8", ByteBuffer(string: text))
    }
}
