private import HTTPTypes
internal import Hummingbird
private import NIOCore
internal import PosternCore
internal import PosternRelay
private import ServiceLifecycle

/// The desk's numbers for a page that is open, as they change: server-sent events (HTML Living Standard §9.2).
///
/// A stream ends after a minute, and the browser comes again by itself: each time somebody asks whether the session still stands, and
/// no proxy keeps a connection that nobody reads.
struct DeskEvents: Sendable {
    static let path = "/desk/events"

    let desk: any DeskServing
    let responses: ResponseFactory
    let life: Duration

    /// In seconds.
    private static let interval = 3

    /// `GET /desk/events`
    func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let query = DeskQuery(request)
        // Read before anything is answered, so that a store that cannot be read is a fault and no silent stream.
        let first = try await context.asking { try await desk.counts(query.lane, after: query.after) }
        var fields = responses.headers.api
        fields[.contentType] = "text/event-stream"
        // Otherwise nginx would keep the events until there is a page of them.
        if let name = HTTPField.Name("X-Accel-Buffering") { fields[name] = "no" }
        let body = ResponseBody { [desk, life] writer in
            var (last, seconds) = (first, 0)
            try await writer.write(ByteBuffer(string: "retry: 2000\n" + Self.event(first)))
            let end = ContinuousClock.now + life
            // A service that ends waits for its answers.
            while ContinuousClock.now < end, !Task.isShuttingDownGracefully {
                try await Task.sleep(for: .seconds(1))
                seconds += 1
                guard seconds.isMultiple(of: Self.interval) else { continue }
                let counts = try await desk.counts(query.lane, after: query.after)
                // A comment shows a connection whose other end is gone.
                try await writer.write(ByteBuffer(string: counts == last ? ":\n\n" : Self.event(counts)))
                last = counts
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: fields, body: body)
    }

    private static func event(_ counts: DeskCounts) -> String {
        let numbers =
            ReviewLane.allCases.map { "\"\($0.rawValue)\":\(counts.lanes[$0] ?? 0)" }
            + ["\"waves\":\(counts.waves)", "\"newer\":\(counts.newer)"]
        return "data: {\(numbers.joined(separator: ","))}\n\n"
    }
}
