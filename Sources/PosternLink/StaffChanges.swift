package import PosternCore

/// What an administrator changes with a second factor. Everything else that asks for it is an operator's command.
package enum AdministratorChange: Equatable, Sendable {
    case account(StaffName, AccountChange)
    /// The name and the origins of a site that there is.
    case site(SiteRequest)
}

extension AdministratorChange: LinkPayload {
    package static var longestPart: Int { 16_384 }

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .account(let name, let change):
            writer.write(1 as UInt8)
            writer.write(name.text)
            change.write(to: &writer)
        case .site(let request):
            writer.write(2 as UInt8)
            writer.write(request.payload)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .account(try reader.staffName(), try AccountChange(from: &reader))
        case 2: self = .site(try SiteRequest(payload: try reader.part()))
        default: throw .badValue
        }
    }
}

extension AccountChange: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        switch self {
        case .add(let role):
            writer.write(1 as UInt8)
            writer.write(role.rawValue)
        case .reset(let role):
            writer.write(2 as UInt8)
            writer.write(role.rawValue)
        case .move(let role):
            writer.write(3 as UInt8)
            writer.write(role.rawValue)
        case .remove: writer.write(4 as UInt8)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .add(try reader.staffRole())
        case 2: self = .reset(try reader.staffRole())
        case 3: self = .move(to: try reader.staffRole())
        case 4: self = .remove
        default: throw .badValue
        }
    }
}

/// A request to begin a change. The answer is a `ChangeBeginning`.
package struct ChangeRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let claim: StaffClaim
    package let change: AdministratorChange
    package let reason: RevealReason

    package static let longestPart = AdministratorChange.longestPart

    package init(claim: StaffClaim, change: AdministratorChange, reason: RevealReason) {
        self.claim = claim
        self.change = change
        self.reason = reason
    }

    package func write(to writer: inout ByteWriter) {
        claim.write(to: &writer)
        change.write(to: &writer)
        writer.write(reason.text)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            claim: try StaffClaim(from: &reader), change: try AdministratorChange(from: &reader),
            reason: try reader.revealReason())
    }
}

/// The answer to a `ChangeRequest`: the challenge for the second factor, or why there is none.
package enum ChangeBeginning: LinkPayload, Equatable, Sendable {
    /// - Parameter challenge: bound to the change, the reason and the person; valid once and for ten minutes.
    case offer(challenge: [UInt8], RevealWay)
    case refused(ChangeRefusal)

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .offer(let challenge, .code):
            writer.write(1 as UInt8)
            writer.write(challenge)
        case .offer(let challenge, .passkey(let credential)):
            writer.write(2 as UInt8)
            writer.write(challenge)
            writer.write(credential)
        case .refused(let refusal):
            writer.write(3 as UInt8)
            refusal.write(to: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .offer(challenge: try reader.part(), .code)
        case 2: self = .offer(challenge: try reader.part(), .passkey(credential: try reader.part()))
        case 3: self = .refused(try ChangeRefusal(from: &reader))
        default: throw .badValue
        }
    }
}

/// A second factor for a change. The answer is a `ChangeAnswer`.
package struct ChangeAttempt: LinkPayload, Equatable, Sendable, Unprintable {
    package let request: ChangeRequest
    package let challenge: [UInt8]
    package let proof: RevealProof

    package static let longestPart = ChangeRequest.longestPart

    package init(request: ChangeRequest, challenge: [UInt8], proof: RevealProof) {
        self.request = request
        self.challenge = challenge
        self.proof = proof
    }

    package func write(to writer: inout ByteWriter) {
        request.write(to: &writer)
        writer.write(challenge)
        proof.write(to: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            request: try ChangeRequest(from: &reader), challenge: try reader.part(), proof: try RevealProof(from: &reader))
    }
}

package enum ChangeAnswer: LinkPayload, Equatable, Sendable, Unprintable {
    /// By which the owner of the account chooses how to sign in.
    case link(StaffLink)
    /// The account's credential counts no more.
    case removed
    /// The site as it is authorised now.
    case site(Site)
    case refused(ChangeRefusal)

    package static let longestPart = AdministratorChange.longestPart

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .link(let link):
            writer.write(1 as UInt8)
            link.write(to: &writer)
        case .removed: writer.write(2 as UInt8)
        case .site(let site):
            writer.write(3 as UInt8)
            writer.write(site.payload)
        case .refused(let refusal):
            writer.write(4 as UInt8)
            refusal.write(to: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .link(try StaffLink(from: &reader))
        case 2: self = .removed
        case 3: self = .site(try Site(payload: try reader.part()))
        case 4: self = .refused(try ChangeRefusal(from: &reader))
        default: throw .badValue
        }
    }
}

extension ChangeRefusal: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        writer.write(number)
        switch self {
        case .capReached(let until), .tooNew(let until): writer.write(until.milliseconds)
        case .limited(let wait): writer.write(wait.milliseconds)
        default: break
        }
    }

    private var number: UInt8 {
        switch self {
        case .role: 1
        case .account: 2
        case .oneself: 3
        case .capReached: 4
        case .unwritten: 5
        case .wrongProof: 6
        case .usedBefore: 7
        case .overdue: 8
        case .limited: 9
        case .tooNew: 10
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .role
        case 2: self = .account
        case 3: self = .oneself
        case 4: self = .capReached(until: try reader.moment())
        case 5: self = .unwritten
        case 6: self = .wrongProof
        case 7: self = .usedBefore
        case 8: self = .overdue
        case 9:
            let milliseconds = try reader.number(Int64.self)
            guard (0...Duration.days(1).milliseconds).contains(milliseconds) else { throw .badValue }
            self = .limited(retryAfter: .milliseconds(milliseconds))
        case 10: self = .tooNew(until: try reader.moment())
        default: throw .badValue
        }
    }
}
