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

    init() throws {
        var randomness = SeededRandomness(seed: 5)
        let (id, otherID) = (
            RecipientID(at: Timestamp(seconds: 1), using: &randomness), RecipientID(at: Timestamp(seconds: 1), using: &randomness)
        )
        let (site, otherSite) = (try SiteID("photos"), try SiteID("club"))
        let (handle, otherHandle) = (try Handle("pat"), try Handle("sam"))
        subject = .init(site: site, handle: handle, recipient: id, version: 1, seal: [1, 2, 3])
        others = [
            ("site", .init(site: otherSite, handle: handle, recipient: id, version: 1, seal: [1, 2, 3])),
            ("handle", .init(site: site, handle: otherHandle, recipient: id, version: 1, seal: [1, 2, 3])),
            ("recipient", .init(site: site, handle: handle, recipient: otherID, version: 1, seal: [1, 2, 3])),
            ("version", .init(site: site, handle: handle, recipient: id, version: 2, seal: [1, 2, 3])),
            ("seal", .init(site: site, handle: handle, recipient: id, version: 1, seal: [1, 2, 4])),
        ]
    }

    @Test func `An authorisation counts for its record and for no other, and not under another vault's key`() {
        let given = authorisation.code(.confirmed, on: subject)
        #expect(authorisation.isValid(given, as: .confirmed, on: subject))
        for (what, other) in others { #expect(!authorisation.isValid(given, as: .confirmed, on: other), "another \(what)") }
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
