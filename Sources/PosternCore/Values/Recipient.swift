/// A person who receives letters, as the relay knows them: everything but the address.
package struct Recipient: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// The address has not been proven yet.
        case unconfirmed
        case active
        /// Takes no letters for now.
        case paused
        /// Gone; the row stays so that the handle is not given to somebody else unnoticed.
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
        (self.id, self.site, self.handle, self.name) = (id, site, handle, name)
        (self.language, self.state, self.record) = (language, state, record)
    }

    package var takesLetters: Bool { state == .active && record != nil }
}

/// A sealed address with the vault's word on it. Opaque to the relay, which can store it and hand it back.
package struct SealedRecord: Hashable, Sendable {
    /// Counts the times the address was sealed anew; part of the associated data.
    package let version: Int32
    package let seal: [UInt8]
    /// The vault's MAC over site, handle, recipient, version and seal.
    package let authorisation: [UInt8]

    package init(version: Int32, seal: [UInt8], authorisation: [UInt8]) {
        (self.version, self.seal, self.authorisation) = (version, seal, authorisation)
    }
}
