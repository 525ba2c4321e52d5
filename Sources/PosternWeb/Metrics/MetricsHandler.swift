private import HTTPTypes
package import Hummingbird
private import NIOCore

/// `GET /metrics` on the staff listener.
package struct MetricsHandler: Sendable {
    private let registry: MetricRegistry
    private let source: any MetricsSource
    private let responses: ResponseFactory

    package init(_ registry: MetricRegistry, _ source: any MetricsSource, _ responses: ResponseFactory) {
        self.registry = registry
        self.source = source
        self.responses = responses
    }

    package func get(_: Request, _: WebContext) async -> Response {
        let text = registry.text(with: await source.gauges())
        return ResponseFactory.response(
            .ok, responses.headers.api, "text/plain; version=0.0.4; charset=utf-8", ByteBuffer(string: text))
    }
}
