package import Hummingbird

/// `GET /live` and `GET /ready`: I run; I can commit, and the vault responses.
package struct HealthRoutes: Sendable {
    private let memory: ReadinessMemory
    private let responses: ResponseFactory

    package init(memory: ReadinessMemory, responses: ResponseFactory) {
        (self.memory, self.responses) = (memory, responses)
    }

    package func live() -> Response {
        responses.json(#"{"status":"live"}"#, status: .ok)
    }

    package func ready() async -> Response {
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
