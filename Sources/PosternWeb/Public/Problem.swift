package import Hummingbird

/// What is wrong with a request to the API, as RFC 9457 has it. `type` is a relative URI and never changes; `title`
/// says the same in words; `detail` is about this one request.
package struct Problem: Equatable, Sendable {
    package let kind: Kind
    package let detail: String
    package private(set) var errors: [FieldProblem] = []
    /// Leads whoever reports a fault of ours to its line in the log.
    package private(set) var incident: Incident?

    private init(_ kind: Kind, _ detail: String) {
        (self.kind, self.detail) = (kind, detail)
    }

    package var status: HTTPResponse.Status { kind.status }

    package var json: String {
        JSONText.object { json in
            json.member("type", kind.type)
            json.member("title", kind.title)
            json.member("status", status.code)
            json.member("detail", detail)
            if let incident { json.member("incident", incident.description) }
            if !errors.isEmpty {
                json.member(
                    "errors",
                    objects: errors.map { error in
                        JSONText.object { json in
                            json.member("field", error.field)
                            json.member("code", error.code)
                            json.member("message", error.message)
                        }
                    })
            }
        }
    }
}

extension Problem {
    package static func invalidLetter(_ errors: [FieldProblem]) -> Problem {
        var problem = Problem(
            .invalidLetter, "Nothing was stored. Mend every field listed in “errors” and post the letter again.")
        problem.errors = errors
        return problem
    }

    package static func malformedJSON(_ fault: JSONFault) -> Problem {
        var problem = Problem(.malformedJSON, fault.description)
        if case .repeated(let field) = fault.reason {
            problem.errors = [FieldProblem(field: field, code: "repeated", message: "This field may occur once.")]
        }
        return problem
    }

    package static let unknownRecipient = Problem(
        .unknownRecipient, "No site or no recipient of this site has the name in the path.")

    package static let takesNoLetters = Problem(
        .takesNoLetters, "Nothing was stored. This recipient takes no letters at the moment.")

    package static let idempotencyKeyConflict = Problem(
        .idempotencyKeyConflict,
        "Nothing was stored. Within 24 hours a key may come back only with the same letter; use a new key for this one.")

    package static let limited = Problem(
        .limited, "Nothing was stored. Post the letter again after the time in Retry-After.")

    /// Says nothing of what was blocked, nor by which mark: whoever is meant would change it.
    package static let blocked = Problem(
        .blocked, "Nothing was stored. If this is a mistake, ask the site that sent you here.")

    package static let invalidIdempotencyKey = Problem(
        .invalidIdempotencyKey, "Send at most one Idempotency-Key of 1 to 128 visible ASCII characters.")

    package static let unsupportedMediaType = Problem(
        .unsupportedMediaType, "Send the letter with Content-Type: application/json, in UTF-8 and without Content-Encoding.")

    package static func unavailable(_ incident: Incident) -> Problem {
        var problem = Problem(.unavailable, "Nothing was stored. Post the letter again after the time in Retry-After.")
        problem.incident = incident
        return problem
    }

    package static let notFound = Problem(.notFound, "No resource has this path.")

    package static func methodNotAllowed(_ allowed: String) -> Problem {
        Problem(.methodNotAllowed, "Here you can use: \(allowed).")
    }

    package static func malformedRequest(headerKiB: Int) -> Problem {
        Problem(.malformedRequest, "It is not HTTP/1.1 (RFC 9112), or its header fields take more than \(headerKiB) KiB.")
    }

    package static func targetTooLong(limitKiB: Int) -> Problem {
        Problem(.targetTooLong, "A request line may take \(limitKiB) KiB.")
    }

    package static func body(_ fault: BodyFault) -> Problem {
        switch fault {
        case .tooLarge(let limitKiB): Problem(.tooLarge, "A letter may take \(limitKiB) KiB.")
        case .overdue: Problem(.tooSlow, "Nothing was stored. Post the letter again.")
        case .broken: Problem(.brokenBody, "Nothing was stored. Post the letter again.")
        }
    }
}
