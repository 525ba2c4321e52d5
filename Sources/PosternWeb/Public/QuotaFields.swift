package import HTTPTypes
package import PosternRelay

extension HTTPFields {
    /// Says what the client limit is and what is left of it (draft-ietf-httpapi-ratelimit-headers-10): lists of structured
    /// fields, `RateLimit-Policy: "client";q=5;w=3600, "client";q=20;w=86400` and `RateLimit: "client";r=3;t=600`.
    ///
    /// All rates have one name, because they make one limit: what is left is what the strictest of them leaves.
    package mutating func tell(_ quota: ClientQuota?) {
        guard let quota, !quota.policies.isEmpty else { return }
        self[.rateLimitPolicy] = quota.policies.map { policy in
            // A burst has no span of its own.
            "\"client\";q=\(policy.quota)" + (policy.window > .zero ? ";w=\(policy.window.wholeSeconds)" : "")
        }.joined(separator: ", ")
        self[.rateLimit] = "\"client\";r=\(Swift.max(0, quota.remaining));t=\(quota.reset.wholeSeconds)"
    }
}

extension Duration {
    /// Rounded up: a client that comes back then is not too early.
    fileprivate var wholeSeconds: Int64 { Swift.max(0, components.seconds + (components.attoseconds > 0 ? 1 : 0)) }
}
