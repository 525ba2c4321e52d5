internal import Logging
package import PosternCore
internal import PosternStore

/// What a client, or a network, is called on other days.
package struct ClientNames: Equatable, Sendable {
    package struct Day: Equatable, Sendable {
        package let epoch: Epoch
        package let tag: Tag

        package init(epoch: Epoch, tag: Tag) {
            (self.epoch, self.tag) = (epoch, tag)
        }
    }

    /// The latest first; at least one.
    package let days: [Day]
    /// Nil where only the day is known on which the tag was seen.
    package let reach: TagReach?
    /// 0 for a client, 1 and more for its networks, narrowest first.
    package let place: Int

    package init(days: [Day], reach: TagReach?, place: Int) {
        self.days = days
        self.reach = reach
        self.place = place
    }

    package func tag(on epoch: Epoch) -> Tag? { days.first { $0.epoch == epoch }?.tag }
}

/// Finds them: the vault opens the sealed address of one entry and answers with tags alone.
struct ClientNameFinder: Sendable {
    let operations: Operations
    let relate: DeskService.Relating
    let logger: Logger

    /// Entries of refusals are without a sealed address when there are many; one that has it is near.
    private static let looked = 20

    /// - Returns: nil for a tag that no entry of the log has.
    func names(of tag: Tag, _ reach: TagReach) async throws -> ClientNames? {
        let entries = try await operations.store.read {
            try $0.submissionLog.latest(LogFilter(tag: tag), limit: Self.looked)
        }
        guard let newest = entries.first, let place = newest.tags.firstIndex(of: tag) else { return nil }
        let alone = ClientNames(days: [.init(epoch: newest.epoch, tag: tag)], reach: nil, place: place)
        for entry in entries {
            guard let seal = entry.evidence, let site = try? SiteID(entry.site) else { continue }
            do {
                let days = try await relate(entry.id, site, seal, reach).compactMap { day in
                    day.tags.indices.contains(place) ? ClientNames.Day(epoch: day.epoch, tag: day.tags[place]) : nil
                }
                return days.isEmpty ? alone : ClientNames(days: days, reach: reach, place: place)
            } catch {
                logger.info("staff: the vault does not say what a client is called", metadata: ["error": "\(error)"])
                return alone
            }
        }
        return alone
    }
}
