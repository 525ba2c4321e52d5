package import PosternCore

/// What somebody has done in the relay, for the vault's journal. It is the relay's word: one that was taken over may say it of anybody.
package struct RelayDeed: LinkPayload, Equatable, Sendable {
    package enum Deed: Equatable, Sendable {
        case blockAdded(Int64)
        case blockRemoved(Int64)
        case tokenRevoked(SiteTokenID)
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
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        guard let actor = Actor(try reader.text()) else { throw .badValue }
        self.actor = actor
        switch try reader.number(UInt8.self) {
        case 1: deed = .blockAdded(try reader.number())
        case 2: deed = .blockRemoved(try reader.number())
        case 3: deed = .tokenRevoked(try reader.identifier())
        default: throw .badValue
        }
    }
}
