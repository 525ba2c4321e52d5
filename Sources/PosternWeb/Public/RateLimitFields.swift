private import HTTPTypes
package import Hummingbird
package import PosternRelay

extension Response {
    /// `RateLimit-Policy` and `RateLimit`, structured fields (draft-ietf-httpapi-ratelimit-headers-10): how many letters a client
    /// may send in which span, and how many are left for how long.
    package func telling(_ quota: ClientQuota?) -> Response {
        guard let quota else { return self }
        var response = self
        response.headers[.rateLimitPolicy] = quota.policies.map { policy in
            "\"client-\(policy.window.components.seconds)\";q=\(policy.quota);w=\(policy.window.components.seconds)"
        }.joined(separator: ", ")
        response.headers[.rateLimit] = quota.policies.first.map { policy in
            "\"client-\(policy.window.components.seconds)\";r=\(quota.remaining);t=\(quota.reset.components.seconds)"
        }
        return response
    }
}
