private import HTTPTypes
package import Hummingbird
private import NIOCore

/// `GET /metrics` on the staff listener.
package struct MetricsRoute: Sendable {
    private let registry: MetricRegistry
    private let source: any MetricsSource
    private let responses: ResponseFactory

    package init(registry: MetricRegistry, source: any MetricsSource, responses: ResponseFactory) {
        (self.registry, self.source, self.responses) = (registry, source, responses)
    }

    package func respond() async -> Response {
        let text = registry.text(with: await source.gauges())
        return ResponseFactory.response(
            .ok, responses.headers.api, "text/plain; version=0.0.4; charset=utf-8", ByteBuffer(string: text))
    }
}
