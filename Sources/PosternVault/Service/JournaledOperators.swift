package import PosternCore
internal import PosternJournal
package import PosternLink

/// What the operator's commands ask of the vault, with the entry in its journal that each of it leaves. A wish that must leave one is
/// refused while none can be written; that somebody is erased is not.
package struct JournaledOperators: Sendable {
    private let enrolment: Enrolment
    private let links: StaffLinks
    private let searcher: AddressSearcher
    private let keys: AddressKeyChange
    private let journal: Journal

    package init(
        enrolment: Enrolment, links: StaffLinks, searcher: AddressSearcher, keys: AddressKeyChange, journal: Journal
    ) {
        self.enrolment = enrolment
        self.keys = keys
        self.links = links
        self.searcher = searcher
        self.journal = journal
    }

    /// How a recipient is called where the journal keeps whom it is about.
    package static func subject(_ handle: Handle, at site: SiteID) -> String { "\(site)/\(handle)" }

    /// - Throws: `LinkRefusal`; `ByteFault` when the payload is not what the verb takes, or why something cannot be sealed.
    package func answer(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .staffLink, .staffEnd:
            try await check()
            let answer = try await links.answer(verb, payload)
            try await record(records(of: verb, payload))
            return answer
        case .search:
            let request = try AddressSearch(payload: payload)
            if request.isFirst { try await record([.init(.operator, .addressSought)]) }
            return searcher.search(request).payload
        case .rotateAddressKey: return try await keys.rotate().payload
        case .retireKeys: return try await keys.retire(try KeyRetirement(payload: payload)).payload
        case .record:
            let deed = try OperatorDeed(payload: payload)
            if case .tokenRevoked(let token) = deed { try await enrolment.revoke(token) }
            try await record(records(of: deed))
            return []
        case .note:
            let answer = try await enrolment.answer(verb, payload)
            await noteErased(try RecordNotes(payload: payload))
            return answer
        default:
            let records = try records(of: verb, payload)
            if !records.isEmpty { try await check() }
            let answer = try await enrolment.answer(verb, payload)
            try await record(records)
            return answer
        }
    }

    /// - Throws: `LinkRefusal` (unavailable) when it cannot be written.
    package func record(_ records: [Journal.Record]) async throws {
        do {
            try await journal.record(records)
        } catch let fault as JournalFault {
            throw LinkRefusal(.unavailable, "\(fault)")
        }
    }

    private func check() async throws {
        do {
            try await journal.check()
        } catch let fault as JournalFault {
            throw LinkRefusal(.unavailable, "\(fault)")
        }
    }

    private func records(of verb: OperatorVerb, _ payload: [UInt8]) throws -> [Journal.Record] {
        switch verb {
        case .enrol:
            let request = try EnrolRequest(payload: payload)
            guard request.confirmed else { return [] }
            return request.entries.map {
                Journal.Record(.operator, .recipientAuthorised($0.site), about: Self.subject($0.handle, at: $0.site))
            }
        case .authoriseSite: return [.init(.operator, .siteAuthorised(try SiteRequest(payload: payload).id))]
        case .siteToken:
            let request = try SiteTokenRequest(payload: payload)
            return [.init(.operator, .tokenMade(request.site, request.id))]
        case .staffLink:
            let request = try StaffLinkRequest(payload: payload)
            return [.init(.operator, .staffLink(request.role), about: Reveals.subject(request.name))]
        case .staffEnd:
            let request = try StaffLinkRequest(payload: payload)
            return [.init(.operator, .staffLockedOut, about: Reveals.subject(request.name))]
        case .keys, .examine, .condition, .trustClock, .note, .record, .search, .nameSender, .rotateAddressKey, .retireKeys:
            // The last two have theirs already.
            return []
        }
    }

    private func records(of deed: OperatorDeed) -> [Journal.Record] {
        switch deed {
        case .keysExported(let ids): Journal.Record.ofKeys(ids, by: .operator) { .keysExported($0) }
        case .keysImported(let added, let hasMemory): [.init(.operator, .keysImported(added: added, hasMemory: hasMemory))]
        case .tokenRevoked(let id): [.init(.operator, .tokenRevoked(id))]
        }
    }

    private func noteErased(_ notes: RecordNotes) async {
        var records: [Journal.Record] = []
        var subjects: [String] = []
        for case .erased(.recipient(let handle, at: let site), _) in notes.all {
            records.append(.init(.operator, .recipientErased(site)))
            subjects.append(Self.subject(handle, at: site))
        }
        await journal.note(records)
        for subject in subjects { await journal.forget(subject) }
    }
}
