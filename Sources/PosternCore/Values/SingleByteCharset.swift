/// A charset of one byte a character: spreadsheets save a “CSV” in one on computers of one part of the world, and old pages post
/// forms in one. Bytes below 0x80 are ASCII in each.
package enum SingleByteCharset: String, Sendable, CaseIterable {
    case windows1250 = "windows-1250"
    case windows1251 = "windows-1251"
    case windows1252 = "windows-1252"
    case windows1253 = "windows-1253"
    case windows1254 = "windows-1254"
    case windows1255 = "windows-1255"
    case windows1256 = "windows-1256"
    case windows1257 = "windows-1257"
    case windows1258 = "windows-1258"
    case windows874 = "windows-874"
    case latin2 = "iso-8859-2"
    case latin9 = "iso-8859-15"
    case macintosh = "macintosh"
    case latin3 = "iso-8859-3"
    case latin4 = "iso-8859-4"
    case isoCyrillic = "iso-8859-5"
    case isoArabic = "iso-8859-6"
    case isoGreek = "iso-8859-7"
    case isoHebrew = "iso-8859-8"
    case latin6 = "iso-8859-10"
    case latin7 = "iso-8859-13"
    case latin8 = "iso-8859-14"
    case latin10 = "iso-8859-16"
    case koi8r = "koi8-r"
    case koi8u = "koi8-u"
    case macCentralEuropean = "mac-centraleurope"
    case macCyrillic = "mac-cyrillic"
    case macGreek = "mac-greek"
    case macTurkish = "mac-turkish"
    case macCroatian = "mac-croatian"
    case macRomanian = "mac-romanian"
    case macIcelandic = "mac-icelandic"
    case dos437 = "cp437"
    case dos720 = "cp720"
    case dos737 = "cp737"
    case dos775 = "cp775"
    case dos850 = "cp850"
    case dos852 = "cp852"
    case dos855 = "cp855"
    case dos857 = "cp857"
    case dos858 = "cp858"
    case dos860 = "cp860"
    case dos861 = "cp861"
    case dos862 = "cp862"
    case dos863 = "cp863"
    case dos865 = "cp865"
    case dos866 = "cp866"
    case dos869 = "cp869"

    /// 128 characters, 0x80 to 0xFF; `?` where there is none (encoding.spec.whatwg.org, “Indexes”).
    package var upperHalf: [Unicode.Scalar] {
        Array((table ?? unixTable ?? dosTable ?? macTable ?? "").unicodeScalars)
    }

    /// By one of its names. ISO 8859-1, -9 and -11 are read as the Windows charsets that have all their characters, as browsers do.
    /// - Parameter plain: in lower case and without punctuation.
    package init?(plain: String) {
        guard let known = Self.allCases.first(where: { $0.names.contains(plain) }) else { return nil }
        self = known
    }

    private var names: Set<String> {
        let own = rawValue.filter { $0.isLetter || $0.isNumber }
        for prefix in ["windows", "cp"] where own.hasPrefix(prefix) {
            let number = own.dropFirst(prefix.count)
            return Set(["", "cp", "windows", "win", "ibm", "dos", "oem", "msdos"].map { $0 + number }).union(aliases)
        }
        return aliases.union([own, "x" + own, own.replacing("iso8859", with: "8859")])
    }

    /// Windows has a number for each (learn.microsoft.com, “Code Page Identifiers”).
    private var aliases: Set<String> {
        switch self {
        case .windows1252: ["iso88591", "88591", "latin1", "l1", "cp819", "28591", "usascii", "ascii", "ansi"]
        case .windows1254: ["iso88599", "88599", "latin5", "l5", "28599", "cp28599"]
        case .windows874: ["iso885911", "tis620"]
        case .latin2: ["latin2", "l2", "28592", "cp28592"]
        case .latin3: ["latin3", "l3", "28593", "cp28593"]
        case .latin4: ["latin4", "l4", "28594", "cp28594"]
        case .isoCyrillic: ["cyrillic", "28595", "cp28595"]
        case .isoArabic: ["arabic", "28596", "cp28596"]
        case .isoGreek: ["greek", "28597", "cp28597"]
        case .isoHebrew: ["iso88598i", "hebrew", "28598", "cp28598", "38598", "cp38598"]
        case .latin6: ["latin6", "l6"]
        case .latin7: ["latin7", "28603", "cp28603"]
        case .latin8: ["latin8"]
        case .latin9: ["latin9", "latin0", "28605", "cp28605"]
        case .latin10: ["latin10"]
        case .koi8r: ["koi8", "20866", "cp20866"]
        case .koi8u: ["koi8ru", "21866", "cp21866"]
        case .macintosh: ["mac", "macroman", "xmacroman", "10000", "cp10000"]
        case .macCentralEuropean:
            ["macce", "xmacce", "maccentraleuropean", "xmaccentraleurroman", "maclatin2", "10029", "cp10029"]
        case .macCyrillic: ["macukrainian", "xmacukrainian", "10007", "cp10007", "10017", "cp10017"]
        case .macGreek: ["10006", "cp10006"]
        case .macTurkish: ["10081", "cp10081"]
        case .macCroatian: ["10082", "cp10082"]
        case .macRomanian: ["macromania", "10010", "cp10010"]
        case .macIcelandic: ["maciceland", "10079", "cp10079"]
        default: []
        }
    }

    private var table: String? {
        switch self {
        case .windows1250:
            "€?‚?„…†‡?‰Š‹ŚŤŽŹ?‘’“”•–—?™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"
        case .windows1251:
            "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—?™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
        case .windows1252:
            "€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
        case .windows1253:
            "€?‚ƒ„…†‡?‰?‹?????‘’“”•–—?™?›????\u{A0}΅Ά£¤¥¦§¨©?«¬\u{AD}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ?ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ?"
        case .windows1254:
            "€?‚ƒ„…†‡ˆ‰Š‹Œ????‘’“”•–—˜™š›œ??Ÿ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ"
        case .windows1255:
            "€?‚ƒ„…†‡ˆ‰?‹?????‘’“”•–—˜™?›????\u{A0}¡¢£₪¥¦§¨©×«¬\u{AD}®¯°±²³´µ¶·¸¹÷»¼½¾¿\u{5B0}\u{5B1}\u{5B2}\u{5B3}"
                + "\u{5B4}\u{5B5}\u{5B6}\u{5B7}\u{5B8}\u{5B9}\u{5BA}\u{5BB}\u{5BC}\u{5BD}־\u{5BF}׀\u{5C1}\u{5C2}׃װױײ׳״??????"
                + "?אבגדהוזחטיךכלםמןנסעףפץצקרשת??\u{200E}\u{200F}?"
        case .windows1256:
            "€پ‚ƒ„…†‡ˆ‰ٹ‹Œچژڈگ‘’“”•–—ک™ڑ›œ\u{200C}\u{200D}ں\u{A0}،¢£¤¥¦§¨©ھ«¬\u{AD}®¯°±²³´µ¶·¸¹؛»¼½¾؟ہءآأؤإئابةتثجحخدذ"
                + "رزسشصض×طظعغـفقكàلâمنهوçèéêëىيîï\u{64B}\u{64C}\u{64D}\u{64E}ô\u{64F}\u{650}÷\u{651}ù\u{652}ûü\u{200E}"
                + "\u{200F}ے"
        case .windows1257:
            "€?‚?„…†‡?‰?‹?¨ˇ¸?‘’“”•–—?™?›?¯˛?\u{A0}?¢£¤?¦§Ø©Ŗ«¬\u{AD}®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙"
        case .windows1258:
            "€?‚ƒ„…†‡ˆ‰?‹Œ????‘’“”•–—˜™?›œ??Ÿ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂĂÄÅÆÇÈÉÊË\u{300}ÍÎÏĐÑ\u{309}"
                + "ÓÔƠÖ×ØÙÚÛÜƯ\u{303}ßàáâăäåæçèéêë\u{301}íîïđñ\u{323}óôơö÷øùúûüư₫ÿ"
        case .windows874:
            "€????…???????????‘’“”•–—????????\u{A0}กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮฯะ\u{E31}าำ\u{E34}"
                + "\u{E35}\u{E36}\u{E37}\u{E38}\u{E39}\u{E3A}????฿เแโใไๅๆ\u{E47}\u{E48}\u{E49}\u{E4A}\u{E4B}\u{E4C}\u{E4D}"
                + "\u{E4E}๏๐๑๒๓๔๕๖๗๘๙๚๛????"
        case .latin2:
            "????????????????????????????????\u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"
        case .latin9:
            "????????????????????????????????\u{A0}¡¢£€¥Š§š©ª«¬\u{AD}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
        case .macintosh:
            "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ?ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"
        default: nil
        }
    }
}
