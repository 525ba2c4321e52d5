private import HTTPTypes
package import Hummingbird

/// Why a request fails. Thrown by guards and handlers; `ResponseFactory` turns it into an answer.
package enum RequestFault: Error {
    case lineTooLong(limitKiB: Int)
    /// There is no such page, or the sender may not use it. The two look alike.
    case notFound
    /// - Parameter allowed: for the `Allow` field (RFC 9110 §15.5.6).
    case methodNotAllowed(allowed: String)
    case body(BodyFault)
    case unavailable(Incident)
    /// A fault that only a page can report.
    case page(PageFault)
    /// A fault that only a problem can report.
    case problem(Problem)
}

extension ResponseFactory {
    /// A problem where programs ask, a page where people do.
    package func fault(_ fault: RequestFault, _ request: Request, _ context: WebContext) -> Response {
        let isForPrograms = context.isForPrograms(request)
        func either(_ problem: Problem, _ page: PageFault, _ incident: Incident? = nil) -> Response {
            isForPrograms ? self.problem(problem) : error(page, presentation(for: request), incident: incident)
        }

        switch fault {
        case .lineTooLong(let limitKiB):
            // No page of its own: nobody types eight thousand characters.
            var response = either(.targetTooLong(limitKiB: limitKiB), .badRequest)
            response.status = .uriTooLong
            return response
        case .notFound:
            return either(.notFound, .notFound)
        case .methodNotAllowed(let allowed):
            var response = either(.methodNotAllowed(allowed), .method)
            response.headers[.allow] = allowed
            return response
        case .body(let fault):
            // The rest of the body is still on its way, and nobody wants it.
            return either(.body(fault), fault.page).closing()
        case .unavailable(let incident):
            return either(.unavailable(incident), .unavailable, incident).retrying(after: .seconds(60))
        case .page(let page):
            return error(page, presentation(for: request))
        case .problem(let problem):
            return self.problem(problem)
        }
    }
}

extension BodyFault {
    fileprivate var page: PageFault {
        switch self {
        case .tooLarge: .tooLarge
        case .overdue: .tooSlow
        case .broken: .badRequest
        }
    }
}
