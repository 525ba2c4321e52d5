internal import PosternCore
internal import PosternStore

extension BlockOperations {
    /// Of the log, when hits are counted: each entry is read.
    private static let mostEntries = 3_000

    /// Newest first, with who added each and what it met.
    /// - Parameter before: the number at which the page before ended.
    package func lines(before: Int64?, limit: Int) async throws -> BlockList {
        let (now, blockCache) = (operations.now(), operations.blockCache)
        return try await operations.store.read { transaction in
            let blocks = try transaction.blocks.list().reversed().filter { block in before.map { block.id < $0 } ?? true }
            let entries = try transaction.submissionLog.latest(
                LogFilter(since: now - .days(7), rule: .block), limit: Self.mostEntries)
            var hits: [Int64: Int] = [:]
            for entry in entries {
                for id in Set(entry.verdict.parts.compactMap(\.block)) { hits[id, default: 0] += 1 + entry.repeats }
            }
            let lines = try blocks.prefix(limit).map { block in
                let current = blockCache?.current(block) ?? block
                return BlockLine(
                    block: block, author: try Self.author(of: block, transaction), hits: hits[block.id] ?? 0,
                    isActive: current.isActive(at: now), isOutdated: current.isOutdated(at: now))
            }
            return BlockList(
                lines: lines, hasMore: blocks.count > limit, hasAllHits: entries.count < Self.mostEntries)
        }
    }

    /// From the trace, which has the moment in its ids: so nothing is looked through.
    private static func author(of block: Block, _ transaction: any Transaction) throws -> Actor? {
        let end = OperationID.floor(of: block.added + .milliseconds(1))
        return try transaction.operationTrace.latest(before: end, limit: 8)
            .first { $0.verb == .addBlock && $0.subject == "block \(block.id)" }?.actor
    }

    /// What a block would have met in the last week.
    /// - Parameter days: what it stands for on each; nil where only opened letters could say.
    func weight(of days: [ClientNames.Day]?, isWide: Bool = false) async throws -> BlockWeight {
        let begin = operations.now() - .days(7)
        let accepted = try await operations.log.decisions(since: begin)[.accept] ?? 0
        guard let days else { return BlockWeight(met: nil, accepted: accepted, isWide: isWide) }
        let met = try await self.accepted(days, since: begin, limit: BlockWeight.most)
        return BlockWeight(met: met, accepted: accepted, days: days.filter { $0.epoch.end > begin }.count)
    }

    /// The same for a block as the command names it: a tag is counted on its day.
    func weight(of mark: Block.Mark) async throws -> BlockWeight {
        guard case .tag(let tag, let epoch) = mark else { return try await weight(of: nil as [ClientNames.Day]?) }
        return try await weight(of: [ClientNames.Day(epoch: epoch, tag: tag)])
    }

    /// How many accepted letters since then have these tags, each on its day; at most `limit`.
    private func accepted(_ days: [ClientNames.Day], since begin: Timestamp, limit: Int) async throws -> Int {
        try await operations.store.read { transaction in
            var count = 0
            for day in days where day.epoch.end > begin && count < limit {
                let filter = LogFilter(
                    since: max(day.epoch.start, begin), until: day.epoch.end, decision: .accept, tag: day.tag)
                count += try transaction.submissionLog.latest(filter, limit: limit - count).count
            }
            return count
        }
    }
}
