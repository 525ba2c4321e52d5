package import PosternCore
internal import PosternLink

/// The second factor that each reveal and each administrator's change asks for.
extension StaffAccounts {
    enum SecondFactor: Equatable, Sendable {
        case right
        case wrong
        /// The code was right and has been used before.
        case usedBefore
        /// Too many were wrong: this one was not looked at.
        case limited(retryAfter: Duration)
    }

    /// The kind of second factor that a person must give.
    /// - Returns: nil if the record was not sealed by this vault for that name and role, or is not the newest.
    func way(of claim: StaffClaim) -> RevealWay? {
        switch current(claim.record, of: claim.name, claim.role) {
        case .password: .code
        case .passkey(let passkey): .passkey(credential: passkey.credential)
        case nil: nil
        }
    }

    /// Checks a passkey, or a one-time code without the password. The password was asked for when the session began, and a
    /// compromised relay would know it by now; what it does not know is the next code.
    /// - Parameter challenge: a challenge we issued for this item or change, already consumed.
    func prove(
        _ proof: RevealProof, of claim: StaffClaim, challenge: [UInt8], at now: Timestamp
    ) async throws -> SecondFactor {
        if let wait = beginProving(claim.name, at: now) { return .limited(retryAfter: wait) }
        let factor = try await check(proof, of: claim, challenge: challenge, at: now)
        if factor == .right { provingSucceeded(claim.name) }
        return factor
    }

    private func check(
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

    /// How often something was done today that is counted under this name. Setting the clock back does not lower the number.
    func count(of name: AuthorisedName, at now: Timestamp) -> RevealCount {
        RevealCount(number: used(of: name), at: now)
    }

    /// Counts once more, which is on disk when this returns.
    /// - Returns: false if the limit of the day is reached.
    func countOne(of name: AuthorisedName, atMost most: Int, at now: Timestamp) async throws -> Bool {
        while true {
            let count = count(of: name, at: now)
            guard count.made < most else { return false }
            // Another was counted meanwhile: count from there.
            if try await use(name, upTo: count.next) { return true }
        }
    }
}

/// A day and the number of reveals or changes on it, encoded in one number that only increases, as the vault's memory requires.
package struct RevealCount: Equatable, Sendable {
    private static let width = Int32(RevealRule.mostPossible) + 1

    package let day: Epoch
    package let made: Int

    /// - Parameter number: the number that was stored; 0 if there was none.
    package init(number: Int32, at now: Timestamp) {
        let today = Epoch(containing: now)
        let (day, made) = number.quotientAndRemainder(dividingBy: Self.width)
        self.day = max(today, Epoch(day: day))
        self.made = day < today.day ? 0 : Int(made)
    }

    package var next: Int32 { day.day * Self.width + Int32(made) + 1 }
}
