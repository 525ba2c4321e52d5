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

    @Test(arguments: [
        (ForwardingWatch.Naming.nobody, 20, ForwardingWatch.Kind.silentProxy), (.two, 50, .contradiction),
    ])
    func `A trusted proxy that names nobody, or two, is a sign, until it names somebody`(
        naming: ForwardingWatch.Naming, least: Int, kind: ForwardingWatch.Kind
    ) {
        let watch = ForwardingWatch()
        for _ in 1..<least { watch.passedOn(naming: naming, at: Self.now) }
        #expect(watch.finding(at: Self.now) == nil)
        watch.passedOn(naming: naming, at: Self.now)
        #expect(watch.finding(at: Self.now) == .init(kind, count: least))
        watch.passedOn(naming: .client, at: Self.now)
        #expect(watch.finding(at: Self.now) == nil)
    }

    @Test(arguments: [(nil, nil), (4, nil), (5, .silentProxy)] as [(Int?, ForwardingWatch.Kind?)])
    func `A trusted proxy that names a proxy asks for itself, unless many browsers are behind it`(
        browsers: Int?, kind: ForwardingWatch.Kind?
    ) throws {
        let watch = ForwardingWatch()
        for number in 0..<200 {
            watch.passedOn(naming: .proxy(try address("10.0.0.1"), visitor: browsers.map { number % $0 }), at: Self.now)
        }
        #expect(watch.finding(at: Self.now)?.kind == kind)
    }

    @Test(
        arguments: [
            ("127.0.0.1", 3, .markedThisMachine), ("::1", 3, .markedThisMachine), ("127.0.0.1", 2, nil),
            ("10.1.2.3", 3, .markedPrivate), ("fd00::9", 3, .markedPrivate), ("203.0.113.9", 500, nil), ("2001:db8::9", 500, nil),
        ] as [(String, Int, ForwardingWatch.Kind?)])
    func `An untrusted peer near by that bears the marks of a proxy is one`(
        peer: String, count: Int, kind: ForwardingWatch.Kind?
    ) throws {
        let watch = ForwardingWatch()
        for _ in 0..<count { watch.unnamed(try address(peer), isMarked: true, visitor: nil, at: Self.now) }
        #expect(watch.finding(at: Self.now)?.kind == kind)
    }

    @Test(
        arguments: [
            ("127.0.0.1", 20, .bareThisMachine), ("127.0.0.1", 19, nil), ("172.17.0.1", 20, .barePrivate),
            ("203.0.113.9", 500, nil),
        ] as [(String, Int, ForwardingWatch.Kind?)])
    func `Where visitors can come through a proxy only, one that adds nothing is found by what comes from near by`(
        peer: String, count: Int, kind: ForwardingWatch.Kind?
    ) throws {
        let watch = ForwardingWatch(isBehindProxy: true)
        for _ in 0..<count { watch.unnamed(try address(peer), isMarked: false, visitor: nil, at: Self.now) }
        #expect(watch.finding(at: Self.now)?.kind == kind)
        // The real one is set up, and this was a monitor beside it.
        watch.passedOn(naming: .client, at: Self.now)
        #expect(watch.finding(at: Self.now) == nil)
    }

    // Five browsers, and twenty requests once they are known.
    @Test(
        arguments: [
            ("127.0.0.1", 5, .bareThisMachine), ("127.0.0.1", 4, nil), ("192.168.1.1", 5, .barePrivate), ("192.168.1.1", 4, nil),
            ("203.0.113.9", 100, nil),
        ] as [(String, Int, ForwardingWatch.Kind?)])
    func `Where visitors can come directly, a peer near by with many browsers is a proxy`(
        peer: String, visitors: Int, kind: ForwardingWatch.Kind?
    ) throws {
        let watch = ForwardingWatch()
        for number in 0..<240 { watch.unnamed(try address(peer), isMarked: false, visitor: number % visitors, at: Self.now) }
        #expect(watch.finding(at: Self.now)?.kind == kind)
    }

    @Test func `A service that a private network reaches directly has many peers, and none is a proxy`() throws {
        let watch = ForwardingWatch()
        for number in 0..<2_000 {
            watch.unnamed(try address("10.0.\(number % 8).\(number % 200)"), isMarked: false, visitor: number % 50, at: Self.now)
            // A monitor and a script on the machine itself.
            watch.unnamed(try address("127.0.0.1"), isMarked: false, visitor: nil, at: Self.now)
        }
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
