import Crypto
import PosternCore
import PosternTestSupport
import PosternVault
import Testing

@Suite("Only the vault says which address is real")
struct AddressAuthorisationTests {
    let authorisation = AddressAuthorisation(key: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
    let stranger = AddressAuthorisation(key: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))
    let subject: AddressAuthorisation.Subject
    let others: [(String, AddressAuthorisation.Subject)]
    /// The same record with other words.
    let renamed: [(String, AddressAuthorisation.Subject)]

    init() throws {
        var randomness = SeededRandomness(seed: 5)
        let (id, otherID) = (
            RecipientID(at: Timestamp(seconds: 1), using: &randomness), RecipientID(at: Timestamp(seconds: 1), using: &randomness)
        )
        let (site, otherSite) = (try SiteID("photos"), try SiteID("club"))
        let (handle, otherHandle) = (try Handle("pat"), try Handle("sam"))
        func subject(
            _ site: SiteID = site, _ handle: Handle = handle, _ id: RecipientID = id, name: String = "Pat",
            language: Language = .english, version: Int32 = 1, seal: [UInt8] = [1, 2, 3]
        ) throws -> AddressAuthorisation.Subject {
            .init(
                site: site, handle: handle, recipient: id, name: try HeaderText(name, limit: 100), language: language,
                version: version, seal: seal)
        }
        self.subject = try subject()
        others = [
            ("site", try subject(otherSite)), ("handle", try subject(site, otherHandle)),
            ("recipient", try subject(site, handle, otherID)), ("version", try subject(version: 2)),
            ("seal", try subject(seal: [1, 2, 4])),
        ]
        renamed = [
            ("name", try subject(name: "Example Bank Security")),
            ("language", try subject(language: try #require(Language("de")))),
        ]
    }

    @Test func `An authorisation counts for its record and for no other, and not under another vault's key`() {
        let given = authorisation.code(.confirmed, on: subject)
        #expect(authorisation.isValid(given, as: .confirmed, on: subject))
        for (what, other) in others + renamed {
            #expect(!authorisation.isValid(given, as: .confirmed, on: other), "another \(what)")
        }
        #expect(!stranger.isValid(given, as: .confirmed, on: subject))
        #expect(!authorisation.isValid([], as: .confirmed, on: subject))
        #expect(!authorisation.isValid(Array(given.dropLast()), as: .confirmed, on: subject))
    }

    @Test func `An authorisation and a token under a former key still count; new ones are made under the current key`() throws {
        let (current, former) = (
            SymmetricKey(data: [UInt8](repeating: 2, count: 32)), SymmetricKey(data: [UInt8](repeating: 1, count: 32))
        )
        let moved = AddressAuthorisation(key: current, former: [former])
        let mailed = Timestamp(seconds: 1_795_000_000)
        #expect(moved.isValid(authorisation.code(.confirmed, on: subject), as: .confirmed, on: subject))
        #expect(throws: Never.self) {
            try moved.check(authorisation.token(for: subject, mailed: mailed), for: subject, at: mailed)
        }
        #expect(moved.code(.confirmed, on: subject) == stranger.code(.confirmed, on: subject))
        #expect(moved.token(for: subject, mailed: mailed) == stranger.token(for: subject, mailed: mailed))
        let third = AddressAuthorisation(key: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
        #expect(!moved.isValid(third.code(.confirmed, on: subject), as: .confirmed, on: subject))
    }

    @Test func `A site's authorisation counts for its id, version, name and origins alone`() throws {
        let origins = ["https://photos.example", "https://www.photos.example"].compactMap { WebOrigin($0) }
        let name = try HeaderText("Photos", limit: 100)
        let site = Site(id: try SiteID("photos"), name: name, origins: origins)
        let given = authorisation.site(site, version: 2)
        func with(
            _ id: String = "photos", _ name: HeaderText = name, _ origins: [WebOrigin] = origins,
            _ authorisation: SiteAuthorisation? = given
        ) throws -> Site {
            Site(id: try SiteID(id), name: name, origins: origins, authorisation: authorisation)
        }
        #expect(authorisation.isValid(try with()))
        #expect(!stranger.isValid(try with()))
        for other in [
            try with("club"), try with("photos", HeaderText("Example Bank", limit: 100)), try with("photos", name, []),
            try with("photos", name, origins.reversed()), try with("photos", name, [origins[0]]),
            try with("photos", name, origins, nil),
            try with("photos", name, origins, SiteAuthorisation(version: 3, code: given.code)),
            try with("photos", name, origins, SiteAuthorisation(version: 2, code: authorisation.code(.confirmed, on: subject))),
        ] {
            #expect(!authorisation.isValid(other), "\(other)")
        }
    }

    @Test func `An invitation is not a confirmation`() {
        #expect(!authorisation.isValid(authorisation.code(.invited, on: subject), as: .confirmed, on: subject))
    }

    @Test func `A token confirms its record until two weeks after it was mailed`() throws {
        let mailed = Timestamp(seconds: 1_795_000_000)
        let token = authorisation.token(for: subject, mailed: mailed)
        #expect(throws: Never.self) { try authorisation.check(token, for: subject, at: mailed + .days(14)) }
        #expect(throws: AddressAuthorisation.TokenFault.over) {
            try authorisation.check(token, for: subject, at: mailed + .days(14) + .seconds(2))
        }
        for (_, other) in others {
            #expect(throws: AddressAuthorisation.TokenFault.notOurs) { try authorisation.check(token, for: other, at: mailed) }
        }
        #expect(throws: AddressAuthorisation.TokenFault.notOurs) { try stranger.check(token, for: subject, at: mailed) }
        // A later end under the same MAC.
        let stretched = "zzzzzz." + token.split(separator: ".")[1]
        // The same number, written in another way: one confirmation has one token.
        for forged in [
            "", ".", token + "0", "x", stretched, String(token.dropLast()), "+" + token, "0" + token, token.uppercased(),
        ] {
            #expect(throws: AddressAuthorisation.TokenFault.notOurs, "\(forged)") {
                try authorisation.check(forged, for: subject, at: mailed)
            }
        }
    }
}
