internal import PosternCore
internal import PosternJournal
package import PosternLink

extension Journal.Record {
    /// What the relay says that somebody has done. A member of staff is named where the journal keeps whom it is about.
    package init(_ deed: RelayDeed) {
        let event: JournalEvent =
            switch deed.deed {
            case .blockAdded(let id): .blockAdded(id)
            case .blockRemoved(let id): .blockRemoved(id)
            case .tokenRevoked(let id): .tokenRevoked(id)
            case .staffLockedOut: .staffLockedOut
            case .decided(let id, let act, let count): .decided(id, act, count: count)
            case .decisionUndone(let id): .decisionUndone(id)
            case .waveReleased(let id): .waveDecided(id, .released)
            case .waveWithdrawn(let id): .waveDecided(id, .withdrawn)
            case .waveUndone(let id): .waveDecided(id, .undone)
            }
        // Who did it stands in the trace of operations; here, whom it was done to.
        if case .staffLockedOut(let name) = deed.deed {
            self.init(deed.actor == .operator ? .operator : .staff, event, about: Reveals.subject(name))
            return
        }
        switch deed.actor {
        case .operator: self.init(.operator, event)
        case .staff(let name): self.init(.staff, event, about: (try? StaffName(name)).map { Reveals.subject($0) })
        case .recipient, .visitor, .site, .service: self.init(.relay, event)
        }
    }
}
