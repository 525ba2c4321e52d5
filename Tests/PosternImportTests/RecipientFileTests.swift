import PosternCore
import PosternImport
import Testing

@Suite("A file of recipients is understood as spreadsheets and address books write it")
struct RecipientFileTests {
    private static let one = ["pat|Pat|pat@private.example|en"]

    /// Files with one person, written in different ways.
    @Test(arguments: [
        "handle;name;email\npat;Pat;pat@private.example\n",
        "sep=;\nhandle;name;email\npat;Pat;pat@private.example\n",
        "\"sep=;\"\r\nhandle;name;email\r\npat;Pat;pat@private.example\r\n",
        "sep=^\nhandle^name^email\npat^Pat^pat@private.example\n",
        "handle\tname\temail\npat\tPat\tpat@private.example\n",
        "handle|name|email\npat|Pat|pat@private.example\n",
        "handle;\"name, as shown\";name;email\npat;\"x, y\";Pat;pat@private.example\n",
        "\u{FEFF}handle;name;email\r\npat;Pat;pat@private.example\r\n",
        "\u{FEFF}sep=;\r\nhandle;name;email\r\npat;Pat;pat@private.example\r\n",
    ])
    func `O1: the delimiter is found by the header, and sep= is obeyed`(text: String) throws {
        #expect(try Sample(text).added == Self.one)
    }

    @Test func `O2: UTF-8, UTF-16 and UTF-32 with a byte order mark are read`() throws {
        let text = "handle,name,email\r\npat,Zoë 葛 🙂,pat@private.example\r\n"
        func bytes<Unit: FixedWidthInteger>(_ units: [Unit]) -> [UInt8] { units.flatMap { withUnsafeBytes(of: $0, Array.init) } }
        let utf16 = [0xFEFF] + Array(text.utf16)
        let utf32 = [0xFEFF] + text.unicodeScalars.map(\.value)
        let files = [
            Array("\u{FEFF}\(text)".utf8), bytes(utf16.map(\.littleEndian)), bytes(utf16.map(\.bigEndian)),
            bytes(utf32.map(\.littleEndian)), bytes(utf32.map(\.bigEndian)),
        ]
        for (file, name) in zip(files, ["UTF-8", "UTF-16 LE", "UTF-16 BE", "UTF-32 LE", "UTF-32 BE"]) {
            let sample = try Sample(file)
            #expect(sample.file.encoding.description == name && sample.file.isMarked)
            #expect(sample.added == ["pat|Zoë 葛 🙂|pat@private.example|en"])
        }
        // Without the mark, but named.
        #expect(try Sample(bytes(text.utf16.map(\.bigEndian)), encoding: "UTF-16BE").added.count == 1)
    }

    @Test(arguments: [
        ("windows-1252", [0x4D, 0xFC, 0x6C, 0x80], "Mül€"), ("ISO_8859-1", [0xE9, 0x74, 0xE9], "été"),
        ("latin1", [0xDF], "ß"), ("cp1250", [0xF8, 0x9A], "řš"), ("windows-1251", [0xC8, 0xE2, 0xE0, 0xED], "Иван"),
        ("iso-8859-15", [0xA4, 0xBD], "€œ"), ("macintosh", [0x9F, 0x8A], "üä"), ("windows-1255", [0xE3, 0xF0, 0xE4], "דנה"),
        ("cp1256", [0xE3, 0xE4, 0xEC], "منى"), ("windows-874", [0xB9, 0xD2, 0xE4, 0xB7], "นาไท"),
        ("windows-1258", [0xD0, 0xF4], "Đô"), ("Shift_JIS", [0x8E, 0x52, 0x93, 0x63, 0x20, 0xD4, 0xCF, 0xC0], "山田 ﾔﾏﾀ"),
        ("windows-31j", [0xFB, 0xFC, 0x8B, 0xB4], "髙橋"), ("gbk", [0xCD, 0xF5, 0xD0, 0xA1, 0xC3, 0xF7], "王小明"),
        ("GB18030", [0x81, 0x39, 0xEE, 0x39], "㐀"), ("gb2312", [0xD5, 0xC5], "张"),
        ("Big5", [0xB3, 0xAF, 0xA4, 0x6A, 0xA4, 0xE5], "陳大文"), ("cp949", [0xB1, 0xE8, 0x8C, 0x63], "김똠"),
        ("EUC-KR", [0xB1, 0xE8], "김"),
    ])
    func `O2: an encoding without a mark is read when it is named`(name: String, octets: [UInt8], text: String) throws {
        let bytes = Array("handle,name,email\npat,".utf8) + octets + Array(",pat@private.example\n".utf8)
        #expect(try Sample(bytes, encoding: name).added == ["pat|\(text)|pat@private.example|en"])
    }

    /// The second byte of a character may be a letter, a backslash or a bar; it is none here.
    @Test(arguments: [
        ("shift_jis", [0x83, 0x5C, 0x81, 0x7C, 0x83, 0x41], "ソ－ア"), ("big5", [0xB3, 0x5C, 0xA5, 0x5C, 0xBB, 0x5C], "許功蓋"),
        ("gb18030", [0x81, 0x7C, 0x81, 0x5C], "亅乗"),
    ])
    func `O2: half of a character is no bar between columns`(name: String, octets: [UInt8], text: String) throws {
        let bytes = Array("handle|name|email\npat|".utf8) + octets + Array("|pat@private.example\n".utf8)
        #expect(try Sample(bytes, encoding: name).added == ["pat|\(text)|pat@private.example|en"])
    }

    /// The first half of a character before a line end, a comma and a quote; one that Windows leaves to each computer; a byte that
    /// no character has; and one where glibc's converter goes too far.
    @Test(
        arguments: [
            ("shift_jis", [0x81]), ("shift_jis", [0xF0, 0x40]), ("shift_jis", [0xFF]), ("gb18030", [0x81, 0x30, 0x81]),
            ("gb18030", [0xAA, 0xA1]), ("big5", [0xA4]), ("big5", [0x80]), ("euc-kr", [0xB1]), ("euc-kr", [0xA2, 0xE8]),
        ] as [(String, [UInt8])])
    func `O2: a broken character of two bytes costs its own row, and neither its quote nor its line end`(
        name: String, octets: [UInt8]
    ) throws {
        let bytes =
            Array("handle,name,email,note\nsam,\"Sam".utf8) + octets + Array("\",sam@private.example,".utf8) + octets
            + Array("\npat,Pat,pat@private.example,\nkim,Kim".utf8) + octets + Array(",kim@private.example,".utf8) + octets
        let sample = try Sample(bytes, encoding: name)
        #expect(sample.added == Self.one)
        #expect(sample.wrong.map(\.line) == [2, 4])
    }

    @Test func `O2: every encoding that is offered is one`() {
        for name in FileEncoding.names { #expect(FileEncoding(named: name) != nil, "\(name)") }
        #expect(FileEncoding(named: "big5-hkscs") == nil)
    }

    @Test func `O2: what is not UTF-8 and has no mark is refused with the line and what to type`() throws {
        let bytes = Array("handle,name,email\npat,M".utf8) + [0xFC] + Array(",pat@private.example\n".utf8)
        let fault = try #require(throws: ImportFault.self) { try Sample(bytes) }
        #expect(fault.problem.contains("not UTF-8 (line 2)"))
        #expect(fault.remedy.contains("--encoding windows-1252") && fault.remedy.contains("shift_jis"))
        let utf16 = try #require(throws: ImportFault.self) { try Sample(Array("h,e\n".utf16).flatMap { [UInt8($0), 0] }) }
        #expect(utf16.remedy.contains("--encoding utf-16 "))
        let unknown = try #require(throws: ImportFault.self) { try Sample(Array("a".utf8), encoding: "klingon") }
        #expect(unknown.remedy.contains("windows-1252"))
        let contrary = try #require(throws: ImportFault.self) { try Sample([0xFF, 0xFE, 0x61, 0], encoding: "windows-1252") }
        #expect(contrary.problem.contains("UTF-16 LE"))
    }

    @Test func `O2: bytes that cannot be decoded cost their own row`() throws {
        let start =
            Array("handle,name,email\npat,Pat,pat@private.example\nsam,S".utf16) + [0xD800] + Array("m,s@x.example\n".utf16)
        let sample = try Sample([0xFF, 0xFE] + start.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        #expect(sample.added == Self.one)
        #expect(sample.wrong.map(\.line) == [3])
    }

    /// header → the columns of handle, name, email, locale; nil where there is none
    @Test(
        arguments: [
            ("Handle, Name , E-Mail", [0, 1, 2, nil]), ("E-MAIL,Handle,phone,Name,Locale", [2 - 1, 3, 0, 4]),
            ("username,display name,mail,language", [0, 1, 2, 3]), ("User,Full Name,email address,lang", [0, 1, 2, 3]),
            ("login,nom,courriel,langue", [0, 1, 2, 3]), ("Nick,Name,Adresse,Sprache", [0, 1, 2, 3]),
            ("Benutzername,Anzeigename,E-Mail-Adresse,Sprache", [0, 1, 2, 3]),
            ("Nom d'utilisateur,Nom complet,Adresse e-mail,Langue", [0, 1, 2, 3]),
            ("Usuario,Nombre completo,Correo electrónico,Idioma", [0, 1, 2, 3]),
            ("Nome utente,Nome completo,Indirizzo e-mail,Lingua", [0, 1, 2, 3]),
            ("Gebruikersnaam,Naam,E-mailadres,Taal", [0, 1, 2, 3]),
            ("user_login,display_name,user_email,locale", [0, 1, 2, 3]), ("\"handle\",\"name\",\"e_mail\"", [0, 1, 2, nil]),
        ] as [(String, [Int?])])
    func `O3: columns are found by name, whatever their case, blanks, order and language`(header: String, columns: [Int?]) throws
    {
        let map = try Sample(header + "\n").file.columns
        #expect([.handle, .name, .email, .locale].map { map[$0] } == columns)
    }

    @Test func `O3: further columns are ignored and named`() throws {
        let sample = try Sample("Handle,Phone,Name,E-Mail,Street\npat,1,Pat,pat@private.example,x\n")
        #expect(sample.added == Self.one)
        #expect(sample.file.columns.ignored == [1, 4])
        #expect(sample.file.summary.contains("ignored   “Phone”, “Street”"))
        #expect(sample.file.summary.contains("email   ← “E-Mail”"))
    }

    @Test(arguments: [
        ("handle,name,email,mail", "“email” (column 3) and “mail” (column 4)", "email=3"),
        ("handle,username,name,email", "“handle” (column 1) and “username” (column 2)", "handle=1"),
        ("handle,name,email,email", "“email” (column 3) and “email” (column 4)", "email=3"),
    ])
    func `O3: two columns that could hold the same are a fault that names both`(
        header: String, both: String, option: String
    ) throws {
        let fault = try #require(throws: ImportFault.self) { try Sample(header + "\na,b,c@x.example,d\n") }
        #expect(fault.problem.contains(both))
        #expect(fault.remedy.contains("--column \(option)"))
        #expect(try Sample(header + "\n", columns: [option]).file.columns.columns.count >= 3)
    }

    // phpBB, vBulletin and MyBB number their members.
    @Test(arguments: ["user_id,username,user_email", "username,userid,email", "uid,username,email", "login id,user_login,email"])
    func `O3: a column of numbers is no handle where a name is beside it`(header: String) throws {
        let columns = header.split(separator: ",").map(String.init)
        let row = columns.map { $0.hasSuffix("id") ? "42" : $0.hasSuffix("mail") ? "pat@private.example" : "pat" }
        let text = "\(header),name\n\(row.joined(separator: ",")),Pat\n,,,\n"
        let sample = try Sample(text)
        #expect(sample.added == Self.one, "\(sample.wrong)")
        #expect(sample.file.columns.ignored == columns.indices.filter { columns[$0].hasSuffix("id") })
        // Alone, or named, it is one.
        let number = try #require(columns.firstIndex { $0.hasSuffix("id") })
        #expect(try Sample(text, columns: ["handle=\(number + 1)"]).recipients.map(\.handle.text) == ["42"])
        #expect(try Sample("user_id,name,email\n42,Pat,pat@private.example\n").recipients.map(\.handle.text) == ["42"])
    }

    @Test func `O3: an id that is no number may be the handle, so both are named`() throws {
        for id in ["pat42", "4 2", "=A1"] {
            let text = "uid,username,name,email\n7,p,Pat,p@x.example\n\(id),pat,Pat,pat@private.example\n"
            let fault = try #require(throws: ImportFault.self) { try Sample(text) }
            #expect(fault.problem.contains("“uid” (column 1) and “username” (column 2)"))
        }
        #expect(throws: ImportFault.self) { try Sample("user_id,uid,name,email\n1,2,Pat,pat@private.example\n") }
    }

    @Test func `O3: the operator can say which column it is, by name or number`() throws {
        let text = "Kürzel;Wer;Kontakt\npat;Pat;pat@private.example\n"
        for columns in [["name=Wer", "email=Kontakt"], ["name=2", "email=3"], ["NAME=wer ", "email=3", "handle=1"]] {
            #expect(try Sample(text, columns: columns).added == Self.one)
        }
        let fault = try #require(throws: ImportFault.self) { try Sample(text, columns: ["email=Mail"]) }
        #expect(fault.remedy.contains("“Kontakt” (column 3)"))
        #expect(throws: ImportFault.self) { try Sample(text, columns: ["who=2"]) }
    }

    @Test func `O3: a file without a header, or without addresses, is refused with what it has`() throws {
        let none = try #require(throws: ImportFault.self) { try Sample("pat,Pat,canary@private.example\n") }
        #expect(none.problem.contains("no header") && !"\(none)".contains("canary"))
        let other = try #require(throws: ImportFault.self) { try Sample("handle;name;phone\npat;Pat;1\n") }
        #expect(other.problem.contains("semicolon") && other.problem.contains("“phone” (column 3)"))
        #expect(throws: ImportFault.self) { try Sample("") }
        #expect(throws: ImportFault.self) { try Sample("\r\n\r\n") }
    }

    @Test(arguments: [
        ([0x50, 0x4B, 0x03, 0x04, 0x14], ".xlsx"), ([0xD0, 0xCF, 0x11, 0xE0], ".xls"), (Array("BEGIN:VCARD\r\n".utf8), "vCard"),
        (Array("dn: cn=Pat\n".utf8), "LDIF"), (Array("\r\n<html xmlns:x=\"urn:schemas-microsoft-com".utf8), "web page"),
        (Array("\u{FEFF}<?xml version=\"1.0\"?>\n<?mso-application".utf8), "XML"),
        (Array("<TABLE><TR><TD>handle".utf8), "web page"),
        (Array(#"[ {"handle": "pat"} ]"#.utf8), "JSON"), (Array(#"{"people": []}"#.utf8), "JSON"),
        (Array(#"{\rtf1\ansi handle"#.utf8), "RTF"), ([0x1F, 0x8B, 0x08, 0x00, 0x01], "gzip"),
    ])
    func `A spreadsheet's own file, a vCard and an LDIF are told from a list`(bytes: [UInt8], kind: String) throws {
        let fault = try #require(throws: ImportFault.self) { try Sample(bytes) }
        #expect(fault.problem.contains(kind) && fault.remedy.contains("CSV"))
    }

    @Test func `A title before the header is passed over`() throws {
        #expect(try Sample("Members 2026;;\n;;\nhandle;name;email\npat;Pat;pat@private.example\n").added == Self.one)
    }

    /// Real headers, cut to what matters, and one person each: the program, header, row, what goes in or is proposed.
    @Test(arguments: [
        (
            "Google",
            "First Name,Middle Name,Last Name,Nickname,File As,Organization Name,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value",
            "Anna,M.,Müller,,,,\"two\nlines\",* myContacts,* Other,anna@private.example", "anna-mueller"
        ),
        (
            "Google, before 2024",
            "Name,Given Name,Additional Name,Family Name,Nickname,Language,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Value",
            "Anna Müller,Anna,,Müller,,,* myContacts,*,anna@private.example,+49 171 1", "anna-mueller"
        ),
        (
            "Outlook",
            "First Name,Middle Name,Last Name,Title,Suffix,Nickname,E-mail Address,E-mail 2 Address,E-mail 3 Address,Home Phone,Language",
            "Anna,,Müller,,,,anna@private.example,other@private.example,,,", "anna-mueller"
        ),
        (
            "Outlook, German",
            "\"Anrede\",\"Vorname\",\"Weitere Vornamen\",\"Nachname\",\"Firma\",\"Konto\",\"E-Mail-Adresse\",\"E-Mail-Typ\",\"E-Mail: Angezeigter Name\",\"E-Mail 2: Adresse\",\"Sprache\"",
            "\"\",\"Anna\",\"\",\"Müller\",\"\",\"\",\"anna@private.example\",\"SMTP\",\"Anna (anna@private.example)\",\"\",\"\"",
            "anna-mueller"
        ),
        (
            "Outlook, French", "Titre;Prénom;Deuxième prénom;Nom;Société;Adresse de messagerie;Type de messagerie;Langue",
            ";Anna;;Müller;;anna@private.example;SMTP;", "anna-mueller"
        ),
        (
            "Thunderbird",
            "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Notes",
            "Anna,Müller,Anna Müller,,anna@private.example,,,,", "anna-mueller"
        ),
        (
            "Thunderbird, German",
            "Vorname,Nachname,Anzeigename,Spitzname,Primäre E-Mail-Adresse,Sekundäre E-Mail-Adresse,Messenger-Name",
            "Anna,Müller,,Anni,anna@private.example,,", "anni"
        ),
        ("German club", "Name;Vorname;Straße;E-Mail", "Müller;Anna;Weg 1;anna@private.example", "anna-mueller"),
        (
            "WordPress", "ID,user_login,user_email,first_name,last_name,display_name,user_nicename",
            "1,anna,anna@private.example,Anna,Müller,Anna Müller,anna-2", "anna"
        ),
        (
            "Google Workspace", "First Name [Required],Last Name [Required],Email Address [Required],Password [Required]",
            "Anna,Müller,anna@private.example,****", "anna-mueller"
        ),
        (
            "Exchange Online", "Alias,DisplayName,PrimarySmtpAddress,EmailAddresses",
            "anna,Anna Müller,anna@private.example,SMTP:anna@private.example", "anna"
        ),
        (
            "Entra", "userPrincipalName,displayName,surname,mail,givenName,id",
            "anna@org.example,Anna Müller,Müller,anna@private.example,Anna,7f", "anna-mueller"
        ),
        ("Italian club", "Cognome;Nome;Indirizzo e-mail", "Müller;Anna;anna@private.example", "anna-mueller"),
        ("Mailchimp", "Email Address,First Name,Last Name,MEMBER_RATING", "anna@private.example,Anna,Müller,2", "anna-mueller"),
    ])
    func `Address books are read with their real headers`(program: String, header: String, row: String, handle: String) throws {
        var sample = try Sample("\(header)\r\n\(row)\r\n")
        sample.plan.acceptProposals()
        #expect(sample.added == ["\(handle)|Anna Müller|anna@private.example|en"], "\(program): \(sample.wrong)")
    }
}
