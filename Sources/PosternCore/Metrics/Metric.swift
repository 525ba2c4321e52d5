/// Every metric, with the help text for Prometheus. Names end in their unit, totals in `_total`
/// (https://prometheus.io/docs/practices/naming/).
package enum Metric: String, Sendable, CaseIterable {
    case submissions = "postern_submissions_total"
    case deliveries = "postern_deliveries_total"
    case queueDeliveries = "postern_queue_deliveries"
    case queueOldestAge = "postern_queue_oldest_age_seconds"
    case queueDifference = "postern_queue_difference"
    case commitBatch = "postern_commit_batch_size"
    case commitDuration = "postern_commit_duration_seconds"
    case vaultRequest = "postern_vault_request_duration_seconds"
    case ready = "postern_ready"
    case health = "postern_health"
    case vaultAnswers = "postern_vault_up"
    case overBudget = "postern_vault_over_budget_total"
    case vaultClockTrusted = "postern_vault_clock_trusted"
    case breakerOpen = "postern_breaker_open"
    case limitKeys = "postern_limit_keys"
    case proxyHeadersIgnored = "postern_proxy_headers_ignored_total"
    case connectionsRefused = "postern_connections_refused_total"
    case requestsRefused = "postern_requests_refused_total"
    case refusalsFolded = "postern_refusals_folded_total"
    case malformedFrames = "postern_link_malformed_frames_total"
    case staffSignInsRefused = "postern_staff_sign_ins_refused_total"
    case openReports = "postern_reports_open"
    case lastPurge = "postern_last_purge_timestamp_seconds"

    package enum Kind: Equatable, Sendable {
        case counter
        case gauge
        /// - Parameter bounds: upper bounds of the buckets, in rising order.
        case histogram(bounds: [Double])

        package var name: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    package var kind: Kind {
        switch self {
        case .submissions, .deliveries, .proxyHeadersIgnored, .connectionsRefused, .requestsRefused, .refusalsFolded,
            .malformedFrames, .staffSignInsRefused,
            .overBudget:
            .counter
        case .queueDeliveries, .queueOldestAge, .queueDifference, .ready, .health, .vaultAnswers, .vaultClockTrusted,
            .breakerOpen,
            .limitKeys, .openReports, .lastPurge:
            .gauge
        case .commitBatch: .histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256])
        case .commitDuration:
            .histogram(bounds: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1])
        case .vaultRequest: .histogram(bounds: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600])
        }
    }

    package var help: String {
        switch self {
        case .submissions: "Letters posted, by what was decided about them."
        case .deliveries: "Attempts at deliveries that have ended, by outcome."
        case .queueDeliveries: "Deliveries in the store, by state."
        case .queueOldestAge: "Age of the oldest delivery that waits, is under way or is held."
        case .queueDifference: "Accepted letters less the sum of all states; anything but 0 is a fault."
        case .commitBatch: "Units that one transaction made durable."
        case .commitDuration: "How long a COMMIT took, its sync included."
        case .vaultRequest: "How long the vault took to answer, by verb."
        case .ready: "Whether this part lets the relay take letters, as /ready says."
        case .health: "Whether this condition holds now: 1 is a matter for the operator, whom postern doctor tells more."
        case .vaultAnswers: "Whether the vault answered the last request."
        case .overBudget: "Letters that had to wait because the relay asked for more than the vault lets out."
        case .vaultClockTrusted: "Whether the vault believes its clock enough to destroy keys by it."
        case .breakerOpen: "Whether deliveries stand still because the smarthost refuses us."
        case .limitKeys: "Clients, senders, texts and recipients that the limits remember."
        case .proxyHeadersIgnored: "Requests whose proxy header was not believed, by why."
        case .connectionsRefused: "Connections closed before their time, by why."
        case .staffSignInsRefused: "Sign-ins of staff whose password, code or passkey was wrong."
        case .requestsRefused: "Requests of networks over their limit, by what became of them."
        case .refusalsFolded: "Refusals that were counted on the log entry of another one of the same network, by rule."
        case .malformedFrames: "Connections between the processes that were cut off because of what they sent, by who did."
        case .openReports: "Letters that recipients have reported and nobody has decided about."
        case .lastPurge: "When rows whose time was over were removed last."
        }
    }
}
