package import HTTPTypes
package import Hummingbird
internal import NIOCore
package import PosternCore

/// Makes the answers of one listener, each with its security headers.
package struct ResponseFactory: Sendable {
    package let templates: Templates
    package let headers: SecurityHeaders
    /// Staff pages are in English and have no site's style.
    private let isForStaff: Bool

    package init(_ templates: Templates, _ headers: SecurityHeaders, isForStaff: Bool = false) {
        self.templates = templates
        self.headers = headers
        self.isForStaff = isForStaff
    }

    /// The language and style of a page for this request. Chosen only when a page is made, because the languages depend on the
    /// site, and most answers have neither.
    /// - Parameters:
    ///   - own: the language of the person whose page it is, which comes before the browser's.
    ///   - isScripted: false for the pages behind links.
    package func presentation(
        for request: Request, site: Site? = nil, preferring own: Language? = nil, isScripted: Bool = true
    ) -> Presentation {
        guard !isForStaff else { return .unbranded(templates) }
        let choice = LanguageChoice(
            asked: request.queryField("lang"), own: own, accepted: request.headers[.acceptLanguage],
            site: site?.look.languages ?? [], available: templates.languages, isBehindLink: !isScripted)
        return Presentation(choice, site: site, templates, isScripted: isScripted)
    }

    package func page(_ page: some Page, status: HTTPResponse.Status = .ok, under fields: HTTPFields? = nil) -> Response {
        Self.response(status, fields ?? headers.page, "text/html; charset=utf-8", ByteBuffer(string: templates.render(page)))
    }

    /// A fault in plain words, in every language of the pages: it can be made before anybody asks.
    func words(_ fault: PageFault, status: HTTPResponse.Status) -> Response {
        let texts = (isForStaff ? Array(templates.languages.prefix(1)) : templates.languages).map { language in
            let catalogue = templates.catalogue(language)
            return "\(catalogue(fault.title))\n\(catalogue(fault.detail))\n"
        }
        return Self.response(
            status, headers.api, "text/plain; charset=utf-8", ByteBuffer(string: texts.joined(separator: "\n")))
    }

    package func problem(_ problem: Problem) -> Response {
        Self.response(problem.status, headers.api, "application/problem+json", ByteBuffer(string: problem.json))
    }

    package func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Self.response(status, headers.api, "application/json", ByteBuffer(string: text))
    }

    package func seeOther(_ path: String, under fields: HTTPFields? = nil) -> Response {
        var fields = fields ?? headers.page
        fields[.location] = path
        return Response(status: .seeOther, headers: fields)
    }

    /// To the one spelling of a path. The query is kept.
    func moved(to path: String, _ request: Request, under fields: HTTPFields? = nil) -> Response {
        var fields = fields ?? headers.page
        fields[.location] = path + (request.uri.query.map { "?\($0)" } ?? "")
        return Response(status: .permanentRedirect, headers: fields)
    }

    static func response(_ status: HTTPResponse.Status, _ fields: HTTPFields, _ type: String, _ body: ByteBuffer) -> Response {
        var fields = fields
        // Appending is faster than setting: it does not look for a field to replace, and there is none yet.
        fields.append(HTTPField(name: .contentType, value: type))
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body))
    }
}

extension Response {
    /// - Parameter wait: rounded up to whole seconds, at least one (RFC 9110 §10.2.3).
    package func retrying(after wait: Duration) -> Response {
        var response = self
        response.headers[.retryAfter] = String(max(1, wait.wholeSeconds))
        return response
    }
}

extension Request {
    /// The first field of that name in the query, decoded; nil when there is none. Whatever else is wrong with the query is nothing
    /// to it. Mail programs write `&amp;` between two fields.
    package func queryField(_ name: String) -> String? {
        guard let query = uri.query else { return nil }
        return URLEncodedForm.fields(in: Array(query.utf8)).text().fields.first { $0.name == name || $0.name == "amp;\(name)" }?
            .value
    }
}

extension Duration {
    /// Rounded up, so that a client that waits as long is not too early.
    var wholeSeconds: Int64 { max(0, components.seconds + (components.attoseconds > 0 ? 1 : 0)) }
}
