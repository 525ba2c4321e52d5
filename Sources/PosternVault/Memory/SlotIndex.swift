internal import PosternCore

/// In which slot of a file each recipient's entry is, in 8 to 13 bytes for each: half of an id's hash, and the slot's number. Ids whose
/// halves are equal are told apart by the file. Open addressing; nothing is ever taken out.
struct SlotIndex: Sendable {
    /// The high half is the hash, the low one the number of the slot; 0 for a free place, since slot 0 is the file's head.
    private var places: [UInt64] = []
    private(set) var count = 0
    var bytes: Int { places.count * MemoryLayout<UInt64>.stride }

    /// The slots in which this recipient's entry can be: hardly ever more than one.
    func slots(of recipient: RecipientID) -> [Int] {
        guard !places.isEmpty else { return [] }
        let hash = Self.hash(of: recipient)
        var (found, place) = ([Int](), OpenAddressing.home(of: hash, among: places.count))
        while places[place] != 0 {
            if UInt32(places[place] >> 32) == hash { found.append(Int(places[place] & 0xFFFF_FFFF)) }
            place = place + 1 == places.count ? 0 : place + 1
        }
        return found
    }

    mutating func insert(_ recipient: RecipientID, slot: Int) {
        precondition(slot > 0 && slot <= UInt32.max, "a slot's number fits into half a place")
        // One place in five stays free, so that searches stay short.
        if (count + 1) * 5 > places.count * 4 {
            let former = places
            places = Array(repeating: 0, count: former.count + max(former.count / 4, 8))
            for entry in former where entry != 0 { put(entry) }
        }
        put(UInt64(Self.hash(of: recipient)) << 32 | UInt64(slot))
        count += 1
    }

    private mutating func put(_ entry: UInt64) {
        var place = OpenAddressing.home(of: UInt32(entry >> 32), among: places.count)
        while places[place] != 0 { place = place + 1 == places.count ? 0 : place + 1 }
        places[place] = entry
    }

    /// Ids are random, except in tests: multiplied by an odd number, those that follow each other lie apart as well (Knuth, The Art of
    /// Computer Programming, volume 3, section 6.4).
    private static func hash(of recipient: RecipientID) -> UInt32 {
        UInt32(((recipient.low ^ recipient.high) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }
}
