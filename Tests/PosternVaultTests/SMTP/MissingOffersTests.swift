import PosternCore
import PosternVault
import Testing

@Suite("What one server of a pool lacks is tried again; what lasts is held")
struct MissingOffersTests {
    static let start = Timestamp(seconds: 1_800_000_000)

    enum Step: Sendable {
        /// At that second a connection lacked it.
        case missed(Int64)
        case met
    }

    // Steps, and the second at which it is judged → since which second it lasts.
    @Test(
        arguments: [
            ([], 0, nil), ([.missed(0)], 0, nil), ([.missed(0)], 86_400, nil),
            // Many at once do not last; nor do few, however long.
            (Array(repeating: .missed(0), count: 50), 0, nil), (Array(repeating: .missed(0), count: 50), 299, nil),
            (Array(repeating: .missed(0), count: 5), 9_999, nil),
            ([.missed(0), .missed(0), .missed(60), .missed(60), .missed(360), .missed(360)], 360, 0),
            ([.missed(0), .missed(10), .missed(20), .missed(30), .missed(40), .missed(300)], 300, 0),
            // One that has it begins the count again.
            ([.missed(0), .missed(0), .missed(60), .met, .missed(60), .missed(360), .missed(360)], 360, nil),
            // A clock that was set back begins it again too.
            (Array(repeating: .missed(500), count: 6) + [.missed(0)], 400, nil),
        ] as [([Step], Int64, Int64?)])
    func `S3: STARTTLS or AUTH that is left out lasts as the table says`(steps: [Step], second: Int64, since: Int64?) {
        for need in [MissingOffers.Need.startTLS, .login, .smtpUTF8] {
            var offers = MissingOffers()
            for step in steps {
                switch step {
                case .missed(let second): offers.missed(need, at: Self.start + .seconds(second))
                case .met: offers.met(need)
                }
            }
            let lasting = offers.lasting(need, at: Self.start + .seconds(second))
            #expect(lasting == since.map { Self.start + .seconds($0) })
        }
    }

    @Test func `S3: a login that never worked is wrong at once; one that worked may be refused for a moment`() {
        var offers = MissingOffers()
        offers.missed(.credentials, at: Self.start)
        #expect(offers.lasting(.credentials, at: Self.start) == Self.start)
        offers.met(.credentials)
        offers.missed(.credentials, at: Self.start)
        #expect(offers.lasting(.credentials, at: Self.start) == nil)
        for second in 1...Int64(5) { offers.missed(.credentials, at: Self.start + .seconds(second * 60)) }
        #expect(offers.lasting(.credentials, at: Self.start + .minutes(5)) == Self.start)
    }

    @Test func `What is lacked is counted for each by itself`() {
        var offers = MissingOffers()
        for second in 0..<Int64(6) { offers.missed(.startTLS, at: Self.start + .seconds(second * 100)) }
        offers.met(.login)
        #expect(offers.lasting(.startTLS, at: Self.start + .seconds(500)) != nil)
        #expect(offers.lasting(.login, at: Self.start + .seconds(500)) == nil)
    }
}
