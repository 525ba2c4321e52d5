package import Hummingbird

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

        package var type: String { "/problems/\(rawValue)" }

        package var status: HTTPResponse.Status {
            switch self {
            case .malformedJSON, .invalidIdempotencyKey, .brokenBody, .malformedRequest: .badRequest
            // 403 for no letters, not 410: paused, unconfirmed and erased must look alike (P7), a pause is not for ever, and
            // caches and link checkers keep a 410 as if it were. Nor 404 or 503: the recipient is known, and trying again
            // will not help.
            case .takesNoLetters, .blocked: .forbidden
            case .unknownRecipient, .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .tooSlow: .requestTimeout
            case .tooLarge: .contentTooLarge
            case .targetTooLong: .uriTooLong
            case .unsupportedMediaType: .unsupportedMediaType
            // The conflict too, as the IETF's draft on the `Idempotency-Key` field asks for a key that comes back with
            // another letter.
            case .invalidLetter, .idempotencyKeyConflict: .unprocessableContent
            case .limited: .tooManyRequests
            case .unavailable: .serviceUnavailable
            }
        }

        package var title: String {
            switch self {
            case .invalidLetter: "The letter is not valid"
            case .malformedJSON: "The body cannot be read"
            case .unknownRecipient: "There is no such recipient"
            case .takesNoLetters: "The recipient takes no letters"
            case .idempotencyKeyConflict: "The Idempotency-Key was used for another letter"
            case .limited: "Too many letters from here"
            case .blocked: "This letter is not taken"
            case .invalidIdempotencyKey: "The Idempotency-Key is not valid"
            case .unsupportedMediaType: "The body must be JSON"
            case .unavailable: "Letters cannot be taken just now"
            case .notFound: "There is nothing here"
            case .methodNotAllowed: "The method is not allowed"
            case .tooLarge: "The body is too large"
            case .tooSlow: "The body did not arrive in time"
            case .brokenBody: "The body did not arrive whole"
            case .malformedRequest: "The request cannot be read"
            case .targetTooLong: "The request line is too long"
            }
        }
    }
}
