import Crypto
import PosternCore
import PosternSealing
import Testing

@Suite("A sender is known again by a digest, and nobody without the key knows whose it is")
struct SenderKeysTests {
    private let first = SymmetricKey(data: Array(0..<32))
    private let second = SymmetricKey(data: Array(1...32))

    @Test func `One mailbox has one digest under a key, and another has another`() throws {
        let keys = SenderKeys(authorisation: first)
        let digest = keys.digests(of: try EmailAddress("vera@visitor.example"))
        #expect(try digest.count == 1 && digest == keys.digests(of: EmailAddress("VERA@Visitor.Example")))
        #expect(try digest != keys.digests(of: EmailAddress("wera@visitor.example")))
        #expect(try digest != SenderKeys(authorisation: second).digests(of: EmailAddress("vera@visitor.example")))
    }

    // Blocks outlast a move to another machine, whose key of its own is the current one.
    @Test func `The digest under a former key is among those that a letter has`() throws {
        let address = try EmailAddress("vera@visitor.example")
        let former = try #require(SenderKeys(authorisation: first).digests(of: address).first)
        let now = SenderKeys(authorisation: second, former: [first]).digests(of: address)
        #expect(now.count == 2 && now.first != former && now.contains(former))
    }

    // A block must match for as long as it lasts: over every update of the program.
    @Test func `A digest does not change with the program`() throws {
        let digest = SenderKeys(authorisation: first).digests(of: try EmailAddress("vera@visitor.example")).first
        #expect(digest?.description == "640d739606f1d76badd253e695b6e8aa")
    }

    @Test func `Printing the keys shows nothing of them`() {
        var dumped = ""
        dump(SenderKeys(secrets: [[202, 254]]), to: &dumped)
        #expect(!dumped.contains("202") && !dumped.contains("254"))
    }
}
