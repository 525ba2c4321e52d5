import Foundation
import PosternTestSupport

/// Whether the times of two kinds of requests can be told apart: Welch's t of them (Welch, Biometrika 34, 1947).
enum TimeComparison {
    /// From here on they can.
    static let limit = 4.5

    /// - Parameter measure: gives the two samples, in milliseconds. It is asked again when the first ones can be told apart: what
    ///   costs more does so every time, and a disturbance of the machine may hit either side.
    /// - Returns: the statistic, or 0 when the second pair differs the other way round.
    static func statistic(of measure: () async throws -> (left: [Double], right: [Double])) async throws -> Double {
        let first = try await welch(measure())
        guard Figure.areJudged, abs(first) >= limit else { return first }
        let second = try await welch(measure())
        return (first < 0) == (second < 0) ? min(abs(first), abs(second)) : 0
    }

    /// - Returns: false only where figures are judged and this one is over its limit.
    static func note(_ what: String, _ statistic: Double) -> Bool {
        Figure.note(
            "\(what), Welch's t", "\((statistic * 100).rounded() / 100)", limit: "\(limit)", isKept: abs(statistic) < limit)
    }

    static func milliseconds(_ work: () async throws -> Void) async rethrows -> Double {
        let began = ContinuousClock.now
        try await work()
        return (ContinuousClock.now - began) / .milliseconds(1)
    }

    private static func welch(_ samples: (left: [Double], right: [Double])) -> Double {
        func moments(_ samples: [Double]) -> (mean: Double, share: Double) {
            let kept = trimmed(samples)
            let mean = kept.reduce(0, +) / Double(kept.count)
            let variance = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(kept.count - 1)
            return (mean, variance / Double(kept.count))
        }
        let (left, right) = (moments(samples.left), moments(samples.right))
        return (left.mean - right.mean) / (left.share + right.share).squareRoot()
    }

    /// Without the slowest hundredth: a pause of the machine says nothing about the request it delayed.
    private static func trimmed(_ samples: [Double]) -> [Double] {
        Array(samples.sorted().prefix(samples.count - samples.count / 100))
    }
}
