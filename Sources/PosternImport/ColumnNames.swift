private import Foundation

/// What a column of an import may hold.
package enum ColumnRole: String, Sendable, CaseIterable {
    case handle, name, email, locale
    /// The other names that a site has for a person, in one cell.
    case alias

    /// What such a column is called, in English, German and French and some more, and by the programs that export people. Without case, accents,
    /// blanks and punctuation. Where two of them stand in one file, it is not clear which is meant.
    var synonyms: Set<String> {
        switch self {
        case .handle:
            [
                "handle", "username", "user", "userid", "uid", "userlogin", "login", "loginname", "loginid", "nick",
                "accountname", "membername", "slug", "benutzer", "benutzername", "benutzerkennung", "anmeldename", "kennung",
                "nutzer", "nutzername", "mitgliedsname", "identifiant", "utilisateur", "nomutilisateur", "nomdutilisateur",
                "pseudo", "pseudonyme", "pseudonym", "usuario", "nombredeusuario", "nomeutente", "utente", "gebruiker",
                "gebruikersnaam",
            ]
        case .name:
            [
                "name", "displayname", "fullname", "realname", "names", "anzeigename", "angezeigtername", "vollername",
                "vollstandigername", "nombrecompleto", "nomecompleto", "naam", "volledigenaam", "nom", "nomcomplet", "nomaffiche",
                "nomaafficher", "nomdaffichage",
            ]
        case .email:
            [
                "email", "emails", "mail", "emailaddress", "mailaddress", "emailadress", "emailadresse", "mailadresse", "emailid",
                "useremail", "emailaddressrequired", "primarysmtpaddress", "primaryemail", "primaryemailaddress", "email1",
                "email1value", "email1address", "email1adresse",
                "primareemail", "primareemailadresse", "primaeremailadresse", "courriel", "adressecourriel", "adressemail",
                "adresseemail", "mel", "adressedemessagerie", "adresseelectronique", "adressedecourriel",
                "premiereadresseelectronique", "adressedemessagerieelectronique", "epost", "correo", "correoelectronico",
                "direcciondecorreo", "direcciondecorreoelectronico", "indirizzoemail", "postaelettronica", "emailadres",
            ]
        case .locale:
            [
                "locale", "language", "lang", "languagecode", "languagetag", "preferredlanguage", "sprache", "sprachcode",
                "korrespondenzsprache", "langue", "codelangue", "langueparlee", "idioma", "lingua", "taal",
            ]
        case .alias:
            [
                "alias", "aliases", "aliasname", "aliasnames", "othername", "othernames", "alternatename", "alternatenames",
                "alternativename", "alternativenames", "alsoknownas", "aka", "formername", "formernames", "aliasnamen",
                "anderername", "anderenamen", "weiterername", "weiterenamen", "fruherername", "fruherenamen", "autrenom",
                "autresnoms", "nomsalternatifs", "anciennom", "anciensnoms", "otronombre", "otrosnombres", "altronome",
                "altrinomi",
            ]
        }
    }

    /// Those among them that mostly are a database's number for somebody, who has a name beside it.
    static let numbers: Set<String> = ["userid", "uid", "loginid"]

    /// What may hold it where nothing else does, the best first: address books have these beside the column that counts.
    var lesser: [String] {
        switch self {
        case .handle:
            [
                "nickname", "spitzname", "kurzname", "surnom", "alias", "usernicename", "screenname", "messengername", "kurzel",
                "kuerzel",
            ]
        case .name, .locale, .alias: []
        case .email:
            ["adresse", "address", "homeemail", "homeemailaddress", "workemail", "workemailaddress", "userprincipalname"]
        }
    }
}

/// The parts of a name in columns of their own.
enum NamePart {
    static let given: Set<String> = [
        "firstname", "givenname", "given", "first", "forename", "vorname", "rufname", "prenom", "userfirstname",
        "firstnamerequired", "nombre", "nome", "voornaam",
    ]
    static let family: Set<String> = [
        "lastname", "familyname", "family", "last", "surname", "nachname", "familienname", "zuname", "nomdefamille",
        "userlastname", "lastnamerequired", "apellido", "apellidos", "cognome", "achternaam",
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
