/// The words that servers of German, French, Italian, Spanish, Portuguese and Dutch providers use in refusals, as the English words
/// that the table has: `Absender unbekannt`, `Expéditeur inconnu` and `Mittente sconosciuto` are read as *sender unknown*. What is
/// refused is usually clear from such a handful of words; a sentence is not translated.
extension RefusalWords {
    /// - Returns: the words with those of other languages in English. Words that mean nothing here stay as they are.
    static func english(_ words: [Substring]) -> [Substring] {
        var english: [Substring] = []
        var rest = words[...]
        while let word = rest.first {
            let (meaning, count) = meaning(of: rest)
            // `no` and `non` are English as well, and deny here only if what they deny is in another language.
            if meaning != nil, let last = english.last, denials.contains(last), !denials.contains(word) {
                english[english.count - 1] = "not"
            }
            english += meaning ?? [word]
            rest = rest.dropFirst(count)
        }
        return english
    }

    private static let denials: Set<Substring> = ["no", "non"]

    private static func meaning(of words: ArraySlice<Substring>) -> (meaning: [Substring]?, count: Int) {
        for count in [3, 2, 1] where words.count >= count {
            let key = words.prefix(count).map { plain(letters: $0) }.joined(separator: " ")
            if let meaning = dictionary[key] { return (meaning, count) }
        }
        return (nil, 1)
    }

    /// Without accents, in lower case. A letter that was not in UTF-8 arrives as U+FFFD and is left out.
    private static func plain(letters word: Substring) -> String {
        guard !word.utf8.allSatisfy({ $0 < 0x80 }) else { return String(word) }
        return String(String.UnicodeScalarView(word.unicodeScalars.compactMap { $0 == "\u{FFFD}" ? nil : accents[$0] ?? $0 }))
    }

    /// Each as it is written with accents, without them, with two letters for an umlaut, and with the accented letters lost.
    private static let dictionary: [String: [Substring]] = {
        var entries: [String: [Substring]] = [:]
        for (words, meaning) in languages {
            let meaning = meaning.split(separator: " ")
            for word in words.split(separator: ",").map({ $0.drop { $0 == " " } }) {
                let scalars = word.unicodeScalars
                entries[plain(letters: word)] = meaning
                entries[scalars.map { digraphs[$0] ?? String(accents[$0] ?? $0) }.joined()] = meaning
                let rest = scalars.compactMap { accents[$0] == nil ? String($0) : nil }.joined()
                // `não` is not known by what English has too.
                if rest.utf8.count > 3 { entries[rest] = meaning }
            }
        }
        return entries
    }()

    private static let accents: [Unicode.Scalar: Unicode.Scalar] = {
        let rows: [(Unicode.Scalar, String)] = [
            ("a", "àáâãäÀÁÂÃÄ"), ("c", "çÇ"), ("e", "èéêëÈÉÊË"), ("i", "ìíîïÌÍÎÏ"), ("n", "ñÑ"), ("o", "òóôõöÒÓÔÕÖ"), ("s", "ß"),
            ("u", "ùúûüÙÚÛÜ"),
        ]
        return Dictionary(uniqueKeysWithValues: rows.flatMap { letter, forms in forms.unicodeScalars.map { ($0, letter) } })
    }()
    private static let digraphs: [Unicode.Scalar: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"]

    private static let languages: [(words: String, meaning: String)] = german + french + italian + spanish + others

    private static let german: [(String, String)] = [
        ("absender,absenders", "sender"), ("absenderadresse,absenderadressen", "sender address"),
        ("absenderdomain", "sender domain"),
        ("empfänger,empfängers", "recipient"), ("empfängeradresse", "recipient address"),
        ("empfängerpostfach", "recipient mailbox"), ("postfach,postfachs,briefkasten", "mailbox"),
        ("benutzer,benutzers,nutzer,nutzers", "user"), ("benutzername", "username"), ("passwort,kennwort", "password"),
        ("konto,kontos,kundenkonto,benutzerkonto,kundenkontos", "account"), ("adresse,anschrift,mailadresse", "address"),
        ("domäne", "domain"), ("ihr,ihre,ihrem,ihren,ihrer,ihres,dein,deine,deinem,deiner", "your"),
        ("unbekannt,unbekannte,unbekannter,unbekanntes", "unknown"), ("ungültig,ungültige,ungültiger,ungültiges", "invalid"),
        ("gültig,gültige,gültiger", "valid"), ("nicht", "not"), ("kein,keine,keinen", "no"),
        ("kein solcher,keine solche", "no such"), ("berechtigung", "permission"),
        ("zum senden,zum versenden,zum versand", "to send"), ("abgelaufen", "expired"), ("vertrag", "contract"),
        ("existiert nicht,nicht vorhanden,existieren nicht,gibt es nicht", "not exist"), ("nicht gefunden", "not found"),
        ("nicht mehr", "no longer"), ("erlaubt,zugelassen,zulässig,gestattet", "allowed"),
        ("berechtigt,autorisiert", "authorized"),
        ("freigeschaltet,freigegeben,aktiviert", "activated"),
        ("verifiziert,bestätigt", "verified"), ("abgelehnt,zurückgewiesen,verweigert", "rejected"),
        ("gesperrt,gesperrter", "suspended"), ("deaktiviert,abgeschaltet", "disabled"), ("geschlossen,gelöscht", "closed"),
        ("voll,überfüllt", "full"), ("ist voll", "is full"), ("quota der,quota des", "quota of"),
        ("überschritten", "exceeded"), ("erreicht,ausgeschöpft,aufgebraucht", "reached"),
        ("speicherplatz,speicherlimit", "storage quota"), ("versand", "sending"),
        ("versandlimit,sendelimit,versandkontingent,sendekontingent", "sending limit"), ("tageslimit", "daily limit"),
        ("zu viele", "too many"), ("nachrichten", "messages"), ("verbindungen", "connections"), ("anmeldung,anmelden", "login"),
        ("authentifizierung,authentisierung", "authentication"), ("erforderlich,notwendig,benötigt", "required"),
        ("fehlgeschlagen", "failed"), ("nachricht zu groß,mail zu groß", "message too large"), ("später", "later"),
        ("vorübergehend,zeitweise", "temporarily"),
    ]

    private static let french: [(String, String)] = [
        ("expéditeur,émetteur", "sender"), ("adresse expéditeur,adresse émetteur", "sender address"),
        ("destinataire,destinataires,destinatario,destinatarios", "recipient"), ("boîte aux lettres,boîte", "mailbox"),
        ("utilisateur", "user"),
        ("compte", "account"), ("domaine", "domain"), ("votre,vos", "your"), ("inconnu,inconnue", "unknown"),
        ("invalide", "invalid"), ("valide", "valid"), ("pas", "not"), ("n existe pas,existe pas", "not exist"),
        ("n est plus", "is no longer"), ("inexistant,inexistante", "not exist"), ("introuvable,non trouvé", "not found"),
        ("autorisé,autorisée", "authorized"), ("vérifié,vérifiée", "verified"),
        ("refusé,refusée,rejeté,rejetée", "rejected"), ("suspendu,suspendue", "suspended"),
        ("bloqué,bloquée", "blocked"), ("désactivé,désactivée", "disabled"), ("fermé,fermée", "closed"),
        ("plein,pleine,saturé,saturée", "full"), ("est plein,est pleine", "is full"), ("quota de la,quota du", "quota of"),
        ("dépassé,dépassée", "exceeded"), ("atteint,atteinte", "reached"),
        ("envoi", "sending"), ("à envoyer,d envoyer", "to send"), ("quota d envoi,limite d envoi", "sending limit"),
        ("limite", "limit"),
        ("trop de", "too many"), ("authentification", "authentication"), ("requise,obligatoire", "required"),
        ("échouée,échoué", "failed"), ("plus tard,ultérieurement", "later"), ("temporairement", "temporarily"),
    ]

    private static let italian: [(String, String)] = [
        ("mittente", "sender"), ("casella,casella di posta", "mailbox"), ("utente", "user"),
        ("dominio", "domain"), ("indirizzo", "address"), ("tuo,tua,suo,sua,vostro,vostra", "your"),
        ("sconosciuto,sconosciuta", "unknown"), ("valido,valida", "valid"), ("non esiste", "not exist"),
        ("inesistente", "not exist"), ("non trovato,non trovata", "not found"), ("autorizzato,autorizzata", "authorized"),
        ("consentito,consentita,ammesso", "allowed"), ("verificato,verificata", "verified"),
        ("rifiutato,rifiutata,respinto", "rejected"), ("sospeso,sospesa", "suspended"), ("bloccato,bloccata", "blocked"),
        ("disabilitato,disabilitata,disattivato,disattivata", "disabled"), ("piena,pieno", "full"),
        ("è piena,è pieno", "is full"), ("quota della,quota del", "quota of"),
        ("superato,superata", "exceeded"), ("raggiunto,raggiunta", "reached"), ("limite di invio", "sending limit"),
        ("invio", "sending"), ("troppi,troppe", "too many"), ("messaggi", "messages"), ("autenticazione", "authentication"),
        ("richiesta,necessaria", "required"), ("fallita", "failed"), ("più tardi", "later"), ("temporaneamente", "temporarily"),
    ]

    private static let spanish: [(String, String)] = [
        ("remitente", "sender"), ("buzón,buzón de correo", "mailbox"), ("usuario", "user"), ("cuenta", "account"),
        ("dirección", "address"), ("su", "your"), ("desconocido,desconocida", "unknown"), ("inválido,inválida", "invalid"),
        ("válido,válida", "valid"), ("no existe", "not exist"), ("no encontrado,no encontrada", "not found"),
        ("autorizado,autorizada", "authorized"), ("permitido,permitida", "allowed"), ("verificado", "verified"),
        ("rechazado,rechazada", "rejected"), ("suspendido,suspendida", "suspended"), ("bloqueado,bloqueada", "blocked"),
        ("deshabilitado,deshabilitada,desactivado,desactivada", "disabled"), ("lleno,llena", "full"),
        ("está lleno,está llena", "is full"), ("cuota del", "quota of"),
        ("excedido,excedida,superado", "exceeded"), ("alcanzado,alcanzada", "reached"), ("cuota", "quota"), ("límite", "limit"),
        ("límite de envío,cuota de envío", "sending limit"), ("envío", "sending"), ("para enviar", "to send"),
        ("permiso", "permission"), ("demasiados,demasiadas", "too many"),
        ("mensajes", "messages"), ("autenticación", "authentication"), ("requerida,necesaria", "required"),
        ("fallida", "failed"), ("más tarde", "later"), ("temporalmente", "temporarily"),
    ]

    /// Portuguese and Dutch.
    private static let others: [(String, String)] = [
        ("remetente", "sender"), ("destinatário", "recipient"), ("caixa postal,caixa de correio", "mailbox"),
        ("usuário,utilizador", "user"), ("conta", "account"), ("desconhecido", "unknown"), ("não", "not"),
        ("não existe", "not exist"), ("cheia", "full"), ("rejeitado", "rejected"), ("suspensa", "suspended"),
        ("afzender", "sender"), ("ontvanger,geadresseerde", "recipient"), ("postbus,postvak", "mailbox"),
        ("gebruiker", "user"), ("uw", "your"), ("onbekend,onbekende", "unknown"), ("ongeldig,ongeldige", "invalid"),
        ("niet", "not"),
        ("bestaat niet", "not exist"), ("toegestaan", "allowed"), ("geweigerd", "rejected"), ("vol", "full"),
        ("geblokkeerd", "blocked"), ("overschreden", "exceeded"),
    ]
}
