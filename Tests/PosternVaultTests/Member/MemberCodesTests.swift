import Crypto
import PosternCore
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

@Suite("What members and sites hold is the vault's, for one purpose, one person and one site")
struct MemberCodesTests {
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    private let codes = MemberCodes(key: key)
    private let id = LetterID(high: 5, low: 6)

    private func recipient(
        site: String = "photos", handle: String = "pat", id: UInt64 = 1, name: String = "Pat", version: Int32 = 1
    ) throws -> Recipient {
        Recipient(
            id: RecipientID(high: id, low: id), site: try SiteID(site), handle: try Handle(handle),
            name: try HeaderText(name, limit: 100), language: .english, state: .active,
            record: SealedRecord(version: version, seal: [1, 2, 3], authorisation: []))
    }

    private func member(_ recipient: Recipient) -> MemberCodes.Member { .init(recipient) }

    @Test func `A token counts for its purpose, its member and its id, whatever the name and the version`() throws {
        let own = try member(recipient())
        let token = try #require(codes.token(.manage, id, of: own))
        #expect(codes.isValid(token, for: .manage, of: own))
        #expect(codes.isValid(token, for: .manage, of: try member(recipient(name: "Pat New", version: 9))))
        #expect(!codes.isValid(token, for: .undo, of: own))
        for other in [try recipient(site: "club"), try recipient(handle: "sam"), try recipient(id: 2)] {
            #expect(!codes.isValid(token, for: .manage, of: member(other)), "\(other)")
        }
        let moved = try #require(MailedToken(LetterID(high: 5, low: 7), code: token.code))
        #expect(!codes.isValid(moved, for: .manage, of: own))
        #expect(!MemberCodes(key: SymmetricKey(size: .bits256)).isValid(token, for: .manage, of: own))
        for place in 0..<16 {
            var code = token.code
            code[place] ^= 1
            #expect(!codes.isValid(try #require(MailedToken(id, code: code)), for: .manage, of: own))
        }
    }

    @Test func `A change has its moment, and counts for the record that was the newest then`() throws {
        let recipient = try recipient()
        let former = try #require(recipient.record)
        let moment = Timestamp(seconds: 1_795_514_709)
        let change = codes.change(from: former, of: member(recipient), at: moment)
        #expect(change.moment == moment)
        #expect(codes.isChange(change, from: former, of: member(recipient)))
        for other in [
            SealedRecord(version: 2, seal: former.seal, authorisation: []),
            SealedRecord(version: 1, seal: [1, 2, 4], authorisation: []),
        ] {
            #expect(!codes.isChange(change, from: other, of: member(recipient)))
        }
        #expect(!codes.isChange(change, from: former, of: try member(self.recipient(handle: "sam"))))
        // Another moment under the same MAC.
        let later = AddressChangeID(high: change.high + 1 << 16, low: change.low)
        #expect(!codes.isChange(later, from: former, of: member(recipient)))
        #expect(!codes.isChange(AddressChangeID(high: change.high, low: change.low ^ 1), from: former, of: member(recipient)))
    }

    @Test func `A site's credential counts for that site`() throws {
        let (site, id) = (try SiteID("photos"), SiteTokenID(high: 1, low: 2))
        let token = try #require(codes.siteToken(id, of: site, for: .recipients))
        #expect(codes.isValid(token, of: site, for: .recipients))
        #expect(!codes.isValid(token, of: try SiteID("club"), for: .recipients))
        let other = try #require(SiteToken(SiteTokenID(high: 1, low: 3), code: token.code))
        #expect(!codes.isValid(other, of: site, for: .recipients))
        #expect(!MemberCodes(key: SymmetricKey(size: .bits256)).isValid(token, of: site, for: .recipients))
    }

    @Test func `What a former key made still counts; what is new is made under the current one`() throws {
        let former = SymmetricKey(size: .bits256)
        let (old, new) = (MemberCodes(key: former), MemberCodes(key: Self.key, former: [former]))
        let (recipient, site) = (try recipient(), try SiteID("photos"))
        let record = try #require(recipient.record)
        let moment = Timestamp(seconds: 9)
        #expect(new.isValid(try #require(old.token(.undo, id, of: member(recipient))), for: .undo, of: member(recipient)))
        #expect(new.isChange(old.change(from: record, of: member(recipient), at: moment), from: record, of: member(recipient)))
        let credential = try #require(old.siteToken(SiteTokenID(high: 1, low: 1), of: site, for: .recipients))
        #expect(new.isValid(credential, of: site, for: .recipients))
        #expect(new.token(.manage, id, of: member(recipient)) == codes.token(.manage, id, of: member(recipient)))
    }
}
