/// A QR code (ISO/IEC 18004) of a short text: bytes, error correction L, versions 1 to 10. An authenticator app reads its key from it.
package struct QRCode: Sendable {
    /// Rows of modules; true is dark.
    package private(set) var modules: [[Bool]]
    /// Modules that are no data: finders, timing, alignment, format, version.
    private var isFixed: [[Bool]]
    private var version: Int

    package var size: Int { modules.count }

    private static let totals = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346]
    private static let corrections = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18]
    private static let blocks = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4]
    private static let alignments = [
        [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
    ]

    /// - Returns: nil for a text of more than 271 bytes.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let fitting = (1...10).first { version in
            let room = Self.totals[version - 1] - Self.corrections[version - 1] * Self.blocks[version - 1]
            return 4 + (version < 10 ? 8 : 16) + bytes.count * 8 <= room * 8
        }
        guard let version = fitting else { return nil }
        self.version = version
        let size = version * 4 + 17
        modules = Array(repeating: Array(repeating: false, count: size), count: size)
        isFixed = modules
        drawFixed()
        draw(Self.codewords(bytes, version))
        let bare = self
        let masked = (0..<8).map { mask in
            var code = bare
            code.apply(mask)
            return code
        }
        if let best = masked.min(by: { $0.penalty < $1.penalty }) { self = best }
    }

    // MARK: - Data

    private static func codewords(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        let (blockCount, correction) = (blocks[version - 1], corrections[version - 1])
        let room = totals[version - 1] - correction * blockCount
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) { for place in (0..<count).reversed() { bits.append(value >> place & 1 == 1) } }
        append(4, 4)
        append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { append(Int(byte), 8) }
        append(0, min(4, room * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var data = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        for number in 0..<(room - data.count) { data.append(number % 2 == 0 ? 0xEC : 0x11) }

        let (short, longer) = (room / blockCount, room % blockCount)
        var (parts, start) = ([[UInt8]](), 0)
        for block in 0..<blockCount {
            let count = short + (block >= blockCount - longer ? 1 : 0)
            parts.append(Array(data[start..<(start + count)]))
            start += count
        }
        let remainders = parts.map { remainder($0, by: generator(correction)) }
        let ordered = (0...short).flatMap { place in parts.compactMap { place < $0.count ? $0[place] : nil } }
        return ordered + (0..<correction).flatMap { place in remainders.map { $0[place] } }
    }

    /// In the field of 256 elements with x⁸ + x⁴ + x³ + x² + 1.
    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        (0..<8).reversed().reduce(UInt8(0)) { sum, place in
            let doubled = sum << 1 ^ (sum & 0x80 != 0 ? 0x1D : 0)
            return right >> UInt8(place) & 1 == 1 ? doubled ^ left : doubled
        }
    }

    private static func generator(_ degree: Int) -> [UInt8] {
        var (result, root) = (Array(repeating: UInt8(0), count: degree - 1) + [1], UInt8(1))
        for _ in 0..<degree {
            for place in 0..<degree {
                result[place] = product(result[place], root) ^ (place + 1 < degree ? result[place + 1] : 0)
            }
            root = product(root, 2)
        }
        return result
    }

    private static func remainder(_ data: [UInt8], by divisor: [UInt8]) -> [UInt8] {
        data.reduce(into: Array(repeating: UInt8(0), count: divisor.count)) { result, byte in
            let factor = byte ^ result.removeFirst()
            result.append(0)
            for place in divisor.indices { result[place] ^= product(divisor[place], factor) }
        }
    }

    // MARK: - Drawing

    private mutating func fix(_ row: Int, _ column: Int, _ isDark: Bool) {
        guard modules.indices.contains(row), modules.indices.contains(column) else { return }
        modules[row][column] = isDark
        isFixed[row][column] = true
    }

    private mutating func drawFixed() {
        for place in 0..<size {
            fix(6, place, place % 2 == 0)
            fix(place, 6, place % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] {
            for down in -4...4 {
                for right in -4...4 {
                    let distance = max(abs(down), abs(right))
                    fix(row + down, column + right, distance != 2 && distance != 4)
                }
            }
        }
        let places = Self.alignments[version - 1]
        for row in places {
            for column in places {
                let ends = [places.first, places.last]
                let isFinder = ends.contains(row) && ends.contains(column) && !(row == places.last && column == places.last)
                guard !isFinder else { continue }
                for down in -2...2 { for right in -2...2 { fix(row + down, column + right, max(abs(down), abs(right)) != 1) } }
            }
        }
        drawFormat(0)
        guard version >= 7 else { return }
        var rest = version
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
        let bits = version << 12 | rest
        for place in 0..<18 {
            let isDark = bits >> place & 1 == 1
            fix(size - 11 + place % 3, place / 3, isDark)
            fix(place / 3, size - 11 + place % 3, isDark)
        }
    }

    private mutating func drawFormat(_ mask: Int) {
        // Error correction L is 1.
        let value = 1 << 3 | mask
        var rest = value
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (value << 10 | rest) ^ 0x5412
        func bit(_ place: Int) -> Bool { bits >> place & 1 == 1 }
        for place in 0...5 { fix(place, 8, bit(place)) }
        fix(7, 8, bit(6))
        fix(8, 8, bit(7))
        fix(8, 7, bit(8))
        for place in 9..<15 { fix(8, 14 - place, bit(place)) }
        for place in 0..<8 { fix(8, size - 1 - place, bit(place)) }
        for place in 8..<15 { fix(size - 15 + place, 8, bit(place)) }
        fix(size - 8, 8, true)
    }

    private mutating func draw(_ codewords: [UInt8]) {
        var next = 0
        for right in stride(from: size - 1, through: 1, by: -2).map({ $0 <= 6 ? $0 - 1 : $0 }) {
            for step in 0..<size {
                for column in [right, right - 1] {
                    let isUpward = (right + 1) & 2 == 0
                    let row = isUpward ? size - 1 - step : step
                    guard !isFixed[row][column], next < codewords.count * 8 else { continue }
                    modules[row][column] = codewords[next / 8] >> UInt8(7 - next % 8) & 1 == 1
                    next += 1
                }
            }
        }
    }

    private mutating func apply(_ mask: Int) {
        for row in 0..<size {
            for column in 0..<size where !isFixed[row][column] {
                let isTurned =
                    switch mask {
                    case 0: (row + column) % 2 == 0
                    case 1: row % 2 == 0
                    case 2: column % 3 == 0
                    case 3: (row + column) % 3 == 0
                    case 4: (row / 2 + column / 3) % 2 == 0
                    case 5: row * column % 2 + row * column % 3 == 0
                    case 6: (row * column % 2 + row * column % 3) % 2 == 0
                    default: ((row + column) % 2 + row * column % 3) % 2 == 0
                    }
                if isTurned { modules[row][column].toggle() }
            }
        }
        drawFormat(mask)
    }

    // MARK: - Which mask is read best

    private var penalty: Int {
        let columns = (0..<size).map { column in modules.map { $0[column] } }
        var penalty = (modules + columns).reduce(0) { $0 + Self.penalty(ofLine: $1) }
        for row in 0..<(size - 1) {
            for column in 0..<(size - 1) {
                let own = modules[row][column]
                let isBlock =
                    modules[row][column + 1] == own && modules[row + 1][column] == own && modules[row + 1][column + 1] == own
                if isBlock { penalty += 3 }
            }
        }
        let dark = modules.reduce(0) { $0 + $1.count { $0 } }
        return penalty + abs(dark * 20 - size * size * 10) / (size * size) * 10
    }

    private static let finders: [[Bool]] = [
        [true, false, true, true, true, false, true, false, false, false, false],
        [false, false, false, false, true, false, true, true, true, false, true],
    ]

    private static func penalty(ofLine line: [Bool]) -> Int {
        var (penalty, run) = (0, 1)
        for place in 1...line.count {
            if place < line.count, line[place] == line[place - 1] {
                run += 1
            } else {
                if run >= 5 { penalty += run - 2 }
                run = 1
            }
        }
        for start in 0...(line.count - 11) where finders.contains(Array(line[start..<(start + 11)])) { penalty += 40 }
        return penalty
    }
}

extension QRCode {
    /// The dark modules as the path of an SVG, each run of a row one part, with four modules of white around them.
    package var path: String {
        modules.enumerated().flatMap { row, line in
            line.indices.filter { line[$0] && ($0 == 0 || !line[$0 - 1]) }.map { start in
                let length = line[start...].prefix { $0 }.count
                return "M\(start + 4) \(row + 4)h\(length)v1h-\(length)z"
            }
        }.joined()
    }

    /// How wide and high it is with the white around it.
    package var extent: Int { size + 8 }
}
