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
            }
        switch deed.actor {
        case .operator: self.init(.operator, event)
        case .staff(let name): self.init(.staff, event, about: (try? StaffName(name)).map { Reveals.subject($0) })
        case .recipient, .visitor, .site, .service: self.init(.relay, event)
        }
    }
}
