import PosternCore
import PosternSealing
import PosternVault

/// Seals, and their content: anyone with a public key can seal anything. The first byte chooses.
enum SealCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let (choice, rest) = bytes.choiceAndRest
        switch choice % 6 {
        case 0: try checkSeal(rest)
        case 1: try checkOpening(rest, .address)
        case 2: try checkOpening(rest, .letter)
        case 3: try checkLetter(rest)
        case 4: try checkAddress(rest)
        default: try checkKeys(rest)
        }
    }

    private static func checkSeal(_ bytes: [UInt8]) throws(Breach) {
        guard let seal = try? Seal(bytes) else { return }
        try hold(seal.bytes == bytes, "a seal has one form in bytes")
        try hold(seal.bytes.count <= Seal.longest, "a seal is within its bounds")
        try hold(seal.encapsulated.count == seal.suite.encapsulatedLength, "a seal holds a key of its suite")
    }

    /// Whatever opens is one of the seal files of the vault's tests.
    private static func checkOpening(_ bytes: [UInt8], _ purpose: SealPurpose) throws(Breach) {
        guard let site = try? SiteID("photos"), let recipient = RecipientID("01k6ng0000000g000000000001"),
            let id = LetterID("01k6p00000000g000000000001"), let handle = try? Handle("pat")
        else { throw Breach(description: "plain names are read") }
        if purpose == .address {
            let opened = try? FixedVault.opener.address(in: bytes, context: .address(of: recipient, at: site, version: 1))
            if let opened { try hold(opened.text == "pat@private.example", "only what was sealed here opens") }
        } else if let letter = try? FixedVault.opener.letter(in: bytes, context: .letter(id, to: recipient, handle, at: site)) {
            try LetterCheck.check(letter)
        }
    }

    private static func checkLetter(_ bytes: [UInt8]) throws(Breach) {
        guard let letter = try? LetterCoding.letter(from: bytes) else { return }
        try LetterCheck.check(letter)
    }

    private static func checkAddress(_ bytes: [UInt8]) throws(Breach) {
        guard let address = PaddedAddress.address(in: bytes) else { return }
        try AddressCheck.check(address)
        try hold(PaddedAddress(address).bytes == bytes, "a padded address has one form in bytes")
    }

    /// A public half from an announcement is no key, or one that seals.
    private static func checkKeys(_ bytes: [UInt8]) throws(Breach) {
        let (choice, half) = bytes.choiceAndRest
        let key = SealingKey(
            purpose: .evidence, suite: choice & 1 == 0 ? .x25519 : .xWing, epoch: Epoch(day: 20_781), publicHalf: half)
        guard let session = try? SealingSession(to: key, at: Timestamp(seconds: 0)), let site = try? SiteID("photos") else {
            return
        }
        let sealed = try? session.seal([192, 0, 2, 7], in: .evidence(of: LetterID(high: 1, low: 2), at: site))
        try hold(sealed.flatMap { try? Seal($0) }?.key == key.id, "a seal names the key it was made for")
    }
}
