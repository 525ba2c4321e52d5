package import PosternLink

/// What the relay says that somebody has done: its entry in the journal and, where it ends how somebody signs in or what a site's
/// token is good for, the end of that here too. Otherwise who can write to the store could put the former row back, and it would count
/// again.
package struct JournaledDeeds: Sendable {
    private let links: StaffLinks
    private let enrolment: Enrolment
    private let journal: Journal

    package init(links: StaffLinks, enrolment: Enrolment, journal: Journal) {
        self.links = links
        self.enrolment = enrolment
        self.journal = journal
    }

    /// - Throws: `LinkRefusal` where it ended in the relay alone; why the memory cannot be written.
    package func record(_ deed: RelayDeed) async throws {
        let hasEntry = await journal.noteForRelay(.init(deed))
        switch deed.deed {
        case .staffLockedOut(let name):
            try check(hasEntry)
            try await links.end(name)
        case .tokenRevoked(let token):
            try check(hasEntry)
            try await enrolment.revoke(token)
        case .blockAdded, .blockRemoved, .decided, .decisionUndone, .waveReleased, .waveWithdrawn, .waveUndone: break
        }
    }

    /// A taken-over relay can end anything, and each is remembered for good: it uses up no more of the memory than the journal shows.
    private func check(_ hasEntry: Bool) throws {
        guard hasEntry else { throw LinkRefusal(.unavailable, "too much was ended in this hour") }
    }
}
