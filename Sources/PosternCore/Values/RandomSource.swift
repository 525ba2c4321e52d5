/// The random numbers of a service. It is a parameter, like the clock: the system's generator in the wiring, a seeded one in
/// tests. What the vault makes keys of is drawn from the system's generator alone: see `SecretBytes.random`.
package struct RandomSource: RandomNumberGenerator, Sendable {
    private let draw: @Sendable () -> UInt64

    package init(_ draw: @escaping @Sendable () -> UInt64) {
        self.draw = draw
    }

    package func next() -> UInt64 { draw() }
}
