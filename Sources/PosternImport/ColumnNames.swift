private import Foundation

/// What a column of an import may hold.
package enum ColumnRole: String, Sendable, CaseIterable {
    case handle, name, email, locale

    /// What such a column is called, in English, German and French, and by the programs that export people. Without case, accents,
    /// blanks and punctuation. Where two of them stand in one file, it is not clear which is meant.
    var synonyms: Set<String> {
        switch self {
        case .handle:
            [
                "handle", "username", "user", "userid", "userlogin", "login", "loginname", "loginid", "nick",
                "accountname", "membername", "slug", "benutzer", "benutzername", "benutzerkennung", "anmeldename", "kennung",
                "nutzer", "nutzername", "mitgliedsname", "identifiant", "utilisateur", "nomutilisateur", "nomdutilisateur",
                "pseudo", "pseudonyme", "pseudonym",
            ]
        case .name:
            [
                "name", "displayname", "fullname", "realname", "names", "anzeigename", "angezeigtername", "vollername",
                "vollstandigername", "nom", "nomcomplet", "nomaffiche", "nomaafficher", "nomdaffichage",
            ]
        case .email:
            [
                "email", "emails", "mail", "emailaddress", "mailaddress", "emailadress", "emailadresse", "mailadresse", "emailid",
                "useremail", "primaryemail", "primaryemailaddress", "email1", "email1value", "email1address", "email1adresse",
                "primareemail", "primareemailadresse", "primaeremailadresse", "courriel", "adressecourriel", "adressemail",
                "adresseemail", "mel", "adressedemessagerie", "adresseelectronique", "adressedecourriel",
                "premiereadresseelectronique", "adressedemessagerieelectronique", "epost", "correo", "correoelectronico",
            ]
        case .locale:
            [
                "locale", "language", "lang", "languagecode", "languagetag", "preferredlanguage", "sprache", "sprachcode",
                "korrespondenzsprache", "langue", "codelangue", "langueparlee", "idioma", "lingua", "taal",
            ]
        }
    }

    /// What may hold it where nothing else does, the best first: address books have these beside the column that counts.
    var lesser: [String] {
        switch self {
        case .handle:
            [
                "nickname", "spitzname", "kurzname", "surnom", "alias", "usernicename", "screenname", "messengername", "kurzel",
                "kuerzel",
            ]
        case .name, .locale: []
        case .email: ["adresse", "address", "homeemail", "homeemailaddress", "workemail", "workemailaddress"]
        }
    }
}

/// The parts of a name in columns of their own.
enum NamePart {
    static let given: Set<String> = [
        "firstname", "givenname", "given", "first", "forename", "vorname", "rufname", "prenom", "userfirstname",
    ]
    static let family: Set<String> = [
        "lastname", "familyname", "family", "last", "surname", "nachname", "familienname", "zuname", "nomdefamille",
        "userlastname",
    ]
    /// A whole name, or the family's where another column holds the given one (Vorname, Name; Prénom, Nom).
    static let either: Set<String> = ["name", "nom"]
}

extension String {
    /// Without case, accents, blanks and punctuation: `E-Mail ` and `email` are one.
    package var columnKey: String {
        folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil)
            .filter { $0.isLetter || $0.isNumber }
    }
}
