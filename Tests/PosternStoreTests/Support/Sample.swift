import PosternCore
import PosternStore

/// Values that look like the real ones.
enum Sample {
    static func site(_ id: String, origins: [String] = ["https://photos.example"]) throws -> Site {
        Site(
            id: try SiteID(id), name: try HeaderText("The Photographers", limit: 100),
            origins: origins.compactMap { WebOrigin($0) })
    }

    static func recipient(
        _ handle: String, at site: SiteID, state: Recipient.State = .active, using randomness: inout some RandomNumberGenerator
    ) throws -> Recipient {
        Recipient(
            id: RecipientID(high: randomness.next(), low: randomness.next()), site: site, handle: try Handle(handle),
            name: try HeaderText("Pat Photographer", limit: 100), language: .english, state: state, record: record(1))
    }

    static func record(_ version: Int32) -> SealedRecord {
        SealedRecord(version: version, seal: [9, UInt8(version)], authorisation: [8, UInt8(version)])
    }

    static func operation(at now: Timestamp) -> OperationRecord {
        OperationRecord(
            id: OperationID(high: UInt64(now.milliseconds) << 16, low: 1), at: now, actor: .operator, verb: .holdDeliveries,
            subject: "2 deliveries", reason: "a wave")
    }

    static func outcome(_ kind: Outcome.Kind, text: String = "250 2.0.0 Ok: queued") -> Outcome {
        Outcome(kind, health: .reached, diagnosis: .init(stage: .finalDot, code: 250, enhanced: "2.0.0", text: text))
    }

    static func settlement(
        _ kind: Outcome.Kind, of delivery: DeliveryJob, at now: Timestamp, schedule: RetrySchedule = .standard,
        text: String = "250 2.0.0 Ok: queued"
    ) throws -> Settlement {
        try settlement(outcome(kind, text: text), of: delivery, at: now, schedule: schedule)
    }

    static func settlement(
        _ outcome: Outcome, of delivery: DeliveryJob, at now: Timestamp, schedule: RetrySchedule = .standard
    ) throws -> Settlement {
        var middle = Middle()
        return try Settlement(
            of: outcome, attempt: delivery.attempt, since: delivery.start, at: now, schedule: schedule,
            using: &middle)
    }
}

/// No jitter: always the middle of the range.
struct Middle: RandomNumberGenerator {
    mutating func next() -> UInt64 { 1 << 63 }
}
