package import Hummingbird
package import PosternCore

/// What is wrong with a request to the API (RFC 9457). `type` is a relative URI and never changes, `title` says the same in
/// words, and `detail` explains this one request.
package struct Problem: Equatable, Sendable {
    package let kind: Kind
    package let detail: String
    package private(set) var errors: [FieldProblem] = []
    /// Connects the report of a fault of ours with its line in the log.
    package private(set) var incident: Incident?

    init(_ kind: Kind, _ detail: String, _ errors: [FieldProblem] = []) {
        self.kind = kind
        self.detail = detail
        self.errors = errors
    }

    package var status: HTTPResponse.Status { kind.status }

    package var json: String {
        let faults = errors.map { error in
            JSONText.object([
                ("field", .string(error.field)), ("code", .string(error.code)), ("message", .string(error.message)),
            ])
        }
        return JSONText.object([
            ("type", .string(kind.type)), ("title", .string(kind.title)), ("status", .number(status.code)),
            ("detail", .string(detail)), ("incident", incident.map { .string($0.description) }),
            ("errors", faults.isEmpty ? nil : .array(faults)),
        ]).text
    }
}

extension Problem {
    package static func invalidLetter(_ errors: [FieldProblem]) -> Problem {
        Problem(.invalidLetter, "Nothing was stored. Correct every field listed in “errors” and post the letter again.", errors)
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
        .takesNoLetters, "Nothing was stored. This recipient is not accepting letters at the moment.")

    package static let idempotencyKeyConflict = Problem(
        .idempotencyKeyConflict,
        "Nothing was stored. Within 24 hours a key may come back only with the same letter; use a new key for this one.")

    package static let limited = Problem(
        .limited, "Nothing was stored. Post the letter again after the time in Retry-After.")

    package static let tooManyRequests = Problem(
        .limited, "Nothing was stored. Too many requests came from this network; try again after the time in Retry-After.")

    /// Does not say what in the letter was blocked: the sender would change just that.
    package static let blocked = Problem(
        .blocked, "Nothing was stored. If this is a mistake, ask the site that sent you here.")

    package static let invalidIdempotencyKey = Problem(
        .invalidIdempotencyKey, "Send at most one Idempotency-Key of 1 to 128 visible ASCII characters.")

    package static let unsupportedMediaType = Problem(
        .unsupportedMediaType, "Nothing was stored. Send the body as JSON, with Content-Type: application/json.")

    package static let unsupportedCharset = Problem(
        .unsupportedMediaType, "Nothing was stored. Encode the JSON in UTF-8; a charset in Content-Type may only be utf-8.")

    package static let unsupportedEncoding = Problem(
        .unsupportedMediaType, "Nothing was stored. Send the body uncompressed, without a Content-Encoding other than identity."
    )

    package static func unavailable(_ incident: Incident) -> Problem {
        var problem = Problem(.unavailable, "Nothing was stored. Send it again after the time in Retry-After.")
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

    package static func bodyTooLarge(limitKiB: Int) -> Problem { Problem(.tooLarge, "The body may take \(limitKiB) KiB.") }
    package static let bodyTooSlow = Problem(.tooSlow, "Nothing was stored. Send it again.")
    package static let bodyBroken = Problem(.brokenBody, "Nothing was stored. Send it again.")
}

extension Problem {
    /// What can be wrong with a request to the API. The raw value is the end of the problem's `type` and never changes.
    package enum Kind: String, Sendable, CaseIterable {
        case invalidLetter = "invalid-letter"
        case malformedJSON = "malformed-json"
        case unknownRecipient = "unknown-recipient"
        case takesNoLetters = "takes-no-letters"
        case idempotencyKeyConflict = "repeat-key-conflict"
        case limited = "limited"
        case blocked = "not-taken"
        case invalidIdempotencyKey = "invalid-idempotency-key"
        case unsupportedMediaType = "unsupported-media-type"
        case unavailable = "unavailable"
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case tooLarge = "too-large"
        case tooSlow = "too-slow"
        case brokenBody = "broken-body"
        case malformedRequest = "malformed-request"
        case targetTooLong = "target-too-long"
        case noToken = "no-token"
        case badToken = "bad-token"
        case tokenNotAllowed = "token-not-allowed"
        case invalidMember = "invalid-recipient"
        case handleTaken = "handle-taken"
        case changedMeanwhile = "changed-meanwhile"

        package var type: String { "/problems/\(rawValue)" }
        package var status: HTTPResponse.Status { statusAndTitle.0 }
        package var title: String { statusAndTitle.1 }

        private var statusAndTitle: (HTTPResponse.Status, String) {
            switch self {
            case .invalidLetter: (.unprocessableContent, "The letter is not valid")
            case .malformedJSON: (.badRequest, "The body cannot be read")
            case .unknownRecipient: (.notFound, "There is no such recipient")
            // Not 410: paused, unconfirmed and erased must look alike, a pause ends, and caches and link checkers treat 410 as
            // final. Not 404 or 503: the recipient is known, and trying again does not help.
            case .takesNoLetters: (.forbidden, "The recipient is not accepting letters")
            // As the IETF's draft on `Idempotency-Key` says for a key that is used again with another letter.
            case .idempotencyKeyConflict: (.unprocessableContent, "The Idempotency-Key was used for another post")
            case .limited: (.tooManyRequests, "Too many posts or requests")
            case .blocked: (.forbidden, "This letter is not accepted")
            case .invalidIdempotencyKey: (.badRequest, "The Idempotency-Key is not valid")
            case .unsupportedMediaType: (.unsupportedMediaType, "The body must be JSON")
            case .unavailable: (.serviceUnavailable, "Nothing can be taken at the moment")
            case .notFound: (.notFound, "There is nothing here")
            case .methodNotAllowed: (.methodNotAllowed, "The method is not allowed")
            case .tooLarge: (.contentTooLarge, "The body is too large")
            case .tooSlow: (.requestTimeout, "The body did not arrive in time")
            case .brokenBody: (.badRequest, "The body did not arrive whole")
            case .malformedRequest: (.badRequest, "The request cannot be read")
            case .targetTooLong: (.uriTooLong, "The request line is too long")
            case .noToken: (.unauthorized, "A site's token is needed")
            case .badToken: (.unauthorized, "The token is not valid")
            case .tokenNotAllowed: (.forbidden, "The token does not allow this")
            case .invalidMember: (.unprocessableContent, "The recipient is not valid")
            case .handleTaken: (.conflict, "The handle is taken")
            case .changedMeanwhile: (.conflict, "The recipient cannot be changed so")
            }
        }
    }
}

/// A fault of one field, listed in a problem's `errors`.
package struct FieldProblem: Equatable, Sendable {
    package let field, code, message: String
}

extension FieldProblem {
    package init(_ fault: FieldFault) {
        self.init(field: fault.field.rawValue, code: fault.code, message: fault.message)
    }
}
