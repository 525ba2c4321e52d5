package import Hummingbird
package import PosternRelay

/// `GET /live` and `GET /ready`: I run; I can commit, and the vault answers.
package struct HealthRoutes: Sendable {
    private let source: any ReadinessSource
    private let responses: ResponseFactory

    package init(_ source: any ReadinessSource, responses: ResponseFactory) {
        self.source = source
        self.responses = responses
    }

    package func live() -> Response {
        responses.json(#"{"status":"live"}"#, status: .ok)
    }

    package func ready() async -> Response {
        let readiness = await source.readiness()
        let body = JSONText.object { json in
            json.member("status", readiness.isReady ? "ready" : "not ready")
            json.member(
                "faults",
                objects: readiness.faults.map { fault in
                    JSONText.object { json in
                        json.member("part", fault.rawValue)
                        json.member("summary", fault.reason)
                    }
                })
        }
        return responses.json(body, status: readiness.isReady ? .ok : .serviceUnavailable)
    }
}
