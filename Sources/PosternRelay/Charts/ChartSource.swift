package import PosternCore
private import PosternStore
private import Synchronization

/// Everything that is drawn of one span.
package struct ChartView: Equatable, Sendable {
    package struct Person: Equatable, Sendable {
        package let site: SiteID
        package let handle: Handle
        package let letters: Int

        package init(site: SiteID, handle: Handle, letters: Int) {
            (self.site, self.handle, self.letters) = (site, handle, letters)
        }
    }

    package struct Client: Equatable, Sendable {
        package let tag: Tag
        package let letters: Int

        package init(tag: Tag, letters: Int) {
            (self.tag, self.letters) = (tag, letters)
        }
    }

    package let span: ChartSpan
    /// When its parts begin, oldest first.
    package let starts: [Timestamp]
    /// One for each part.
    package let values: [ChartSeries: [Int]]
    /// Who got the most letters, the most first.
    package let people: [Person]
    /// Of today alone: tomorrow clients are called otherwise.
    package let clients: [Client]

    package init(
        span: ChartSpan, starts: [Timestamp], values: [ChartSeries: [Int]], people: [Person] = [], clients: [Client] = []
    ) {
        self.span = span
        self.starts = starts
        self.values = values
        self.people = people
        self.clients = clients
    }

    /// Sorts figures into the parts of a span.
    /// - Parameter figures: in any order; those before the first part are left out.
    package static func values(_ figures: [HourlyFigure], _ span: ChartSpan, from start: Timestamp) -> [ChartSeries: [Int]] {
        var values = Dictionary(uniqueKeysWithValues: ChartSeries.allCases.map { ($0, Array(repeating: 0, count: span.parts)) })
        for figure in figures where figure.hour >= start {
            let part = Int((figure.hour.milliseconds - start.milliseconds) / span.part.milliseconds)
            guard part < span.parts, let before = values[figure.series]?[part] else { continue }
            values[figure.series]?[part] = figure.series.isLevel ? max(before, figure.value) : before + figure.value
        }
        return values
    }
}

/// Where the page of charts gets what it draws.
package protocol ChartSource: Sendable {
    func chart(_ span: ChartSpan) async throws -> ChartView
}

/// Draws from the store, and keeps what it found for ten seconds: counting today's log takes a moment where it is long.
package final class ChartService: ChartSource {
    private let operations: Operations
    private let kept = Mutex<[ChartSpan: (at: Timestamp, view: ChartView)]>([:])

    private static let freshness = Duration.seconds(10)
    private static let rows = 10
    /// Most tags are of networks; a client is called by the narrowest of its own.
    private static let mostTags = 80

    package init(operations: Operations) {
        self.operations = operations
    }

    package func chart(_ span: ChartSpan) async throws -> ChartView {
        let now = operations.now()
        if let last = kept.withLock({ $0[span] }), last.at <= now, now.since(last.at) < Self.freshness { return last.view }
        let starts = span.starts(at: now)
        let first = starts.first ?? now
        let today = Epoch(containing: now)
        let view = try await operations.store.read { transaction in
            ChartView(
                span: span, starts: starts,
                values: ChartView.values(try transaction.figures.list(since: first), span, from: first),
                people: try Self.people(span, first, today, transaction), clients: try Self.clients(today, transaction))
        }
        kept.withLock { $0[span] = (now, view) }
        return view
    }

    private static func people(
        _ span: ChartSpan, _ first: Timestamp, _ today: Epoch, _ transaction: any Transaction
    ) throws -> [ChartView.Person] {
        var letters: [RecipientID: Int] = [:]
        for one in try transaction.figures.recipients(on: today, limit: 50) { letters[one.recipient] = one.letters }
        if span != .day {
            for one in try transaction.figures.recipients(since: Epoch(containing: first), limit: 50) {
                letters[one.recipient, default: 0] += one.letters
            }
        }
        let ranked = letters.sorted { ($1.value, $0.key.high, $0.key.low) < ($0.value, $1.key.high, $1.key.low) }
        return try ranked.prefix(rows).compactMap { id, count in
            try transaction.recipients.find(id).map {
                ChartView.Person(site: $0.site, handle: $0.handle, letters: count)
            }
        }
    }

    private static func clients(_ today: Epoch, _ transaction: any Transaction) throws -> [ChartView.Client] {
        var clients: [ChartView.Client] = []
        for one in try transaction.figures.tags(on: today, limit: mostTags) where clients.count < rows {
            guard try transaction.submissionLog.entry(one.latest)?.tags.first == one.tag else { continue }
            clients.append(ChartView.Client(tag: one.tag, letters: one.letters))
        }
        return clients
    }
}
