/// Where a service draws random numbers from. It is handed in, like the clock: the system's generator in the wiring, one with a
/// seed in tests.
package struct RandomSource: RandomNumberGenerator, Sendable {
    private let draw: @Sendable () -> UInt64

    package init(_ draw: @escaping @Sendable () -> UInt64) {
        self.draw = draw
    }

    package func next() -> UInt64 { draw() }
}
