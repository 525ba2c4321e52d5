/// Where the bars of a chart stand, in the units of its view box. Pure: numbers in, numbers out.
package struct Plot: Equatable, Sendable {
    package struct Bar: Equatable, Sendable {
        /// Which part, and which of the values that are stacked there.
        package let part, layer: Int
        package let x, y, width, height: Double
    }

    /// A line across, with its value.
    package struct Tick: Equatable, Sendable {
        package let value: Int
        package let y: Double
    }

    package static let width = 720.0
    package static let height = 220.0
    /// Beside it stand the values, below it the times.
    package static let left = 52.0
    package static let bottom = 196.0
    private static let top = 10.0
    private static let right = 712.0

    package let bars: [Bar]
    package let ticks: [Tick]
    private let parts: Int

    /// - Parameter layers: values by part, stacked in that order, all of one length.
    package init(_ layers: [[Int]]) {
        let parts = layers.first?.count ?? 0
        self.parts = parts
        let sums = (0..<parts).map { part in layers.reduce(0) { $0 + max($1[part], 0) } }
        let end = Self.end(of: sums.max() ?? 0)
        let scale = (Self.bottom - Self.top) / Double(end)
        let (step, gap) = (Self.step(parts), min(Self.step(parts) * 0.2, 3))
        bars = (0..<parts).flatMap { part -> [Bar] in
            var base = Self.bottom
            return layers.indices.compactMap { layer in
                let value = layers[layer][part]
                guard value > 0 else { return nil }
                // One letter among thousands is seen all the same.
                let height = max(Double(value) * scale, 1)
                base -= height
                return Bar(
                    part: part, layer: layer, x: Self.left + Double(part) * step + gap / 2, y: base, width: step - gap,
                    height: height)
            }
        }
        let lines = end % 4 == 0 ? 4 : end % 5 == 0 ? 5 : end % 2 == 0 ? 2 : 1
        ticks = (0...lines).map { line in
            let value = end / lines * line
            return Tick(value: value, y: Self.bottom - Double(value) * scale)
        }
    }

    /// Where a part begins.
    package func x(of part: Int) -> Double { Self.left + Double(part) * Self.step(parts) }

    private static func step(_ parts: Int) -> Double { (right - left) / Double(max(parts, 1)) }

    /// The least of 4, 5, 10, 20, 40, 50, 100, 200 and so on that is no less.
    private static func end(of most: Int) -> Int {
        var decade = 1
        while decade <= Int.max / 100 {
            for end in [4 * decade, 5 * decade, 10 * decade, 20 * decade] where most <= end { return end }
            decade *= 10
        }
        return max(most, 4)
    }
}

extension Double {
    /// With one decimal place, as SVG takes it.
    var svg: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(abs(tenths % 10))")
    }
}
