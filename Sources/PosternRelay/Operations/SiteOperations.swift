package import PosternCore
internal import PosternStore

/// The web sites that use this installation.
package struct SiteOperations: Sendable {
    /// What to change about a site; nil leaves it as it is.
    package struct Change: Sendable {
        /// The site with name and origins as the vault authorised them, both at once.
        package var authorised: Site?
        /// `.some(nil)` takes the site's own colour away.
        package var accent: AccentColour??
        /// By language; a nil text takes one away.
        package var introductions: [Language: HeaderText?] = [:]
        package var languages: [Language]?
        package var joining: Joining?
        package var writers: Writers?

        package init() {}
    }

    package enum Fault: OperationFault {
        case unknown(SiteID)
        case exists(SiteID)
        case changedMeanwhile(SiteID)
        case inUse(SiteID, recipients: Int)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no site “\(id)”"
            case .exists(let id): "there is already a site “\(id)”; it was left as it is"
            case .inUse(let id, let count):
                "site \(id) has \(count == 1 ? "1 recipient" : "\(count) recipients"); it was left as it is"
            case .changedMeanwhile(let id): "site \(id) was changed by somebody else just now; it was left as it is"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown: "See postern site list; add one with postern site add."
            case .exists(let id): "Change it with postern site set \(id)."
            case .inUse: "Erase them first: postern site remove does it when you let it."
            case .changedMeanwhile: "Look at it with postern site list, and try again."
            }
        }
    }

    let operations: Operations

    /// - Throws: `Fault.exists`, or what the store throws.
    package func add(_ site: Site) async throws {
        let record = operations.trace(.addSite, site.id.text)
        try await operations.write(record) { transaction in
            guard try transaction.sites.add(site, at: record.at) else { throw Fault.exists(site.id) }
        }
    }

    /// Sorted by id.
    package func list() async throws -> [Site] {
        try await operations.store.read { try $0.sites.list() }
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func find(_ id: SiteID) async throws -> Site {
        guard let site = try await operations.store.read({ try $0.sites.find(id) }) else { throw Fault.unknown(id) }
        return site
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func change(_ id: SiteID, _ change: Change, because reason: String? = nil) async throws {
        try await operations.write(operations.trace(.changeSite, id.text, because: reason), isErasing: true) { transaction in
            guard let site = try transaction.sites.find(id) else { throw Fault.unknown(id) }
            guard try transaction.sites.change(site.applying(change)) else { throw Fault.changedMeanwhile(id) }
        }
    }

    /// Takes a site away whose recipients have been erased. What was logged of it stays as long as the rest of the log.
    /// - Throws: `Fault.unknown`, `Fault.inUse`, or what the store throws.
    package func remove(_ id: SiteID) async throws {
        let record = operations.trace(.removeSite, id.text)
        try await operations.write(record, isErasing: true) { transaction in
            let count = try transaction.sites.recipientCount(of: id)
            guard count == 0 else { throw Fault.inUse(id, recipients: count) }
            guard try transaction.sites.remove(id, at: record.at) else { throw Fault.unknown(id) }
        }
    }

    /// - Parameter logo: nil takes the logo away.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func setLogo(_ logo: Logo?, of id: SiteID) async throws {
        try await operations.write(operations.trace(.setLogo, id.text), isErasing: true) { transaction in
            guard try transaction.sites.setLogo(logo, of: id) else { throw Fault.unknown(id) }
        }
    }
}

extension Site {
    fileprivate func applying(_ change: SiteOperations.Change) -> Site {
        var look = look
        if let accent = change.accent { look.accent = accent }
        for (language, text) in change.introductions { look.introductions[language] = text }
        if let languages = change.languages { look.languages = languages }
        let words = change.authorised ?? self
        return Site(
            id: id, name: words.name, origins: words.origins, look: look, authorisation: words.authorisation,
            joining: change.joining ?? joining, writers: change.writers ?? writers)
    }
}
