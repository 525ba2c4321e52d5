internal import Hummingbird
internal import PosternRelay

/// `GET /live`: this process runs. `GET /ready`: it can commit, and the vault answers.
struct HealthHandlers: Sendable {
    let source: any ReadinessSource
    let health: any HealthSource
    let responses: ResponseFactory

    func live(_: Request, _: WebContext) async -> Response {
        responses.json(#"{"status":"live"}"#)
    }

    func ready(_: Request, _: WebContext) async -> Response {
        let readiness = await source.readiness()
        let faults = readiness.faults.map { fault in
            JSONText.object([("part", .string(fault.rawValue)), ("summary", .string(fault.reason))])
        }
        // Strangers read this: no more than which part needs the operator, and nothing about a single letter.
        let topics = health.conditions.filter { !$0.id.isOfOneLetter }.map(\.id.topic)
            .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let body = JSONText.object([
            ("status", .string(readiness.isReady ? "ready" : "not ready")), ("faults", .array(faults)),
            ("attention", .array(topics.map { .string($0) })),
        ])
        return responses.json(body.text, status: readiness.isReady ? .ok : .serviceUnavailable)
    }
}
