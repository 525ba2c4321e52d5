private import HTTPTypes
internal import Hummingbird
private import PosternCore
internal import PosternRelay

extension MemberRefusal {
    /// Nil for what is no fault of the caller's.
    var problem: Problem? {
        switch self {
        case .noToken:
            Problem(
                .noToken, "Send “Authorization: Bearer TOKEN”, with a token that postern token add has made for this site.")
        case .badToken:
            Problem(.badToken, "It was never made here, or has been revoked. postern token list shows which there are.")
        case .notAllowed: Problem(.tokenNotAllowed, "The token is another site's, or has not the scope “recipients”.")
        case .unknownMember: Problem(.unknownRecipient, "No recipient of this site has that handle.")
        case .invalid(let faults):
            Problem(
                .invalidMember, "Nothing was stored. Correct every field listed in “errors” and send it again.",
                faults.all.map(FieldProblem.init))
        case .taken(let reason): Problem(.handleTaken, "Nothing was stored. \(reason.sentence)")
        case .idempotencyKeyConflict:
            Problem(
                .idempotencyKeyConflict,
                "Nothing was stored. Within 24 hours a key may come back only with the same recipient; use a new key for this one."
            )
        case .conflict:
            Problem(
                .changedMeanwhile,
                "It was left as it is: somebody else changed it just now, or its state does not allow this. Look at it and try again."
            )
        case .limited:
            Problem(
                .limited,
                "Nothing was stored. More was asked for than is sent out or sealed at once; try again after the time in Retry-After."
            )
        case .unavailable: nil
        }
    }

    /// What `WWW-Authenticate` says (RFC 6750 §3).
    var challenge: String? {
        switch self {
        case .noToken: #"Bearer realm="postern""#
        case .badToken: #"Bearer realm="postern", error="invalid_token""#
        case .notAllowed: #"Bearer realm="postern", error="insufficient_scope", scope="recipients""#
        default: nil
        }
    }
}

extension TakenHandle {
    fileprivate var sentence: String {
        switch self {
        case .member: "A member of this site has this handle, with a confirmed address. Change it with PATCH."
        case .begun:
            "Somebody has begun with this handle, and the address is not confirmed yet. Try again in a few days, or choose another."
        case .erased: "A member who was erased had this handle, and nobody else gets it. Choose another."
        case .alias: "This is another name of a member of this site. Choose another."
        }
    }
}

extension FieldProblem {
    init(_ fault: MemberFault) {
        self.init(field: fault.field.rawValue, code: fault.code, message: fault.message)
    }
}
