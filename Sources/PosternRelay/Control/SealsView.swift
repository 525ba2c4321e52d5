internal import PosternSealing
package import PosternStore

/// Which address keys the store needs, for the operator: numbers, and the names of those whose records stay as they are.
package struct SealsView: Codable, Sendable {
    package struct Need: Codable, Equatable, Sendable {
        /// Of the key.
        package let id: String
        package var recipients = 0
        /// Recipients whose seals have no secret of their own yet.
        package var formerForm = 0
        /// Changes of addresses that can still be undone, or were a moment ago. They end by themselves.
        package var changes = 0

        package init(id: String) {
            self.id = id
        }

        package var isNeeded: Bool { recipients > 0 || changes > 0 }
    }

    package let needs: [Need]
    /// Nil while no relay runs, and before it has looked.
    package let standing: SealStanding?
    /// Whether mails may be under way that were claimed with seals which are not in the store any more.
    package let isSettling: Bool

    package init(needs: [Need], standing: SealStanding?, isSettling: Bool) {
        self.needs = needs
        self.standing = standing
        self.isSettling = isSettling
    }

    package func need(of id: String) -> Need { needs.first { $0.id == id } ?? Need(id: id) }

    /// How many records are sealed to any of these keys. A relay that was taken over may say any number.
    package func recipients(of ids: some Sequence<String>) -> Int {
        ids.reduce(0) { sum, id in
            let (next, overflow) = sum.addingReportingOverflow(max(need(of: id).recipients, 0))
            return overflow ? .max : next
        }
    }

    /// Reads every recipient.
    /// - Parameter transaction: read-only will do.
    package static func needs(_ transaction: any Transaction) throws -> [Need] {
        var needs: [String: Need] = [:]
        for (head, count) in try transaction.recipients.sealCounts(Seal.headLength) {
            guard let id = Seal.key(inHead: head)?.description else { continue }
            needs[id, default: Need(id: id)].recipients += count
            if !Seal.hasOwnSecret(inHead: head) { needs[id]?.formerForm += count }
        }
        for (head, count) in try transaction.addressChanges.sealCounts(Seal.headLength) {
            guard let id = Seal.key(inHead: head)?.description else { continue }
            needs[id, default: Need(id: id)].changes += count
        }
        return needs.values.sorted { $0.id < $1.id }
    }
}
