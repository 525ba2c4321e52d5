package import PosternCore
internal import PosternLink

/// A person's second factor, for what is asked again each time.
extension StaffAccounts {
    enum SecondFactor: Equatable, Sendable {
        case right
        case wrong
        /// A code that was right once.
        case usedBefore
    }

    /// What somebody has to show.
    /// - Returns: nil where the record is not ours for that name and role, or not the newest.
    func way(of claim: StaffClaim) -> RevealWay? {
        switch current(claim.record, of: claim.name, claim.role) {
        case .password: .code
        case .passkey(let passkey): .passkey(credential: passkey.credential)
        case nil: nil
        }
    }

    /// A code without the password: the password was asked for when the session began, and a relay that was taken over has it by now.
    /// What it does not have is the next code.
    /// - Parameter challenge: ours, about this and spent.
    func check(
        _ proof: RevealProof, of claim: StaffClaim, challenge: [UInt8], at now: Timestamp
    ) async throws -> SecondFactor {
        switch (proof, current(claim.record, of: claim.name, claim.role)) {
        case (.code(let code), .password(let kept)):
            if let step = OneTimeCode(secret: kept.secret).step(of: code, at: now) {
                return try await spend(step, of: claim.name) ? .right : .usedBefore
            }
            guard let place = place(ofRecoveryCode: code, among: kept, of: claim.name) else { return .wrong }
            let name = AuthorisedName.staffCode(claim.name, version: claim.record.version, place: place)
            return try await use(name, upTo: 1) ? .right : .usedBefore
        case (.passkey(let credential, let clientData, let authenticatorData, let signature), .passkey(let passkey)):
            let assertion = PasskeyAssertion(
                credential: credential, clientData: clientData, authenticatorData: authenticatorData, signature: signature)
            let isSigned = try await isSigned(
                assertion, challenge, by: passkey,
                countedAs: .staffSignatures(claim.name, version: claim.record.version))
            return isSigned ? .right : .wrong
        default: return .wrong
        }
    }

    /// How often somebody was shown something today. A clock that was set back gives nothing back.
    func reveals(of name: StaffName, at now: Timestamp) -> RevealCount {
        RevealCount(number: used(of: .staffReveals(name)), at: now)
    }

    /// Counts one more, on disk before it returns.
    /// - Returns: false when there is no room for it.
    func countReveal(of name: StaffName, atMost most: Int, at now: Timestamp) async throws -> Bool {
        while true {
            let count = reveals(of: name, at: now)
            guard count.made < most else { return false }
            // Where another was faster, there is one more.
            if try await use(.staffReveals(name), upTo: count.next) { return true }
        }
    }
}

/// A day and a number in one that only rises, as the memory keeps it.
package struct RevealCount: Equatable, Sendable {
    private static let width = Int32(RevealRule.mostPossible) + 1

    package let day: Epoch
    package let made: Int

    /// - Parameter number: as it was kept; 0 for never.
    package init(number: Int32, at now: Timestamp) {
        let today = Epoch(containing: now)
        let (day, made) = number.quotientAndRemainder(dividingBy: Self.width)
        self.day = max(today, Epoch(day: day))
        self.made = day < today.day ? 0 : Int(made)
    }

    package var next: Int32 { day.day * Self.width + Int32(made) + 1 }
}
