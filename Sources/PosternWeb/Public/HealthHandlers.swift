package import Hummingbird

/// `GET /live` and `GET /ready`: this process runs; it can commit, and the vault answers.
package struct HealthHandlers: Sendable {
    private let memory: ReadinessMemory
    private let responses: ResponseFactory

    package init(_ memory: ReadinessMemory, _ responses: ResponseFactory) {
        self.memory = memory
        self.responses = responses
    }

    package func live(_: Request, _: WebContext) async -> Response {
        responses.json(#"{"status":"live"}"#)
    }

    package func ready(_: Request, _: WebContext) async -> Response {
        let faults = await memory.faults()
        let body = JSONText.object { json in
            json.member("status", faults.isEmpty ? "ready" : "not ready")
            json.member(
                "faults",
                objects: faults.map { fault in
                    JSONText.object { json in
                        json.member("part", fault.part)
                        json.member("summary", fault.summary)
                    }
                })
        }
        return responses.json(body, status: faults.isEmpty ? .ok : .serviceUnavailable)
    }
}
