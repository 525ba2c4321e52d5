internal import PosternCore

extension RandomSource {
    /// The system's generator, which is fit for keys and tokens.
    static let system = RandomSource {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
