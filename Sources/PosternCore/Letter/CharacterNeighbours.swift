/// What a character means to the invisible one beside it.
extension Unicode.Scalar {
    /// An emoji beyond ASCII. Digits are emoji too, as the base of keycaps.
    var isPicture: Bool { value > 0x7F && properties.isEmoji }

    /// Whether the selector makes a variation sequence of this base.
    ///
    /// Emoji and text style: emoji-variation-sequences.txt. FE00 to FE0D: StandardizedVariants.txt, by block. E0100 and up: any
    /// ideograph, since the registry of UTS #37 grows and an unregistered sequence shows the plain ideograph.
    func varies(by selector: Unicode.Scalar) -> Bool {
        switch selector.value {
        case 0xFE0E, 0xFE0F: return properties.isEmoji
        case 0xE0100...0xE01EF: return properties.isUnifiedIdeograph
        case 0x180B...0x180F: return Optional(self).isMongolian
        case 0xFE00...0xFE02 where properties.isUnifiedIdeograph: return true
        case 0xFE00...0xFE06 where (0x13000...0x143FF).contains(value): return true
        case 0xFE00, 0xFE01:
            switch value {
            case 0x3001, 0x3002, 0xFF01, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F: return true
            case 0x0030, 0x2200...0x22FF, 0x2A00...0x2AFF, 0xFF10, 0x1000...0x109F, 0xAA60...0xAA7F, 0xA840...0xA877,
                0x10AC0...0x10AE4:
                return selector.value == 0xFE00
            default: return false
            }
        default: return false
        }
    }
}

extension Unicode.Scalar? {
    /// Scripts whose letters change beside each other: Arabic and its kin, the scripts of India and of South East Asia.
    var isOfJoiningScript: Bool {
        switch self?.value ?? 0 {
        case 0x0600...0x074F, 0x0750...0x077F, 0x07C0...0x07FF, 0x0840...0x08FF, 0xFB50...0xFDCF, 0xFDF0...0xFDFF,
            0xFE70...0xFEFC,
            0x10A00...0x10AFF, 0x10D00...0x10D3F, 0x10F30...0x10FFF, 0x1E900...0x1E95F:
            true
        case 0x0900...0x109F, 0x1700...0x17FF, 0x1900...0x1C4F, 0x1CD0...0x1CFF, 0xA800...0xA82F, 0xA840...0xA9FF,
            0xAA00...0xAADF, 0xABC0...0xABFF, 0x11000...0x11FFF:
            true
        default: isMongolian
        }
    }

    /// Scripts that put no space between words: class SA of UAX #14. A program without a dictionary breaks their lines only
    /// where ZWSP stands.
    var isWrittenWithoutSpaces: Bool {
        switch self?.value ?? 0 {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17DD, 0x1950...0x19DF, 0x1A20...0x1AAD, 0xA9E0...0xA9FF,
            0xAA60...0xAADF, 0x11700...0x1174F:
            true
        default: false
        }
    }

    var isMongolian: Bool { (0x1800...0x18AF).contains(self?.value ?? 0) }

    /// A part of a syllable that is written part by part.
    var isHangulPart: Bool {
        switch self?.value ?? 0 {
        case 0x1100...0x115E, 0x1161...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7FB: true
        default: false
        }
    }
}
