private import HTTPTypes
internal import Hummingbird
private import Logging
private import NIOCore
internal import PosternCore
internal import PosternRelay

/// What was posted and what was decided about it: `/log`, `/log/export`, `/clients/{tag}`.
struct LogPages: Sendable {
    static let export = "/log/export"
    static let rows = 50
    /// How many entries of an export are read at once.
    private static let bite = 500

    let log: any LogServing
    let responses: ResponseFactory
    let now: @Sendable () -> Timestamp

    /// `GET /log`
    func list(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (staff, query) = (try context.signedIn, LogQuery(request))
        var listing: LogListing?
        if let search = query.search {
            listing = try await context.asking { try await log.search(search, before: query.before, limit: Self.rows) }
        }
        return responses.page(LogPage(listing, query, staff: staff, responses.presentation(for: request, context)))
    }

    /// `GET /clients/{tag}`; with `?days=all` also the days after the tag's own.
    func client(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let staff = try context.signedIn
        guard let tag = Tag(context["tag"]) else { throw .notFound }
        let reach = request.queryField("days") == "all" ? TagReach.upToToday : .upToItsDay
        guard let sheet = try await context.asking({ try await log.client(tag, reach) }) else { throw .notFound }
        return responses.page(ClientPage(sheet, of: tag, staff: staff, responses.presentation(for: request, context)))
    }

    /// `GET /log/export`: every entry of a search, newest first, as it is read. Where the store fails on the way, the connection ends
    /// before the file does, and its reader learns that it is not whole.
    func export(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let search = LogQuery(request).search, let format = LogExport(rawValue: request.queryField("as") ?? "") else {
            throw RequestFault(page: .badRequest, .badRequest)
        }
        // The first part is read before anything is answered, so that a store that cannot be read is said in words.
        let first = try await context.asking { try await log.search(search, before: nil, limit: Self.bite) }
        var fields = responses.headers.api
        fields[.contentType] = format.mediaType
        fields[.contentDisposition] = "attachment; filename=\"postern-log-\(Epoch(containing: now())).\(format.rawValue)\""
        let body = ResponseBody { [log] writer in
            var part = first
            try await writer.write(ByteBuffer(string: format.head))
            while true {
                try await writer.write(ByteBuffer(string: part.entries.map { format.line($0) }.joined()))
                guard let next = part.next else { break }
                part = try await log.search(search, before: next, limit: Self.bite)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: fields, body: body)
    }
}
