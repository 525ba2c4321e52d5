package import HTTPTypes
package import Hummingbird
package import NIOCore

/// Makes the answers of both listeners, each with the house's header fields.
package struct Answers: Sendable {
    package let templates: Templates
    package let headers: HouseHeaders

    package init(templates: Templates, headers: HouseHeaders) {
        (self.templates, self.headers) = (templates, headers)
    }

    /// The texts of the page's language. One language so far; the choice will be made here.
    package var texts: Catalogue { templates.english }

    package func page(_ page: some Page, status: HTTPResponse.Status = .ok, under fields: HTTPFields? = nil) -> Response {
        Self.response(status, fields ?? headers.page, "text/html; charset=utf-8", ByteBuffer(string: templates.render(page)))
    }

    package func error(_ fault: PageFault, incident: Incident? = nil) -> Response {
        var response = page(ErrorPage(fault, incident: incident, texts, templates), status: fault.status)
        if fault.status == .serviceUnavailable { response.headers[.retryAfter] = "60" }
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

extension Duration {
    /// Whole seconds for `Retry-After` (RFC 9110 §10.2.3), never less than one.
    var retryAfter: String {
        String(max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0)))
    }
}
