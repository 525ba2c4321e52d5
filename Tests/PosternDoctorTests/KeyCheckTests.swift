import PosternCore
import PosternDoctor
import PosternLink
import PosternRelay
import PosternVault
import Testing

@Suite("Keys are judged by what the folder, the running vault and the store say of them")
struct KeyCheckTests {
    private static let now = CheckTests.now
    private static let today = CheckTests.today

    private static func key(_ kind: String, _ id: String, day: Int32? = nil, fits: Bool? = nil) -> KeyCheck.Key {
        KeyCheck.Key(kind: kind, id: id, suite: nil, epoch: day.map { Epoch(day: today.day + $0) }, fits: fits)
    }

    private static let lasting = [key("address", "a1", fits: true), key("authorisation", "b1"), key("journal", "c1")]
    private static let daily = [
        key("letter", "l0", day: 0, fits: true), key("evidence", "e0", day: 0, fits: true), key("tag", "t0", day: 0),
    ]

    private func findings(
        _ onDisk: [KeyCheck.Key], inMemory: [KeyCheck.Key]? = nil, wanted: Set<String> = ["a1"], faults: [KeyCheck.Fault] = []
    ) -> [Finding] {
        KeyCheck(
            folder: "/k", faults: faults, onDisk: onDisk, inMemory: inMemory, wanted: wanted, now: Self.now,
            retention: .init(letters: .days(28), evidence: .days(90))
        ).findings
    }

    @Test func `All is well while nothing runs, and while the vault runs`() {
        #expect(findings(Self.lasting).map(\.level) == [.ok])
        #expect(findings(Self.lasting)[0].text.contains("keys; the key pair seals"))
        let all = Self.lasting + Self.daily
        #expect(findings(all, inMemory: all).map(\.level) == [.ok])
        #expect(findings(all, inMemory: all)[0].text.contains("each of the 3 key pairs"))
    }

    // One fault makes one finding.
    @Test func `Each fault is one FAIL that names it`() throws {
        let all = Self.lasting + Self.daily
        let missing = KeyCheck.Fault(problem: "key file /k/address-a1.key is missing", remedy: "put it back", kind: "address")
        let cases: [([Finding], String)] = [
            (findings(Array(all.dropFirst()), faults: [missing]), "address-a1.key is missing"),
            (findings(Array(Self.lasting.dropFirst())), "no address key"),
            (findings(Array(Self.lasting.dropLast())), "no journal key"),
            (findings(Self.lasting, wanted: ["ff"]), "sealed to address key ff"),
            (findings([Self.key("address", "a1", fits: false)] + Self.lasting.dropFirst()), "does not open with its private one"),
            (findings(Self.lasting, inMemory: Self.lasting), "no letter, no evidence, no tag key of today"),
            (findings(Self.lasting + Self.daily.dropLast(), inMemory: all), "tag key t0"),
        ]
        for (found, words) in cases {
            #expect(found.map(\.level) == [.fail], "\(words): \(found)")
            #expect(try #require(found.first).text.contains(words), "\(found)")
        }
    }

    /// Age in days, and whether it is a former key → whether another is to be made.
    @Test(
        arguments: [(nil, false, false), (364, false, false), (366, false, true), (900, true, false)] as [(Int64?, Bool, Bool)])
    func `An address key is to be followed by another after a year (K7)`(days: Int64?, isFormer: Bool, isOld: Bool) {
        let key = KeyCheck.Key(
            kind: "address", id: "a1", suite: nil, epoch: nil, fits: nil, made: days.map { Self.now - .days($0) },
            isFormer: isFormer)
        let check = KeyCheck(
            folder: "/k", faults: [], onDisk: [key], inMemory: nil, wanted: [], now: Self.now, retention: nil)
        #expect(check.ageFindings.map(\.level) == (isOld ? [.warn] : []))
        #expect(check.ageFindings.allSatisfy { $0.text.contains("address key a1 was made on") })
    }

    @Test func `A file the running vault has not read is a warning`() {
        let all = Self.lasting + Self.daily
        let found = findings(all + [Self.key("letter", "zz", day: 0, fits: true)], inMemory: all)
        #expect(found.map(\.level) == [.warn])
    }

    // Letters' keys last 28 days, all others of a day 90.
    @Test func `A running vault must have destroyed a key whose time is over`() {
        let old = [Self.key("letter", "l9", day: -29, fits: true), Self.key("tag", "t9", day: -89)]
        let all = Self.lasting + Self.daily + old
        let found = findings(all, inMemory: all)
        #expect(found.map(\.level) == [.fail])
        #expect(found[0].text.contains("a key whose time is over") && found[0].text.contains("letter key l9"), "\(found)")
        #expect(findings(all).map(\.level) == [.ok])
    }

    // H6: after a restore on a machine with keys of its own, the saved ones no longer suffice.
    @Test func `A key that no saved copy names is FAIL, and keys that were never saved are so after a week`() throws {
        func saved(_ keys: [KeyCheck.Key], _ ids: Set<String>) -> [Finding] {
            let keys = keys.map { key in
                KeyCheck.Key(
                    kind: key.kind, id: key.id, suite: nil, epoch: key.epoch, fits: nil,
                    saved: ids.contains(key.id) ? Self.now : nil)
            }
            return KeyCheck(
                folder: "/k", faults: [], onDisk: keys, inMemory: nil, wanted: [], now: Self.now, retention: nil
            ).savedFindings
        }
        let all = Self.lasting + Self.daily
        #expect(saved(all, ["a1", "b1", "c1"]).map(\.level) == [.ok])
        #expect(saved(all, []).map(\.level) == [.warn])
        #expect(saved(all, [])[0].text.contains("The nightly backup has none of them"))
        #expect(saved(all, [])[0].remedy?.commands == ["postern keys export-recovery FOLDER"])
        // Anyone who sets up an installation has a week for it.
        #expect(saved(all + [Self.key("tag", "t6", day: -6)], []).map(\.level) == [.warn])
        let inUse = saved(all + [Self.key("tag", "t7", day: -7), Self.key("letter", "l3", day: -3)], [])
        #expect(inUse.map(\.level) == [.fail])
        #expect(inUse[0].text.contains("since \(Epoch(day: Self.today.day - 7)) at least"), "\(inUse)")
        #expect(inUse[0].remedy?.commands == ["postern keys export-recovery FOLDER"])
        #expect(saved(all + [Self.key("tag", "t7", day: -7)], ["a1", "b1", "c1"]).map(\.level) == [.ok])
        #expect(saved(all, ["a1", "b1"]).map(\.level) == [.fail])
        let torn = saved(all + [Self.key("address", "a2"), Self.key("authorisation", "b2")], ["a1", "b1", "c1"])
        #expect(torn.map(\.level) == [.fail, .fail])
        #expect(torn[0].text.contains("a2") && torn[0].text.contains("not the only address key"))
        #expect(torn[0].remedy?.commands.first == "postern restore FILE --keys FOLDER")
        // Copied by hand: nobody has said that any of them is saved.
        #expect(saved(all + [Self.key("address", "a2")], []).allSatisfy { $0.level == .fail })
    }

    private func secretFindings(
        _ secrets: OwnSecretReport?, users: Int, saved: Bool = true
    ) -> (keys: [Finding], saved: [Finding]) {
        let keys = Self.lasting.map { key in
            KeyCheck.Key(
                kind: key.kind, id: key.id, suite: nil, epoch: nil, fits: key.fits, saved: saved ? Self.now - .days(30) : nil)
        }
        let check = KeyCheck(
            folder: "/k", faults: [], onDisk: keys, inMemory: nil, wanted: [], now: Self.now, retention: nil,
            users: StoreView.OwnSecretUsers(count: users, some: users > 0 ? ["photos/pat"] : []), secrets: secrets)
        return (check.findings, check.savedFindings)
    }

    // What the store needs and the file has → level, words.
    @Test(arguments: [
        (OwnSecretReport(held: 3, places: 4), 3, Finding.Level.ok, "3 keys"),
        (OwnSecretReport(), 0, .ok, "3 keys"),
        (OwnSecretReport(), 2, .fail, "no own secrets of recipients beside /k"),
        (OwnSecretReport(held: 1, places: 1), 2, .fail, "there are 1, and at least 2 are needed"),
        (
            OwnSecretReport(held: 9, places: 9, damaged: 1), 2, .fail,
            "1 of the own secrets of recipients (records-secrets) are damaged"
        ),
    ])
    func `Own secrets that are lost are FAIL, with who waits and what to do`(
        secrets: OwnSecretReport, users: Int, level: Finding.Level, words: String
    ) {
        let found = secretFindings(secrets, users: users).keys
        #expect(found.map(\.level) == [level] && found[0].text.contains(words), "\(found)")
        guard level == .fail else { return }
        #expect(found[0].text.contains("photos/pat"))
        #expect(found[0].remedy?.commands == ["postern keys import-recovery FOLDER"])
    }

    @Test func `Whose secret has been in no saved copy for a week is a warning`() {
        func saved(_ places: Int?, _ days: Int64?) -> [Finding] {
            secretFindings(
                OwnSecretReport(held: 5, places: 5, saved: places, savedAt: days.map { Self.now - .days($0) }), users: 5
            ).saved
        }
        #expect(saved(5, 300).map(\.level) == [.ok])
        #expect(saved(3, 6).map(\.level) == [.ok])
        let late = saved(3, 7)
        #expect(late.map(\.level) == [.warn] && late[0].text.contains("2 recipients have come since"), "\(late)")
        #expect(late[0].remedy?.commands == ["postern keys export-recovery FOLDER"])
        // A copy that an earlier version saved has none.
        #expect(saved(nil, nil).first?.text.contains("5 recipients have come since") == true)
    }

    // The second place as the vault says it is → level, words; three have come since the keys were saved a month ago.
    @Test(
        arguments: [
            (.init(path: "/mnt/s", current: now - .hours(1)), .ok, "are in /mnt/s too, last compared at"),
            (
                .init(path: "/mnt/s", current: now - .days(3), problem: .init("away", remedy: "Mount it.")), .warn,
                "/mnt/s, last the same at \((now - .days(3)).rfc3339): away"
            ),
            (.init(path: "/mnt/s", current: nil, problem: .init("away", remedy: "Mount it.")), .warn, "not the same since"),
            (.init(path: "/mnt/s", current: now, isOnSameDisk: true), .warn, "on the same file system"),
            (.init(path: "/mnt/former", current: now), .warn, "the running vault keeps no own secrets in /mnt/s"),
            (nil, .warn, "the running vault keeps no own secrets in /mnt/s"),
        ] as [(SecretsCopyReport?, Finding.Level, String)])
    func `Where the own secrets are kept in a second place, that is what counts while it is current`(
        report: SecretsCopyReport?, level: Finding.Level, words: String
    ) {
        let keys = Self.lasting.map { key in
            KeyCheck.Key(kind: key.kind, id: key.id, suite: nil, epoch: nil, fits: key.fits, saved: Self.now - .days(30))
        }
        let found = KeyCheck(
            folder: "/k", faults: [], onDisk: keys, inMemory: nil, wanted: [], now: Self.now, retention: nil,
            secrets: OwnSecretReport(held: 5, places: 5, saved: 2, savedAt: Self.now - .days(30)),
            copy: .init(path: "/mnt/s", report: report)
        ).savedFindings
        #expect(found.first?.level == level && found.first?.text.contains(words) == true, "\(found)")
        #expect(found.count == (level == .ok ? 1 : 2), "\(found)")
        guard level == .warn else { return }
        #expect(found.last?.text.contains("3 recipients have come since") == true, "\(found)")
        if report?.problem != nil { #expect(found[0].remedy?.text == "Mount it." && found[0].condition == .secretsCopy) }
    }

    @Test func `Recipients who cannot be reached are named`() {
        let found = KeyCheck(
            folder: "/k", faults: [], onDisk: Self.lasting, inMemory: nil, wanted: ["ff"],
            recipients: ["ff": ["photos/pat", "photos/sam"]], now: Self.now, retention: nil
        ).findings
        #expect(found.map(\.level) == [.fail] && found[0].text.contains("letters to photos/pat, photos/sam are held"), "\(found)")
    }
}
