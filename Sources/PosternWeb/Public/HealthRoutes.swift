package import Hummingbird

/// `GET /live` and `GET /ready`: I run; I can commit, and the vault answers.
package struct HealthRoutes: Sendable {
    private let memory: ReadinessMemory
    private let answers: Answers

    package init(memory: ReadinessMemory, answers: Answers) {
        (self.memory, self.answers) = (memory, answers)
    }

    package func live() -> Response {
        answers.json(#"{"status":"live"}"#, status: .ok)
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
        return answers.json(body, status: faults.isEmpty ? .ok : .serviceUnavailable)
    }
}
