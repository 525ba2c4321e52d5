import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("A seal opens where it belongs and nowhere else")
struct SealOpenerTests {
    let site: SiteID
    let otherSite: SiteID
    let handle: Handle
    var randomness = SeededRandomness(seed: 42)

    init() throws {
        (site, otherSite, handle) = (try SiteID("photos"), try SiteID("club"), try Handle("pat"))
    }

    @Test(arguments: Suite.allCases)
    mutating func `An address comes back`(suite: Suite) throws {
        let fixture = try VaultFixture(suite: suite)
        let recipient = RecipientID(at: fixture.now, using: &randomness)
        let address = try EmailAddress("pat@private.example")
        let context = SealContext.address(of: recipient, at: site, version: 1)
        let seal = try fixture.seal(address, in: context)
        #expect(try fixture.opener.address(in: seal, context: context) == address)
    }

    @Test mutating func `An address that was opened a moment ago opens again in its place, and nowhere else (K3)`() throws {
        let fixture = try VaultFixture()
        let opener = fixture.opener
        let recipient = RecipientID(at: fixture.now, using: &randomness)
        let address = try EmailAddress("pat@private.example")
        let context = SealContext.address(of: recipient, at: site, version: 1)
        let seal = try fixture.seal(address, in: context)
        for _ in 0..<3 { #expect(try opener.address(in: seal, context: context) == address) }
        #expect(throws: SealFault.notAuthentic) {
            try opener.address(in: seal, context: .address(of: recipient, at: otherSite, version: 1))
        }
        var changed = seal
        changed[changed.count - 1] ^= 1
        #expect(throws: SealFault.notAuthentic) { try opener.address(in: changed, context: context) }
        // More than are kept, each opened twice.
        for number in 0..<1_100 {
            let other = SealContext.address(of: RecipientID(high: 9, low: UInt64(number)), at: site, version: 1)
            let sealed = try fixture.seal(address, in: other)
            #expect(try opener.address(in: sealed, context: other) == opener.address(in: sealed, context: other))
        }
    }

    @Test mutating func `A letter comes back, whole`() throws {
        let fixture = try VaultFixture()
        let (id, recipient) = (LetterID(at: fixture.now, using: &randomness), RecipientID(at: fixture.now, using: &randomness))
        let session = try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now)
        let opener = fixture.opener
        for message in ["short", String(repeating: "𐍈", count: 20_000), "line\nline\n\n.\n"] {
            let letter = try fixture.letter(message)
            let context = SealContext.letter(id, to: recipient, handle, at: site)
            let seal = try session.seal(LetterCoding.bytes(of: letter), in: context)
            #expect(try opener.letter(in: seal, context: context) == letter)
        }
    }

    @Test mutating func `A seal moved to another row, site, version, recipient or purpose does not open (K3)`() throws {
        let fixture = try VaultFixture()
        let opener = fixture.opener
        let (mine, other) = (RecipientID(at: fixture.now, using: &randomness), RecipientID(at: fixture.now, using: &randomness))
        let (id, otherID) = (LetterID(at: fixture.now, using: &randomness), LetterID(at: fixture.now, using: &randomness))
        let (pat, sam) = (try EmailAddress("pat@private.example"), try EmailAddress("sam@private.example"))
        let address = try fixture.seal(pat, in: .address(of: mine, at: site, version: 1))
        // Both have secrets of their own.
        _ = try fixture.seal(sam, in: .address(of: other, at: site, version: 1))
        for context in [
            SealContext.address(of: other, at: site, version: 1), .address(of: mine, at: otherSite, version: 1),
            .address(of: mine, at: site, version: 2),
        ] {
            #expect(throws: SealFault.notAuthentic) { try opener.address(in: address, context: context) }
        }
        let session = try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now)
        let letter = try session.seal(LetterCoding.bytes(of: try fixture.letter()), in: .letter(id, to: mine, handle, at: site))
        for context in [
            SealContext.letter(otherID, to: mine, handle, at: site), .letter(id, to: other, handle, at: site),
            .letter(id, to: mine, handle, at: otherSite), .letter(id, to: mine, try Handle("mallory"), at: site),
        ] {
            #expect(throws: SealFault.notAuthentic) { try opener.letter(in: letter, context: context) }
        }
        #expect(throws: SealFault.wrongPurpose) { try opener.record(in: letter, context: .evidence(of: id, at: site)) }
        #expect(throws: SealFault.wrongPurpose) {
            try opener.address(in: letter, context: .address(of: mine, at: site, version: 1))
        }
    }

    @Test mutating func `Any bit flipped anywhere keeps it shut`() throws {
        let fixture = try VaultFixture(suite: .x25519)
        let opener = fixture.opener
        let context = SealContext.address(of: RecipientID(at: fixture.now, using: &randomness), at: site, version: 1)
        let seal = try fixture.seal(try EmailAddress("pat@private.example"), in: context)
        for index in seal.indices {
            var changed = seal
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(throws: SealFault.self, "byte \(index)") { try opener.address(in: changed, context: context) }
        }
        for count in 0..<seal.count {
            #expect(throws: SealFault.self, "\(count) bytes") {
                try opener.address(in: Array(seal.prefix(count)), context: context)
            }
        }
    }

    @Test func `Letters are sealed in few lengths, and a padded one reads the same`() throws {
        let fixture = try VaultFixture()
        let letters = try (0..<1_500).map { try fixture.letter("x" + String(repeating: "y", count: $0)) }
        let plain = letters.map(LetterCoding.bytes)
        #expect(Set(plain.map(\.count)).count <= 8)
        for (letter, bytes) in zip(letters, plain) where letter.text.text.utf8.count % 50 == 0 {
            #expect(try LetterCoding.letter(from: bytes) == letter)
            #expect(throws: SealFault.badContent) { try LetterCoding.letter(from: bytes + [0]) }
            #expect(throws: SealFault.badContent) { try LetterCoding.letter(from: Array(bytes.dropLast())) }
        }
        for length in [1, 256, 257, 4_096, 4_097, 80_000] {
            let padded = LetterCoding.paddedLength(length)
            #expect(padded >= length && LetterCoding.paddedLength(padded) == padded, "\(length)")
        }
    }

    @Test(arguments: ["192.0.2.7", "2001:db8::7"])
    mutating func `Evidence has one length for both kinds of client address`(text: String) throws {
        let fixture = try VaultFixture()
        let client = try #require(ClientAddress(text: text))
        let id = LetterID(at: fixture.now, using: &randomness)
        let context = SealContext.evidence(of: id, at: site)
        let session = try SealingSession(to: try #require(fixture.key(.evidence)), at: fixture.now)
        let seal = try session.seal(client.mappedBytes, in: context)
        let plain = try fixture.opener.record(in: seal, context: context)
        #expect(plain.count == 16 && ClientAddress(bytes: plain) == client)
    }

    @Test(arguments: Suite.allCases)
    mutating func `Sealed addresses all have one length, and equal ones give unequal seals (K5)`(suite: Suite) throws {
        let fixture = try VaultFixture(suite: suite)
        let (key, own) = (try #require(fixture.key(.address)), OwnSecret())
        let context = SealContext.address(of: RecipientID(at: fixture.now, using: &randomness), at: site, version: 1)
        // 100,000 of the fast suite, and 2,000 of the other: the same code sets their length.
        let count = suite == .x25519 ? 100_000 : 2_000
        var lengths: Set<Int> = []
        var seals: Set<[UInt8]> = []
        let longest = "a@" + Array(repeating: String(repeating: "d", count: 61), count: 4).joined(separator: ".") + ".org"
        for index in 0..<count {
            let text =
                index.isMultiple(of: 3) ? "pat@private.example" : index.isMultiple(of: 5) ? longest : "r\(index)@example.org"
            let seal = try key.seal(try EmailAddress(text), in: context, with: own)
            lengths.insert(seal.count)
            // The encapsulated key is enough to tell seals apart; whole seals would take 30 MB.
            seals.insert(Array(seal[13..<45]))
        }
        #expect(lengths.count == 1)
        #expect(seals.count == count)
    }

    @Test
    mutating func `After an epoch's keys are destroyed nothing of it opens, not even with a session that was met before (K6)`()
        throws
    {
        let fixture = try VaultFixture()
        let opener = fixture.opener
        let (id, recipient) = (LetterID(at: fixture.now, using: &randomness), RecipientID(at: fixture.now, using: &randomness))
        let context = SealContext.letter(id, to: recipient, handle, at: site)
        let session = try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now)
        let seal = try session.seal(LetterCoding.bytes(of: try fixture.letter()), in: context)
        #expect(throws: Never.self) { try opener.letter(in: seal, context: context) }

        let later = fixture.now + .days(30)
        let plan = try fixture.ring.keepEpochs(now: later, retention: VaultFixture.retention)
        opener.forgetDestroyed()
        #expect(
            plan.destroy == [
                .init(.opening(.letter), Epoch(containing: fixture.now)),
                .init(.opening(.letter), Epoch(containing: fixture.now).next),
            ])
        #expect(throws: SealFault.unknownKey) { try opener.letter(in: seal, context: context) }
        // Nor after a restart from what is on disk.
        let reloaded = try KeyRing(folder: KeyFolder(path: fixture.keysPath))
        #expect(throws: SealFault.unknownKey) {
            try SealOpener(ring: reloaded, secrets: fixture.memory).letter(in: seal, context: context)
        }
    }
}
