internal import PosternCore
package import PosternLink
private import PosternSealing

/// `resealRecords`: addresses are sealed again, to the newest address key and with their owners' own secrets, so that a former key, and
/// seals of earlier versions of the program, can end.
///
/// The relay asks, and learns nothing: a record must be what this vault authorised last, as for a letter, and comes back as the same
/// address, version and standing of the same recipient.
package struct RecordResealer: Sendable {
    private let ring: KeyRing
    private let authorisation: AddressAuthorisation
    private let memory: any RecordMemory
    private let opener: SealOpener

    package init(ring: KeyRing, authorisation: AddressAuthorisation, memory: any RecordMemory, opener: SealOpener) {
        self.ring = ring
        self.authorisation = authorisation
        self.memory = memory
        self.opener = opener
    }

    private struct Opened {
        let recipient: Recipient
        let record: SealedRecord
        let standing: AddressAuthorisation.Standing
        let address: EmailAddress
    }

    private enum Look {
        case opened(Opened)
        case stays(ResealedRecord)
    }

    /// - Returns: in the order of the request.
    /// - Throws: `LinkRefusal` (unavailable) without an address key; why an own secret cannot be read or written.
    package func reseal(_ request: RecordsToReseal) async throws -> ResealedRecords {
        guard let key = ring.address else { throw MemberRecords.noKey }
        let looks = try request.recipients.map { try look(at: $0, key) }
        let opened = looks.compactMap { look -> Opened? in
            guard case .opened(let opened) = look else { return nil }
            return opened
        }
        var secrets = try await secrets(of: opened.map(\.recipient))[...]
        return ResealedRecords(
            try looks.map { look in
                switch look {
                case .stays(let answer): return answer
                case .opened(let opened):
                    guard let own = secrets.popFirst() ?? nil else { return .refused(.erased) }
                    return .resealed(try sealed(opened, to: key, with: own))
                }
            })
    }

    private func sealed(_ opened: Opened, to key: SealingKey, with own: OwnSecret) throws -> SealedRecord {
        let (recipient, version) = (opened.recipient, opened.record.version)
        let seal = try key.seal(opened.address, in: .address(of: recipient.id, at: recipient.site, version: version), with: own)
        let subject = AddressAuthorisation.Subject(recipient, SealedRecord(version: version, seal: seal, authorisation: []))
        return SealedRecord(
            version: version, seal: seal, authorisation: authorisation.code(opened.standing, on: subject))
    }

    private func look(at recipient: Recipient, _ key: SealingKey) throws -> Look {
        guard let record = recipient.record, let seal = try? Seal(record.seal) else { return .stays(.refused(.doesNotOpen)) }
        guard seal.key != key.id || !seal.hasOwnSecret else { return .stays(.unchanged) }
        guard let standing = authorisation.standing(of: recipient) else { return .stays(.refused(.notAuthorised)) }
        if let newest = memory.newest(of: .recipient(recipient.handle, at: recipient.site)) {
            guard !newest.isErased else { return .stays(.refused(.erased)) }
            guard newest.version <= record.version, newest.recipient == recipient.id else { return .stays(.refused(.outdated)) }
        }
        do {
            let context = SealContext.address(of: recipient.id, at: recipient.site, version: record.version)
            let address = try opener.addressOnce(in: record.seal, context: context)
            return .opened(Opened(recipient: recipient, record: record, standing: standing, address: address))
        } catch SealFault.unknownKey {
            return .stays(.refused(.noKey))
        } catch SealFault.noOwnSecret {
            return .stays(.refused(try memory.ownSecret(of: recipient.id) == .destroyed ? .erased : .noOwnSecret))
        } catch is SealFault {
            return .stays(.refused(.doesNotOpen))
        }
    }

    /// In one sync of the disk; one by one where somebody among them was erased.
    /// - Returns: nil for whom that was.
    private func secrets(of recipients: [Recipient]) async throws -> [OwnSecret?] {
        do {
            return try await memory.takeOwnSecrets(for: recipients.map { RecordOwner($0) })
        } catch is RecordMemoryFault {
            var secrets: [OwnSecret?] = []
            for recipient in recipients {
                do {
                    secrets.append(try await memory.takeOwnSecret(of: recipient))
                } catch is RecordMemoryFault {
                    secrets.append(nil)
                }
            }
            return secrets
        }
    }
}
