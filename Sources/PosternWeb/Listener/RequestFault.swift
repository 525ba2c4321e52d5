internal import HTTPTypes
package import Hummingbird

/// Why a request fails, in both forms of its answer. Thrown by guards and handlers; `ResponseFactory` turns it into one.
package struct RequestFault: Error {
    let status: HTTPResponse.Status
    /// For programs. Nil on routes that only people use.
    let problem: Problem?
    /// For people.
    let page: PageFault
    /// Methods for the `Allow` field (RFC 9110 §15.5.6).
    private(set) var allowed: String?
    private(set) var incident: Incident?
    var retryAfter: Duration?
    /// For the `WWW-Authenticate` field (RFC 9110 §11.6.1).
    var challenge: String?
    /// The rest of the body is still on its way, and nobody wants it.
    private(set) var closesConnection = false
    /// What a visitor had written, to be copied.
    var written: String?

    init(_ problem: Problem, _ page: PageFault = .badRequest) {
        (status, self.problem, self.page) = (problem.status, problem, page)
    }

    init(page: PageFault, _ status: HTTPResponse.Status) {
        (self.status, problem, self.page) = (status, nil, page)
    }

    /// There is no such page, or the sender may not use it. The two look alike.
    static let notFound = RequestFault(Problem.notFound, .notFound)

    /// A link that was never made, is over, or is for something else: nobody learns which.
    static let deadLink = RequestFault(page: .deadLink, .notFound)

    static func methodNotAllowed(allowed: String) -> RequestFault {
        var fault = RequestFault(.methodNotAllowed(allowed), .method)
        fault.allowed = allowed
        return fault
    }

    static func unavailable(_ incident: Incident) -> RequestFault {
        var fault = RequestFault(.unavailable(incident), .unavailable)
        fault.incident = incident
        fault.retryAfter = .seconds(60)
        return fault
    }

    static func tooManyRequests(retryAfter wait: Duration) -> RequestFault {
        var fault = RequestFault(.tooManyRequests, .limited)
        fault.retryAfter = wait
        return fault
    }

    /// The body cannot be read.
    static func body(_ problem: Problem, _ page: PageFault) -> RequestFault {
        var fault = RequestFault(problem, page)
        fault.closesConnection = true
        return fault
    }
}

extension ResponseFactory {
    /// A problem where programs ask, a page where people do.
    package func fault(_ fault: RequestFault, _ request: Request, _ context: WebContext) -> Response {
        var response: Response
        if let problem = fault.problem, context.isForPrograms(request) {
            response = self.problem(problem)
        } else {
            let shown = presentation(for: request, isScripted: !context.isBehindLink)
            response = page(
                ErrorPage(fault.page, incident: fault.incident, written: fault.written, shown), status: fault.status,
                under: context.isBehindLink ? headers.link : nil)
        }
        if let allowed = fault.allowed { response.headers[.allow] = allowed }
        if let challenge = fault.challenge { response.headers[.wwwAuthenticate] = challenge }
        if let wait = fault.retryAfter { response = response.retrying(after: wait) }
        return fault.closesConnection ? response.closing() : response
    }
}
