/// A person who receives letters, as the relay knows them: everything except the address.
package struct Recipient: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// The address has not been proven yet.
        case unconfirmed
        case active
        /// Takes no letters for now.
        case paused
        /// Gone. The row stays, so that nobody else gets the handle by accident.
        case erased
    }

    package let id: RecipientID
    package let site: SiteID
    package let handle: Handle
    package let name: HeaderText
    package let language: Language
    package let state: State
    /// Nil once erased.
    package let record: SealedRecord?
    /// As the store has them; the vault sends none back.
    package let settings: MemberSettings

    package init(
        id: RecipientID, site: SiteID, handle: Handle, name: HeaderText, language: Language, state: State, record: SealedRecord?,
        settings: MemberSettings = .standard
    ) {
        self.id = id
        self.site = site
        self.handle = handle
        self.name = name
        self.language = language
        self.state = state
        self.record = record
        self.settings = settings
    }

    package var takesLetters: Bool { state == .active && record != nil }

    /// With letters coming again where the pause had an end that is over. The store may say so later.
    package func asOf(_ now: Timestamp) -> Recipient {
        guard state == .paused, let end = settings.pausedUntil, end <= now else { return self }
        var settings = settings
        settings.pausedUntil = nil
        return Recipient(
            id: id, site: site, handle: handle, name: name, language: language, state: .active, record: record, settings: settings
        )
    }
}

/// A sealed address with the vault's authorisation. The relay cannot read it; it stores it and hands it back.
package struct SealedRecord: Hashable, Sendable {
    /// How many times the address has been sealed; part of the associated data.
    package let version: Int32
    package let seal: [UInt8]
    /// The vault's MAC over site, handle, recipient, version, seal, name and language, after a byte for its format. One of an
    /// earlier version of the program covers neither name nor language, and is the MAC alone.
    package let authorisation: [UInt8]

    package init(version: Int32, seal: [UInt8], authorisation: [UInt8]) {
        self.version = version
        self.seal = seal
        self.authorisation = authorisation
    }
}
