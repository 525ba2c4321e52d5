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

    package init(
        id: RecipientID, site: SiteID, handle: Handle, name: HeaderText, language: Language, state: State, record: SealedRecord?
    ) {
        self.id = id
        self.site = site
        self.handle = handle
        self.name = name
        self.language = language
        self.state = state
        self.record = record
    }

    package var takesLetters: Bool { state == .active && record != nil }
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
