import PosternCore
import PosternRelay
import Testing

@Suite("A proxy that is not set up is told from a visitor who lies (H5)")
struct ForwardingWatchTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    private func address(_ text: String) throws -> ClientAddress { try #require(ClientAddress(text: text)) }

    @Test(
        arguments: [
            ("127.0.0.1", 3, .thisMachine), ("::1", 3, .thisMachine), ("127.0.0.1", 2, nil), ("10.1.2.3", 3, .privateNetwork),
            ("192.168.7.1", 3, .privateNetwork), ("172.31.0.9", 3, .privateNetwork), ("fd00::9", 3, .privateNetwork),
            ("100.64.3.2", 3, .privateNetwork), ("172.32.0.9", 3, nil), ("203.0.113.9", 99, nil),
            ("203.0.113.9", 100, .elsewhere),
            ("2001:db8::9", 100, .elsewhere),
        ] as [(String, Int, ForwardingWatch.Kind?)])
    func `Where an untrusted peer is decides how many of its requests are a sign`(
        peer: String, count: Int, kind: ForwardingWatch.Kind?
    ) throws {
        let watch = ForwardingWatch()
        for _ in 0..<count { watch.disbelieved(try address(peer), at: Self.now) }
        #expect(watch.finding(at: Self.now)?.kind == kind)
    }

    @Test func `A thousand visitors who each lie once are no proxy`() throws {
        let watch = ForwardingWatch()
        for number in 0..<1_000 { watch.disbelieved(try address("198.51.\(number / 250).\(number % 250)"), at: Self.now) }
        #expect(watch.finding(at: Self.now) == nil)
    }

    @Test func `A proxy outside among visitors who lie is found`() throws {
        let watch = ForwardingWatch()
        for number in 0..<400 {
            watch.disbelieved(try address("203.0.113.9"), at: Self.now)
            if number % 4 == 0 { watch.disbelieved(try address("198.51.100.\(number % 250)"), at: Self.now) }
        }
        #expect(watch.finding(at: Self.now)?.kind == .elsewhere)
    }

    @Test func `A trusted proxy that names nobody is a sign, until it names somebody`() {
        let watch = ForwardingWatch()
        for _ in 0..<20 { watch.passedOn(namesClient: false, at: Self.now) }
        #expect(watch.finding(at: Self.now) == .init(.silentProxy, count: 20))
        watch.passedOn(namesClient: true, at: Self.now)
        #expect(watch.finding(at: Self.now) == nil)
    }

    @Test func `After an hour without any it is over`() throws {
        let watch = ForwardingWatch()
        for _ in 0..<5 { watch.disbelieved(try address("127.0.0.1"), at: Self.now) }
        #expect(watch.finding(at: Self.now + .minutes(59)) != nil)
        #expect(watch.finding(at: Self.now + .hours(1)) == nil)
        // One more does not bring it back.
        watch.disbelieved(try address("127.0.0.1"), at: Self.now + .hours(2))
        #expect(watch.finding(at: Self.now + .hours(2)) == nil)
    }
}
