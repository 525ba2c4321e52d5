package import HTTPTypes
package import Hummingbird
package import NIOCore
package import PosternCore

/// Makes the answers of both listeners, each with the house's header fields.
package struct ResponseFactory: Sendable {
    package let templates: Templates
    package let headers: SecurityHeaders

    package init(templates: Templates, headers: SecurityHeaders) {
        (self.templates, self.headers) = (templates, headers)
    }

    /// How a page is shown to whoever sent this request.
    package func presentation(for request: Request, site: Site? = nil) -> Presentation {
        let choice = LanguageChoice(
            asked: request.queryField("lang"), accepted: request.headers[.acceptLanguage], site: site?.look.languages ?? [],
            available: templates.languages)
        return Presentation(choice, site: site, templates)
    }

    package func page(_ page: some Page, status: HTTPResponse.Status = .ok, under fields: HTTPFields? = nil) -> Response {
        Self.response(status, fields ?? headers.page, "text/html; charset=utf-8", ByteBuffer(string: templates.render(page)))
    }

    /// - Parameter presentation: nil for the staff's pages.
    package func error(_ fault: PageFault, _ presentation: Presentation? = nil, incident: Incident? = nil) -> Response {
        let error = ErrorPage(fault, incident: incident, presentation ?? .unbranded(templates))
        var response = page(error, status: fault.status)
        if fault.status == .serviceUnavailable { response.headers[.retryAfter] = "60" }
        return response
    }

    /// In the words of any request that cannot be understood: a person never types eight thousand characters.
    package func targetTooLong(_ presentation: Presentation) -> Response {
        var response = error(.badRequest, presentation)
        response.status = .uriTooLong
        return response
    }

    package func problem(_ problem: Problem) -> Response {
        Self.response(problem.status, headers.api, "application/problem+json", ByteBuffer(string: problem.json))
    }

    package func json(_ text: String, status: HTTPResponse.Status) -> Response {
        Self.response(status, headers.api, "application/json", ByteBuffer(string: text))
    }

    package func text(_ content: ByteBuffer) -> Response {
        Self.response(.ok, headers.api, "text/plain; charset=utf-8", content)
    }

    package func seeOther(_ path: String) -> Response {
        var fields = headers.page
        fields[.location] = path
        return Response(status: .seeOther, headers: fields)
    }

    static func response(_ status: HTTPResponse.Status, _ fields: HTTPFields, _ type: String, _ body: ByteBuffer) -> Response {
        var fields = fields
        // Appending does not search for a field to replace; none of these is there yet.
        fields.append(HTTPField(name: .contentType, value: type))
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body))
    }
}

extension Response {
    package func retrying(after wait: Duration) -> Response {
        var response = self
        response.headers[.retryAfter] = wait.retryAfter
        return response
    }
}

extension Request {
    /// The first field of that name in the query, decoded; nil when there is none, or the query cannot be read.
    package func queryField(_ name: String) -> String? {
        guard let query = uri.query, let fields = try? URLEncodedForm.fields(in: Array(query.utf8)) else { return nil }
        return fields.first { $0.name == name }?.value
    }
}

extension Duration {
    /// Whole seconds for `Retry-After` (RFC 9110 §10.2.3), never less than one.
    var retryAfter: String {
        String(max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0)))
    }
}
