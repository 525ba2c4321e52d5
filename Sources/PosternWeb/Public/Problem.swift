package import Hummingbird

/// What is wrong with a request to the API, as RFC 9457 has it. `type` is a relative URI and never changes; `title`
/// says the same in words; `detail` is about this one request.
package struct Problem: Equatable, Sendable {
    package let type: String
    package let title: String
    package let status: HTTPResponse.Status
    package let detail: String
    package var errors: [FieldProblem] = []
    /// Names one fault of ours, in the answer and in the log alike.
    package private(set) var incident: String?

    private init(_ name: StaticString, _ status: HTTPResponse.Status, _ title: String, _ detail: String) {
        type = "/problems/\(name)"
        (self.status, self.title, self.detail) = (status, title, detail)
    }

    package var json: String {
        JSONText.object { json in
            json.member("type", type)
            json.member("title", title)
            json.member("status", status.code)
            json.member("detail", detail)
            if let incident { json.member("incident", incident) }
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
    func with(_ incident: Incident) -> Problem {
        var problem = self
        problem.incident = incident.description
        return problem
    }

    package static func invalidLetter(_ errors: [FieldProblem]) -> Problem {
        var problem = Problem(
            "invalid-letter", .unprocessableContent, "The letter is not valid",
            "Nothing was stored. Mend every field listed in “errors” and post the letter again.")
        problem.errors = errors
        return problem
    }

    package static func malformedJSON(_ fault: JSONFault) -> Problem {
        var problem = Problem("malformed-json", .badRequest, "The body cannot be read", fault.description)
        if case .repeated(let field) = fault.reason {
            problem.errors = [FieldProblem(field: field, code: "repeated", message: "This field may occur once.")]
        }
        return problem
    }

    package static let unknownRecipient = Problem(
        "unknown-recipient", .notFound, "There is no such recipient",
        "No site or no recipient of this site has the name in the path.")

    /// 403, not 410: paused, unconfirmed and erased must look alike (P7), a pause is not for ever, and caches and link
    /// checkers keep a 410 as if it were. Nor 404 or 503: the recipient is known, and trying again will not help.
    package static let takesNoLetters = Problem(
        "takes-no-letters", .forbidden, "The recipient takes no letters",
        "Nothing was stored. This recipient takes no letters at the moment.")

    /// 422, as the IETF's draft on the `Idempotency-Key` field asks for a key that comes back with another letter.
    package static let repeatKeyConflict = Problem(
        "repeat-key-conflict", .unprocessableContent, "The Idempotency-Key was used for another letter",
        "Nothing was stored. Within 24 hours a key may come back only with the same letter; use a new key for this one.")

    package static let limited = Problem(
        "limited", .tooManyRequests, "Too many letters from here",
        "Nothing was stored. Post the letter again after the time in Retry-After.")

    /// Says nothing of what was blocked, nor by which mark: whoever is meant would change it.
    package static let blocked = Problem(
        "not-taken", .forbidden, "This letter is not taken",
        "Nothing was stored. If this is a mistake, ask the site that sent you here.")

    package static let invalidRepeatKey = Problem(
        "invalid-idempotency-key", .badRequest, "The Idempotency-Key is not valid",
        "Send at most one Idempotency-Key of 1 to 128 visible ASCII characters.")

    package static let unsupportedMediaType = Problem(
        "unsupported-media-type", .unsupportedMediaType, "The body must be JSON",
        "Send the letter with Content-Type: application/json, in UTF-8 and without Content-Encoding.")

    package static let unavailable = Problem(
        "unavailable", .serviceUnavailable, "Letters cannot be taken just now",
        "Nothing was stored. Post the letter again after the time in Retry-After.")

    package static let notFound = Problem("not-found", .notFound, "There is nothing here", "No resource has this path.")

    package static func methodNotAllowed(_ allowed: String) -> Problem {
        Problem("method-not-allowed", .methodNotAllowed, "The method is not allowed", "Here you can use: \(allowed).")
    }

    package static func body(_ fault: BodyFault) -> Problem {
        switch fault {
        case .tooLarge(let limitKiB):
            Problem("too-large", .contentTooLarge, "The body is too large", "A letter may take \(limitKiB) KiB.")
        case .overdue:
            Problem("too-slow", .requestTimeout, "The body did not arrive in time", "Nothing was stored. Post the letter again.")
        case .broken:
            Problem("broken-body", .badRequest, "The body did not arrive whole", "Nothing was stored. Post the letter again.")
        }
    }
}
