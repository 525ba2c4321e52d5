package import Hummingbird
package import PosternRelay

/// `GET /live`: this process runs. `GET /ready`: it can commit, and the vault answers.
package struct HealthHandlers: Sendable {
    private let source: any ReadinessSource
    private let responses: ResponseFactory

    package init(_ source: any ReadinessSource, _ responses: ResponseFactory) {
        self.source = source
        self.responses = responses
    }

    package func live(_: Request, _: WebContext) async -> Response {
        responses.json(#"{"status":"live"}"#)
    }

    package func ready(_: Request, _: WebContext) async -> Response {
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
