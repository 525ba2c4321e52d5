/// Lower-case letters that look like Latin ones or are used for them, from confusables.txt (UTS #39) for Greek and Cyrillic, with the
/// small capitals and boxed letters that people decorate names with. Where only the capitals look alike (В and B), the small
/// letters are here as well, since case is folded first.
enum LookAlikes {
    static let latin: [Unicode.Scalar: String] = {
        var table: [Unicode.Scalar: String] = [:]
        for (likes, latin) in rows {
            for scalar in likes.unicodeScalars { table[scalar] = latin }
        }
        // Letters in black circles and boxes, and the letters that flags are made of: none has a compatibility mapping.
        for start in [0x1F150, 0x1F170, 0x1F1E6] as [UInt32] {
            for offset in UInt8(0)..<26 {
                guard let scalar = Unicode.Scalar(start + UInt32(offset)) else { continue }
                table[scalar] = String(Unicode.Scalar(UInt8(ascii: "a") + offset))
            }
        }
        return table
    }()

    private static let rows: [(String, String)] = [
        ("аαᴀɑ", "a"), ("ввβʙ", "b"), ("сᴄϲ", "c"), ("ԁᴅđɗ", "d"), ("еεҽᴇəɛ", "e"), ("ꜰƒ", "f"), ("ɡɢ", "g"), ("нһʜħ", "h"),
        ("іιӏɪıɩ", "i"), ("јᴊ", "j"), ("кκᴋ", "k"), ("ʟł", "l"), ("мᴍ", "m"), ("пηɴո", "n"), ("оοσᴏөøօ", "o"), ("рρᴘ", "p"),
        ("ԛ", "q"), ("ʀг", "r"), ("ѕꜱ", "s"), ("тτᴛŧ", "t"), ("υᴜս", "u"), ("νᴠѵ", "v"), ("ԝωᴡѡ", "w"), ("хχ", "x"),
        ("уʏγү", "y"),
        ("ᴢ", "z"), ("æ", "ae"), ("œ", "oe"), ("‘’‛′ʼ", "'"), ("“”„‟«»″", "\""), ("‐‒–—―−", "-"),
        // One letter of Arabic script that each keyboard writes in its own way.
        ("ىی", "ي"), ("ک", "ك"), ("ة", "ه"),
    ]
}
