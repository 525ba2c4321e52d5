package import PosternCore
internal import PosternStore

/// What a member does at their own page. Each act leaves a trace under the member's own name.
extension MemberService {
    package func act(_ act: MemberAct, _ session: SessionSecret) async -> MemberActAnswer {
        do {
            guard let opened = try await open(session) else { return .signedOut }
            let change = try await carryOut(act, for: opened)
            if act == .erase, change == .changed { return .erased }
            // Erased at this moment, or the session was ended.
            guard let page = try await page(session) else { return .signedOut }
            switch change {
            case .changed: return .done(page)
            case .sameAddress: return .sameAddress
            case .changedLately(let end): return .changedLately(until: end)
            case .limited(let wait): return .limited(retryAfter: wait)
            case .changedMeanwhile: return .changedMeanwhile(page)
            // The vault no longer takes the link that the session was traded for.
            case .denied: return .signedOut
            }
        } catch {
            return .unavailable(retryAfter: failed("carry out what a member wants", error))
        }
    }

    private func carryOut(_ act: MemberAct, for opened: OpenedSession) async throws -> MemberOperations.Change {
        let recipient = opened.recipient
        let members = operations.by(.recipient(recipient.id)).members(vault)
        switch act {
        case .settings(let settings): return try await members.change(settings, of: recipient)
        case .words(let name, let language):
            return try await members.changeWords(of: recipient, to: name, language, with: opened.proof)
        case .pause(let end): return try await members.pause(recipient, until: end)
        case .resume: return try await members.resume(recipient)
        case .unmute(let visitor): try await members.unmute(visitor, by: recipient)
        case .unmuteConnection(let conversation): try await members.unmuteConnection(from: conversation, by: recipient)
        case .mute(let visitor, let conversation):
            return try await members.mute(visitor, from: conversation, by: recipient)
        case .changeAddress(let address):
            return try await members.changeAddress(of: recipient, to: address, with: opened.proof)
        case .cancelAddressChange: return try await members.cancelAddressChange(of: recipient, with: opened.proof)
        case .erase: return try await members.erase(recipient, with: opened.proof)
        }
        return .changed
    }

    // MARK: - Undoing a change of address

    package func addressChange(_ link: MailedToken) async throws -> AddressChangeView? {
        try await find(link)?.view
    }

    package func setUndone(_ isUndone: Bool, _ link: MailedToken) async -> UndoAnswer {
        do {
            guard let found = try await find(link) else { return .notValid }
            let members = operations.by(.recipient(found.recipient.id)).members(vault)
            let change = try await members.setUndone(isUndone, found.change, of: found.recipient, by: link)
            guard let view = try await addressChange(link) else { return .notValid }
            switch change {
            case .changed: return .done(view)
            case .denied: return .notValid
            case .limited(let wait): return .unavailable(retryAfter: wait)
            case .changedMeanwhile, .changedLately, .sameAddress: return .unavailable(retryAfter: .seconds(1))
            }
        } catch {
            return .unavailable(retryAfter: failed("undo a change of address", error))
        }
    }

    private struct FoundChange: Sendable {
        let change: AddressChange
        let recipient: Recipient
        let site: Site

        var view: AddressChangeView { change.view(of: recipient, at: site) }
    }

    private func find(_ link: MailedToken) async throws -> FoundChange? {
        let now = operations.now()
        return try await store.read { transaction in
            guard let change = try transaction.addressChanges.find(link.change, at: now),
                let recipient = try transaction.recipients.find(change.recipient), recipient.record != nil,
                let site = try transaction.sites.find(recipient.site)
            else { return nil }
            return FoundChange(change: change, recipient: recipient, site: site)
        }
    }
}

extension AddressChange {
    func view(of recipient: Recipient, at site: Site) -> AddressChangeView {
        AddressChangeView(
            site: site, handle: recipient.handle, language: recipient.language, asked: asked, confirmed: confirmed,
            undone: undone, end: end)
    }
}
