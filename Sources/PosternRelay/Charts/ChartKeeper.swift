package import Logging
package import PosternCore
package import PosternStore
internal import ServiceLifecycle

/// Writes what the charts are drawn from: every half minute what this process has counted since, and of each day that is over who got
/// the most letters. A process that dies takes half a minute of its counts with it; the log has every entry.
package struct ChartKeeper: Service {
    private let store: any Database
    private let counted: @Sendable () -> [ChartSeries: Int]
    private let waiting: @Sendable () async throws -> Int
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let isClockTrusted: @Sendable (Timestamp) -> Bool

    private static let interval = Duration.seconds(30)
    /// How many days that are over are looked at for what is not counted yet.
    private static let days: Int32 = 7
    private static let mostOfDay = 50

    /// - Parameters:
    ///   - counted: since the process started; nothing of levels.
    ///   - waiting: how many deliveries have not ended.
    package init(
        store: any Database, counted: @escaping @Sendable () -> [ChartSeries: Int],
        waiting: @escaping @Sendable () async throws -> Int, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        isClockTrusted: @escaping @Sendable (Timestamp) -> Bool
    ) {
        self.store = store
        self.counted = counted
        self.waiting = waiting
        self.logger = logger
        self.now = now
        self.isClockTrusted = isClockTrusted
    }

    package func run() async throws {
        var last = await cancelWhenGracefulShutdown { () -> ChartNews in
            var (news, known) = (ChartNews(), Set<Epoch>())
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                // By a clock that is ahead, hours would have figures that have not come yet.
                guard isClockTrusted(now()) else { continue }
                await keep(&news)
                await countDays(&known)
            }
            return news
        }
        await keep(&last)
    }

    /// Writes what is new, if anything is.
    package func keep(_ news: inout ChartNews) async {
        let moment = now()
        do {
            let oldest = try await store.read { try $0.queue.oldestWaiting() }
            var totals = counted()
            totals[.waiting] = try await waiting()
            totals[.oldest] = oldest.map { Int(max(moment.since($0), .zero).components.seconds) } ?? 0
            let figures = news.figures(totals, at: moment)
            guard !figures.isEmpty else { return }
            try await store.write { transaction in for figure in figures { try transaction.figures.note(figure) } }
            news.wrote(figures)
        } catch {
            logger.info("charts: could not write figures; tried again soon", metadata: ["error": "\(error)"])
        }
    }

    /// - Parameter known: days that need not be looked at again.
    package func countDays(_ known: inout Set<Epoch>) async {
        let today = Epoch(containing: now())
        for back in 1...Self.days {
            let epoch = Epoch(day: today.day - back)
            guard !known.contains(epoch) else { continue }
            do {
                try await count(epoch)
                known.insert(epoch)
            } catch {
                logger.info("charts: could not count a day; tried again soon", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    private func count(_ epoch: Epoch) async throws {
        let ranked = try await store.read { transaction in
            try transaction.figures.hasRecipients(of: epoch)
                ? [] : transaction.figures.recipients(on: epoch, limit: Self.mostOfDay)
        }
        guard !ranked.isEmpty else { return }
        try await store.write { try $0.figures.keep(ranked, of: epoch) }
    }
}

/// Which of the figures that are counted from the start of a process are new.
package struct ChartNews: Sendable {
    private var written: [ChartSeries: Int] = [:]
    private var hour: Timestamp?

    package init() {}

    /// - Parameter totals: of levels, how high they are now.
    package func figures(_ totals: [ChartSeries: Int], at now: Timestamp) -> [HourlyFigure] {
        totals.compactMap { series, total in
            let before = series.isLevel && hour != now.hour ? 0 : written[series, default: 0]
            let value = series.isLevel ? total : total - before
            guard series.isLevel ? total > before : value > 0 else { return nil }
            return HourlyFigure(hour: now.hour, series: series, value: value)
        }
    }

    /// They are in the store.
    package mutating func wrote(_ figures: [HourlyFigure]) {
        guard let latest = figures.first?.hour else { return }
        if hour != latest { for series in ChartSeries.allCases where series.isLevel { written[series] = nil } }
        hour = latest
        for figure in figures {
            written[figure.series] = figure.series.isLevel ? figure.value : written[figure.series, default: 0] + figure.value
        }
    }
}
