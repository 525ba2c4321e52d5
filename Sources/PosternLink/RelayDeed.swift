package import PosternCore

/// An operation that somebody has carried out in the relay, for the vault's journal. The vault cannot verify it: a compromised
/// relay may claim it of anybody.
package struct RelayDeed: LinkPayload, Equatable, Sendable {
    package enum Deed: Equatable, Sendable {
        case blockAdded(Int64)
        case blockRemoved(Int64)
        case tokenRevoked(SiteTokenID)
        case staffLockedOut(StaffName)
        /// A single decision about several letters.
        case decided(StaffDecisionID, ReviewAct, count: Int)
        case decisionUndone(StaffDecisionID)
        case waveReleased(LetterID)
        case waveWithdrawn(LetterID)
        case waveUndone(LetterID)
    }

    package let actor: Actor
    package let deed: Deed

    package init(_ deed: Deed, by actor: Actor) {
        self.deed = deed
        self.actor = actor
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(actor.description)
        switch deed {
        case .blockAdded(let id):
            writer.write(UInt8(1))
            writer.write(id)
        case .blockRemoved(let id):
            writer.write(UInt8(2))
            writer.write(id)
        case .tokenRevoked(let id):
            writer.write(UInt8(3))
            writer.write(id)
        case .staffLockedOut(let name):
            writer.write(UInt8(4))
            writer.write(name.text)
        case .decided(let id, let act, let count):
            writer.write(UInt8(5))
            writer.write(id)
            writer.write(act.rawValue)
            writer.write(Int64(count))
        case .decisionUndone(let id):
            writer.write(UInt8(6))
            writer.write(id)
        case .waveReleased(let id):
            writer.write(UInt8(7))
            writer.write(id)
        case .waveWithdrawn(let id):
            writer.write(UInt8(8))
            writer.write(id)
        case .waveUndone(let id):
            writer.write(UInt8(9))
            writer.write(id)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        guard let actor = Actor(try reader.text()) else { throw .badValue }
        self.actor = actor
        switch try reader.number(UInt8.self) {
        case 1: deed = .blockAdded(try reader.number())
        case 2: deed = .blockRemoved(try reader.number())
        case 3: deed = .tokenRevoked(try reader.identifier())
        case 4: deed = .staffLockedOut(try reader.staffName())
        case 5:
            let (id, act): (StaffDecisionID, String) = (try reader.identifier(), try reader.text())
            let count = try reader.number(Int64.self)
            guard let act = ReviewAct(rawValue: act), count >= 0 else { throw .badValue }
            deed = .decided(id, act, count: Int(count))
        case 6: deed = .decisionUndone(try reader.identifier())
        case 7: deed = .waveReleased(try reader.identifier())
        case 8: deed = .waveWithdrawn(try reader.identifier())
        case 9: deed = .waveUndone(try reader.identifier())
        default: throw .badValue
        }
    }
}
