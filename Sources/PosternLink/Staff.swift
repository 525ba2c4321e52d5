package import PosternCore

/// A request for a link by which a member of staff chooses how to sign in. The answer is a `StaffLink`; their former credential
/// is no longer valid.
package struct StaffLinkRequest: LinkPayload, Equatable, Sendable {
    package let name: StaffName
    package let role: StaffRole

    package init(name: StaffName, role: StaffRole) {
        (self.name, self.role) = (name, role)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(name.text)
        writer.write(role.rawValue)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(name: try reader.staffName(), role: try reader.staffRole())
    }
}

/// A link by which one person may choose, once, how to sign in.
package struct StaffLink: LinkPayload, Equatable, Sendable, Unprintable {
    package let name: StaffName
    package let role: StaffRole
    package let token: MailedToken

    package init(name: StaffName, role: StaffRole, token: MailedToken) {
        self.name = name
        self.role = role
        self.token = token
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(name.text)
        writer.write(role.rawValue)
        writer.write(token.id)
        writer.write(token.code)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let (name, role) = (try reader.staffName(), try reader.staffRole())
        let id: Identifier<MailedToken.IDKind> = try reader.identifier()
        guard let token = MailedToken(id, code: try reader.part()) else { throw .badValue }
        self.init(name: name, role: role, token: token)
    }
}

/// The answer to `staffBegin`: what the page behind a `StaffLink` shows.
package struct StaffOffer: LinkPayload, Equatable, Sendable, Unprintable {
    /// The secret of the one-time codes. It is the same each time the page is opened.
    package let secret: [UInt8]
    /// The challenge for creating a passkey.
    package let challenge: [UInt8]

    package init(secret: [UInt8], challenge: [UInt8]) {
        (self.secret, self.challenge) = (secret, challenge)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(secret)
        writer.write(challenge)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(secret: try reader.part(), challenge: try reader.part())
    }
}

/// The credential with which somebody signs in, or which they choose for that.
package enum StaffProof: Equatable, Sendable, Unprintable {
    /// A password with a one-time code, or with a recovery code in its place.
    case password(String, code: String)
    case newPasskey(clientData: [UInt8], attestation: [UInt8])
    case passkey(credential: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8])
}

extension StaffProof: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        switch self {
        case .password(let password, let code):
            writer.write(1 as UInt8)
            writer.write(password)
            writer.write(code)
        case .newPasskey(let clientData, let attestation):
            writer.write(2 as UInt8)
            writer.write(clientData)
            writer.write(attestation)
        case .passkey(let credential, let clientData, let authenticatorData, let signature):
            writer.write(3 as UInt8)
            for part in [credential, clientData, authenticatorData, signature] { writer.write(part) }
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .password(try reader.text(), code: try reader.text())
        case 2: self = .newPasskey(clientData: try reader.part(), attestation: try reader.part())
        case 3:
            self = .passkey(
                credential: try reader.part(), clientData: try reader.part(), authenticatorData: try reader.part(),
                signature: try reader.part())
        default: throw .badValue
        }
    }
}

/// A request to keep the credential that somebody chose by a link. The answer is `StaffEnrolled`.
package struct StaffEnrolment: LinkPayload, Equatable, Sendable, Unprintable {
    package let link: StaffLink
    package let proof: StaffProof

    package init(link: StaffLink, proof: StaffProof) {
        (self.link, self.proof) = (link, proof)
    }

    package func write(to writer: inout ByteWriter) {
        link.write(to: &writer)
        proof.write(to: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(link: try StaffLink(from: &reader), proof: try StaffProof(from: &reader))
    }
}

/// The answer to a `StaffEnrolment`. An invalid link is refused (`LinkRefusal`, denied).
package enum StaffEnrolled: LinkPayload, Equatable, Sendable, Unprintable {
    /// The record to store, with recovery codes to be shown once. A passkey has none.
    case record(StaffRecord, recoveryCodes: [String])
    /// The link is valid, but the chosen credential is not.
    case wrong(Fault)

    package enum Fault: UInt8, Sendable {
        case shortPassword = 1
        case wrongCode = 2
        case wrongPasskey = 3
    }

    package static var longestPart: Int { 8_192 }

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .record(let record, let codes):
            writer.write(1 as UInt8)
            writer.write(record.version)
            writer.write(record.seal)
            writer.write(UInt16(clamping: codes.count))
            for code in codes { writer.write(code) }
        case .wrong(let fault):
            writer.write(2 as UInt8)
            writer.write(fault.rawValue)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1:
            let record = StaffRecord(version: try reader.number(), seal: try reader.part())
            let count = try reader.number(UInt16.self)
            guard count <= 64 else { throw .tooLong }
            var codes: [String] = []
            for _ in 0..<count { codes.append(try reader.text()) }
            self = .record(record, recoveryCodes: codes)
        case 2:
            guard let fault = Fault(rawValue: try reader.number()) else { throw .badValue }
            self = .wrong(fault)
        default: throw .badValue
        }
    }
}

/// A request to check somebody who signs in. The answer is a `StaffAnswer`.
package struct StaffAttempt: LinkPayload, Equatable, Sendable, Unprintable {
    package let name: StaffName
    package let role: StaffRole
    /// Nil if there is no account of that name. The request is made all the same, so that the answer takes as long.
    package let record: StaffRecord?
    package let proof: StaffProof
    /// Whether somebody has signed in under this name from that network lately, by the relay's memory.
    package let isFromKnownNetwork: Bool

    package static var longestPart: Int { 8_192 }

    package init(
        name: StaffName, role: StaffRole, record: StaffRecord?, proof: StaffProof, isFromKnownNetwork: Bool = false
    ) {
        self.name = name
        self.role = role
        self.record = record
        self.proof = proof
        self.isFromKnownNetwork = isFromKnownNetwork
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(name.text)
        writer.write(role.rawValue)
        writer.write(record != nil)
        if let record {
            writer.write(record.version)
            writer.write(record.seal)
        }
        proof.write(to: &writer)
        writer.write(isFromKnownNetwork)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            name: try reader.staffName(), role: try reader.staffRole(),
            record: try reader.flag() ? StaffRecord(version: try reader.number(), seal: try reader.part()) : nil,
            proof: try StaffProof(from: &reader), isFromKnownNetwork: try reader.flag())
    }
}

package enum StaffAnswer: LinkPayload, Equatable, Sendable {
    case admitted
    /// Not admitted. The answer does not say which part was wrong.
    case refused
    case limited(retryAfter: Duration)

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .admitted: writer.write(1 as UInt8)
        case .refused: writer.write(2 as UInt8)
        case .limited(let wait):
            writer.write(3 as UInt8)
            writer.write(wait.milliseconds)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .admitted
        case 2: self = .refused
        case 3:
            let milliseconds = try reader.number(Int64.self)
            guard (0...Duration.days(1).milliseconds).contains(milliseconds) else { throw .badValue }
            self = .limited(retryAfter: .milliseconds(milliseconds))
        default: throw .badValue
        }
    }
}

extension ByteReader {
    mutating func staffName() throws(ByteFault) -> StaffName {
        try value { try? StaffName($0) }
    }

    mutating func staffRole() throws(ByteFault) -> StaffRole {
        try value { StaffRole(rawValue: $0) }
    }
}
