private import Glibc

/// What is searched for: a canary in one of its forms.
package struct Needle: Hashable, Sendable {
    package let canary: Int
    package let form: Form
    package let bytes: [UInt8]

    package init(canary: Int, form: Form, bytes: [UInt8]) {
        (self.canary, self.form, self.bytes) = (canary, form, bytes)
    }
}

/// Finds any of a hundred thousand needles in one pass.
///
/// A needle is found by its first eight bytes. A bit for a digest of them says whether a needle may begin here. Nearly
/// everywhere none does; then a byte costs one multiplication and one look into half a megabyte.
package struct NeedleSearch: Sendable {
    /// A shorter needle would be found by chance.
    package static let shortest = 8

    package let needles: [Needle]
    /// The length of the longest needle in bytes; at least `shortest`.
    package let longest: Int
    private let mayBegin: [UInt64]
    private let byBeginning: [UInt64: [Int]]

    private static let filterBits = 22

    /// Several forms may give the same bytes: the first counts.
    /// - Precondition: no needle is shorter than `shortest`, or begins with that many zeros.
    package init(_ needles: [Needle]) {
        precondition(
            needles.allSatisfy { $0.bytes.count >= Self.shortest && $0.bytes.prefix(Self.shortest).contains { $0 != 0 } },
            "a needle has at least eight bytes, and the first eight are not all zeros")
        var seen: Set<[UInt8]> = []
        let needles = needles.filter { seen.insert($0.bytes).inserted }
        var mayBegin = [UInt64](repeating: 0, count: 1 << (Self.filterBits - 6))
        var byBeginning: [UInt64: [Int]] = [:]
        for (index, needle) in needles.enumerated() {
            let beginning = needle.bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            byBeginning[beginning, default: []].append(index)
            let bit = Self.bit(of: beginning)
            mayBegin[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        (self.needles, self.mayBegin, self.byBeginning) = (needles, mayBegin, byBeginning)
        longest = needles.map(\.bytes.count).max() ?? Self.shortest
    }

    /// All forms of all canaries.
    package init(for canaries: [Canary]) {
        self.init(
            canaries.flatMap { canary in
                Form.allCases.flatMap { form in
                    form.needles(of: canary).map { Needle(canary: canary.number, form: form, bytes: $0) }
                }
            })
    }

    /// Calls `found` for each needle in `bytes`, in the order of their offsets.
    package func search(_ bytes: UnsafeRawBufferPointer, found: (_ offset: Int, _ needle: Int) -> Void) {
        guard bytes.count >= Self.shortest, let base = bytes.baseAddress else { return }
        mayBegin.withUnsafeBufferPointer { filter in
            var offset = 0
            let last = bytes.count - Self.shortest
            while offset <= last {
                let beginning = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                if beginning == 0 {
                    offset += zeros(bytes, from: offset)
                    continue
                }
                let bit = Self.bit(of: beginning)
                if filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0 {
                    check(beginning, at: offset, in: bytes, found)
                }
                offset += 1
            }
        }
    }

    /// How far to move on from eight zeros, with which no needle begins. Most of a process's memory is pages of zeros.
    private func zeros(_ bytes: UnsafeRawBufferPointer, from offset: Int) -> Int {
        let page = Self.zeroPage.count
        guard offset + page <= bytes.count, let here = bytes.baseAddress?.advanced(by: offset) else { return 1 }
        let isZero = Self.zeroPage.withUnsafeBytes { zeros in zeros.baseAddress.map { memcmp(here, $0, page) == 0 } ?? false }
        // The last seven bytes may be the beginning of a needle.
        return isZero ? page - Self.shortest + 1 : 1
    }

    private static let zeroPage = [UInt8](repeating: 0, count: 4_096)

    /// For short texts.
    package func search(_ bytes: [UInt8], found: (_ offset: Int, _ needle: Int) -> Void) {
        bytes.withUnsafeBytes { search($0, found: found) }
    }

    private func check(
        _ beginning: UInt64, at offset: Int, in bytes: UnsafeRawBufferPointer, _ found: (_ offset: Int, _ needle: Int) -> Void
    ) {
        for index in byBeginning[beginning] ?? [] {
            let needle = needles[index].bytes
            guard offset + needle.count <= bytes.count else { continue }
            if needle.elementsEqual(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + needle.count)])) {
                found(offset, index)
            }
        }
    }

    /// Multiplicative hashing (Knuth, volume 3, §6.4): the upper bits depend on all eight bytes.
    private static func bit(of beginning: UInt64) -> Int {
        Int(truncatingIfNeeded: (beginning &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - filterBits))
    }
}
