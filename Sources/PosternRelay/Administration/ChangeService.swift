package import Logging
package import PosternCore
internal import PosternLink
private import PosternStore

/// Carries what administrators want changed to the vault, which decides, and keeps what the vault has done: by the operations of the
/// command line. The vault comes first, as it does there: what it has ended counts no more, whatever the store says.
package struct ChangeService: ChangeServing {
    private let vault: VaultLink
    private let operations: Operations
    /// Where the links lead.
    private let staffURL: WebOrigin
    private let logger: Logger

    /// - Parameter operations: by whomever; each change is made by the administrator.
    package init(vault: VaultLink, operations: Operations, staffURL: WebOrigin, logger: Logger) {
        self.vault = vault
        self.operations = operations
        self.staffURL = staffURL
        self.logger = logger
    }

    package func begin(_ wish: ChangeWish, by staff: SignedInStaff) async throws -> ChangeStart {
        guard let request = try await request(wish, by: staff) else { return .refused(.account) }
        return switch try await vault.begin(request) {
        case .offer(let challenge, let way): .offer(challenge: challenge, way)
        case .refused(let refusal): .refused(refusal)
        }
    }

    package func make(
        _ wish: ChangeWish, challenge: [UInt8], _ proof: RevealProof, by staff: SignedInStaff
    ) async throws -> ChangeOutcome {
        guard let request = try await request(wish, by: staff) else { return .refused(.account) }
        let answer = try await vault.make(ChangeAttempt(request: request, challenge: challenge, proof: proof))
        if case .refused(let refusal) = answer { return .refused(refusal) }
        let operations = operations.by(.staff(staff.name.text))
        switch (wish.what, answer) {
        case (.account(let name, let change), _):
            return try await keep(change, of: name, answer, because: wish.reason.text, operations.staff)
        case (.site(let id, _, _), .site(let site)) where site.id == id:
            var change = SiteOperations.Change()
            change.authorised = site
            try await operations.sites.change(id, change, because: wish.reason.text)
            return .done
        default: throw Mismatch()
        }
    }

    /// The vault did something else than it was asked.
    private struct Mismatch: Error {}

    private func keep(
        _ change: AccountChange, of name: StaffName, _ answer: ChangeAnswer, because reason: String, _ staff: StaffOperations
    ) async throws -> ChangeOutcome {
        do {
            if case .link(let link) = answer, let role = change.role {
                let outcome = try outcome(link, of: name, role, waits: change.waits)
                switch change {
                case .add: try await staff.add(name, role, because: reason)
                case .reset: try await staff.reset(name, because: reason)
                case .move: try await staff.move(name, to: role, because: reason)
                case .remove: throw Mismatch()
                }
                return outcome
            }
            guard change == .remove, answer == .removed else { throw Mismatch() }
            try await staff.remove(name, because: reason)
            return .done
        } catch let fault as any OperationFault {
            throw fault
        } catch {
            logger.error(
                "staff: the store has not kept what the vault has done", metadata: ["account": "\(name)", "error": "\(error)"])
            throw StaffOperations.Fault.unkept(name)
        }
    }

    private func outcome(
        _ link: StaffLink, of name: StaffName, _ role: StaffRole, waits: Bool
    ) throws -> ChangeOutcome {
        guard link.name == name, link.role == role else { throw Mismatch() }
        return .link(
            "\(staffURL)/enrol/\(name)/\(link.token.text)", waits: waits ? link.token.id.moment + ChangeRule.wait : nil)
    }

    /// - Returns: nil if the administrator's account is gone, or waits for a link.
    /// - Throws: an `OperationFault` where there is nothing of that kind to change.
    private func request(_ wish: ChangeWish, by staff: SignedInStaff) async throws -> ChangeRequest? {
        let change = try await change(wish)
        guard let account = try await operations.store.read({ try $0.staffAccounts.find(staff.account) }),
            let record = account.record
        else { return nil }
        return ChangeRequest(
            claim: StaffClaim(name: account.name, role: account.role, record: record), change: change, reason: wish.reason)
    }

    private func change(_ wish: ChangeWish) async throws -> AdministratorChange {
        switch wish.what {
        case .account(let name, let change):
            let found = try await operations.store.read { try $0.staffAccounts.find(name) }
            switch (change, found?.role) {
            case (.add, .some): throw StaffOperations.Fault.taken(name)
            case (.add, nil), (.remove, .some): break
            case (_, nil): throw StaffOperations.Fault.unknown(name)
            case (.reset(let role), .some(let current)):
                guard role == current else { throw StaffOperations.Fault.changedMeanwhile(name) }
            case (.move(let role), .some(let current)):
                guard role != current else { throw StaffOperations.Fault.changedMeanwhile(name) }
            }
            return .account(name, change)
        case .site(let id, let name, let origins):
            return .site(SiteRequest(id: id, name: name, origins: origins, former: try await operations.sites.find(id)))
        }
    }
}
