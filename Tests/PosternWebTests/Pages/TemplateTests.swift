import Foundation
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternText
import PosternWeb
import Testing

/// swift-mustache renders a tag that it cannot find as nothing and never says so: loading and these tests do.
struct TemplateTests {
    private static let names = Templates.layouts + Templates.pages.map { $0.template }

    private func source(_ name: String) throws -> TemplateSource {
        TemplateSource(try String(contentsOfFile: "\(templatesFolder)/\(name).mustache", encoding: .utf8))
    }

    static func pages() throws -> [any Page] {
        let templates = try Templates(folder: templatesFolder)
        var randomness = SystemRandomNumberGenerator()
        let look = SiteLook(accent: AccentColour("#b03060"), logo: LogoID(kind: .png, version: "00"))
        let origin = try #require(WebOrigin("https://photos.example"))
        let known = try #require(Example.contact(look: look, origins: [origin]))
        let shown = Presentation(LanguageChoice(.english), site: known.site, templates)
        let names = RecipientNames(known)
        var form = LetterForm()
        form.letter = Example.letter
        let faulty = LetterFaults(all: LetterField.allCases.map { FieldFault(field: $0, reason: .text(.lineBreak)) })
        let mailbox = MailboxLetters()
        mailbox.keep(
            .init(sender: "b1@x.example", recipients: ["p@y.example"]),
            source: Array(SampleMail.alternative.replacing(".dot", with: "https://contact.example/confirm/x").utf8),
            at: Example.now)
        let letter = try #require(mailbox.letter(1))
        let relay = try #require(WebOrigin("https://contact.example"))
        func contact(_ occasion: ContactPage.Occasion) -> ContactPage {
            ContactPage(
                form, token: "t", to: names, at: .init(page: "/", privacy: "/"), occasion: occasion, asksForProof: true, shown)
        }
        let asked = try #require(Example.conversation(entries: Example.ownEntries))
        let muted = try #require(Example.conversation(isMuted: true, connection: .canBeMuted(until: Example.now)))
        let ended = try #require(Example.conversation(.visitor, .closed(by: .recipient)))
        let closed = try #require(Example.conversation(.visitor, .closed(by: .visitor)))
        func conversation(_ occasion: ConversationPage.Occasion, _ view: ConversationView) -> ConversationPage {
            ConversationPage(occasion, view, at: "/", written: "x", token: "t", now: Example.now, shown)
        }
        let open = JoinStanding(.open, at: known.site)
        let invited = JoinStanding(.invited(known.handle), at: known.site)
        let wrong = MemberFaults(all: MemberField.allCases.map { MemberFault($0, .reserved) })
        func join(_ standing: JoinStanding, _ occasion: JoinPage.Occasion) -> JoinPage {
            JoinPage(RawMember(), token: "t", standing, at: "/", pages: "/", occasion: occasion, shown)
        }
        let member = try #require(
            Example.memberPage(
                mutes: [Example.mute()], mutedConnections: [Example.mutedConnection()],
                change: Example.addressChange(confirmed: nil)))
        func signedIn(_ page: MemberPage) -> SignedIn { SignedIn(secret: FakeOwnPages.secret, page: page, formToken: "t") }
        let sheet = MemberSheet(signedIn(member), shown)
        let calm = signedIn(try #require(Example.memberPage()))
        let fullPage = Array(repeating: Example.entry(1, .muted), count: LettersPage.length)
        var unsaved = SettingsPage.Faults()
        (unsaved.name, unsaved.isDailyUnclear) = (.empty, true)
        func prove(_ occasion: ProvePage.Occasion, _ standing: ProofView.Standing) -> ProvePage {
            ProvePage(
                occasion, ProofView(site: known.site, handle: known.handle, recipientName: known.name, standing: standing),
                at: "/", written: "x", shown)
        }
        func report(_ occasion: ReportPage.Occasion, _ standing: ReportView.Standing) -> ReportPage {
            ReportPage(
                occasion,
                ReportView(
                    conversation: standing == .none ? asked : muted, letterAt: Example.now, standing: standing,
                    retention: .days(90)), at: "/", shown)
        }
        let staff = SignedInStaff(
            account: StaffAccountID(high: 1, low: 1), name: try StaffName("anna"), role: .auditor, formToken: "t", session: "x")
        let offer = StaffOfferView(name: staff.name, role: .auditor, secret: [1, 2, 3, 4, 5], challenge: [1])
        func signIn(_ occasion: SignInPage.Occasion, hasAccounts: Bool, isAtHome: Bool) -> SignInPage {
            SignInPage(
                occasion, hasAccounts: hasAccounts, name: "x", back: "/log", challenge: [1], url: relay, isAtHome: isAtHome,
                .unbranded(templates))
        }
        func colleague(_ role: StaffRole) throws -> SignedInStaff {
            SignedInStaff(account: staff.account, name: staff.name, role: role, formToken: "t", session: "x")
        }
        let decided = DecisionLine(
            decision: FakeDesk.decision, tally: DecisionTally(total: 14, passed: 2), letter: FakeDesk.decided)
        func desk(_ role: StaffRole, _ open: LetterID?) throws -> DeskPage {
            let fake = FakeDesk()
            return DeskPage(
                DeskPage.Parts(
                    query: DeskQuery { $0 == .tag ? "x" : $0 == .each ? "1" : nil }, staff: try colleague(role),
                    list: try fake.listed(), item: try open.flatMap { try fake.shown($0) }, next: FakeDesk.decided,
                    counts: DeskCounts(lanes: [:]), undoable: [decided], hasKeys: true, notice: .late, now: Example.now),
                .unbranded(templates))
        }
        let around = WavePage.Desk(counts: DeskCounts(lanes: [:]), undoable: [decided], hasKeys: true)
        let waiting = ProofView.Standing.waiting(until: Example.now)
        let wish = RevealWish(letter: LetterID(high: 1, low: 1), kind: .letter, reason: try RevealReason(typed: "for a test"))
        let half = RevealStanding.Half(kind: .client, by: try StaffName("berta"), reason: wish.reason, until: Example.now)
        let revealable = RevealView(
            letter: wish.letter, site: known.site.id, handle: known.handle, at: Example.now, kinds: RevealKind.allCases,
            isReported: true,
            standing: RevealStanding(left: 1, most: 2, renewed: Example.now, needsTwo: true, halves: [half]))
        func reveal(_ stage: RevealPage.Stage, _ occasion: RevealPage.Occasion?, isAtHome: Bool = true) -> RevealPage {
            RevealPage(
                of: wish.letter, revealable, stage, occasion, for: staff, url: relay, isAtHome: isAtHome, .unbranded(templates))
        }
        let bar = StaffSection.bar(for: try colleague(.administrator), on: "/blocks", templates.catalogue(.english))
        let barred = Presentation.unbranded(templates, bar: bar)
        let house = FakeAdministration()
        let client = house.sheet(place: 1, reach: nil)
        var draft = NewBlockPage.Draft()
        draft.mark = "x"
        let listed = LogListing(entries: [house.entry(1)], next: LetterID(high: 1, low: 1), isCut: true)
        func person(_ state: Recipient.State, _ done: RecipientOperations.Action?) throws -> RecipientPage {
            RecipientPage(try house.sheet(state), done: done, refusal: "x", staff: staff, barred)
        }
        let removal = ChangeWish(.account(staff.name, .remove), because: wish.reason)
        func change(
            _ subject: ChangeDraft.Subject, _ stage: ChangePage.Stage, _ occasion: ChangePage.Occasion?, isAtHome: Bool = true
        ) -> ChangePage {
            ChangePage(ChangeDraft(subject), stage, occasion, for: staff, url: relay, isAtHome: isAtHome, barred)
        }
        let revealed = RevealedLetter(name: "x", subject: "x", about: "x", text: "x", isReply: true, remark: "x")
        return [
            join(open, .faults(wrong)), join(invited, .fresh), JoinClosedPage(open, at: "/", shown),
            CodePage(.wrong, of: known.handle, at: known.site, typed: "", holder: nil, canJoin: true, shown),
            CodePage(
                .mailedAgain, of: known.handle, at: known.site, typed: "", holder: FakeOwnPages.token(at: Example.now),
                canJoin: true, shown),
            ConfirmationPage(.confirmed, to: names, yours: "/", shown),
            prove(.unavailable(.seconds(9)), waiting), prove(.wrong(left: 3), waiting), prove(.shown, .dropped),
            report(.faulty(isReasonMissing: true, remark: .tooLong(limit: 1, count: 2)), .none),
            report(.shown, .reported(.spam, at: Example.now)),
            conversation(.doubtful([PersonalDetail(.email, "x")]), asked), conversation(.fault(.empty), asked),
            conversation(.ended, ended), conversation(.shown, closed), SwitchPage(.mute(.done), muted, at: "/", shown),
            FrontPage(security: "/", shown), contact(.fresh), contact(.faults(faulty)),
            SentPage(to: names, another: "/", letter: FakeConversations.link, at: origin, shown),
            NoLettersPage(.takesNoLetters, to: names, written: "x", shown),
            ConfirmationPage(.question(action: "/"), to: names, shown),
            PrivacyPage(Example.facts(of: known.site), path: "/", shown),
            ErrorPage(.deadLink, incident: nil, shown),
            ErrorPage(.unavailable, incident: Incident(using: &randomness), written: "x", shown),
            AskPage(.limited(.seconds(9)), page: "x", example: "x", written: "x", shown),
            AskPage(.fresh, page: "", example: "x", shown),
            AskPage(.over, page: "", example: "x", shown), AskPage(.missing, page: "", example: "x", shown), AskedPage(shown),
            OpenPage(at: "/", shown), HomePage(.unclearDay("x"), letters: Example.ledger, now: Example.now, on: sheet),
            HomePage(.shown(.saved), letters: Example.ledger, now: Example.now, on: sheet), LettersPage(fullPage, on: sheet),
            SettingsPage(.init(member), unsaved, .unreadable, on: sheet),
            MutesPage(done: .unmuted, heard: Example.mute(), on: sheet),
            AddressPage(.codeWrong(typed: "x"), on: sheet), AddressPage(.shown(.kept), on: MemberSheet(calm, shown)),
            HeldDataPage(Example.export(member), on: sheet), ErasePage(.meaning, on: sheet),
            ErasePage(.wrongHandle(typed: "x"), on: sheet), ErasedPage(from: "x", shown),
            UndoPage(try #require(Example.addressChange()), at: "/", shown),
            try desk(.reviewer, FakeDesk.waiting), try desk(.auditor, FakeDesk.decided), try desk(.reviewer, nil),
            DeskConfirmPage(
                .drop, count: 21, .number, [HiddenField(name: "x", value: "x")], isWrong: true, staff: staff, back: "/",
                .unbranded(templates)),
            DecisionsPage(
                Array(repeating: decided, count: DeskLimits.rows + 1), DecisionQuery(), staff: try colleague(.reviewer),
                now: Example.now, .unbranded(templates)),
            WavesPage(
                [WaveLine(wave: FakeWaves.view(), taken: StaffMark(at: Example.now, by: "bert"))], around,
                staff: try colleague(.reviewer), now: Example.now, .unbranded(templates)),
            WavePage(
                FakeWaves.sheet(
                    FakeWaves.view(states: ["held": 30, "delivered": 5]),
                    letters: Array(repeating: FakeWaves.letter(finished: Example.now), count: WaveService.page + 1),
                    taken: "bert", following: FakeWaves.next),
                around, .number, staff: try colleague(.reviewer), now: Example.now, .unbranded(templates)),
            WavePage(
                FakeWaves.sheet(
                    FakeWaves.view(decision: "withdrawn", by: "bert", final: Example.now + .seconds(9)), letters: [],
                    decisions: [FakeWaves.decision(by: "bert", sentence: "x")]),
                around, .late, staff: try colleague(.reviewer), now: Example.now, .unbranded(templates)),
            WavePage(
                FakeWaves.sheet(FakeWaves.view(decision: "released", applied: Example.now), letters: []), around, .longSentence,
                staff: try colleague(.reviewer), now: Example.now, .unbranded(templates)),
            ChartsPage(FakeCharts.view(.day), .unbranded(templates)),
            ChartsPage(
                ChartView(span: .week, starts: ChartSpan.week.starts(at: Example.now), values: [:]), .unbranded(templates)),
            OverviewPage(
                StaffOverview(latest: [Example.entry()], openReports: 2), conditions: [], mailbox: "/",
                now: Example.now, .unbranded(templates)),
            OverviewPage(
                nil,
                conditions: [
                    HealthCondition(.vault, .standsStill, "x", meaning: "x", remedy: "x", commands: [.doctor])
                ], mailbox: nil, now: Example.now, .unbranded(templates)),
            signIn(.limited(.seconds(9)), hasAccounts: true, isAtHome: true),
            signIn(.fresh, hasAccounts: true, isAtHome: false), signIn(.over, hasAccounts: false, isAtHome: true),
            EnrolPage(offer, .wrongCode, at: "/", url: relay, isAtHome: true, .unbranded(templates)),
            EnrolPage(offer, nil, at: "/", url: relay, isAtHome: false, .unbranded(templates)),
            EnrolledPage(codes: ["x"], .unbranded(templates)),
            SessionsPage(
                [StaffSessionLine(id: "x", name: staff.name, network: nil, made: Example.now, seen: Example.now)], of: staff,
                .unbranded(templates)),
            reveal(.ask(.init(), fault: .shortReason), .refused(.keyGone, nil)),
            reveal(.prove(wish, challenge: [1], .code), nil),
            reveal(.prove(wish, challenge: [1], .passkey(credential: [1])), .unavailable(.seconds(9))),
            reveal(.prove(wish, challenge: [1], .passkey(credential: [1])), nil, isAtHome: false),
            RevealedPage(.letter(revealed), of: wish, .unbranded(templates)),
            RevealedPage(.client(try #require(ClientAddress(text: "::1"))), of: wish, .unbranded(templates)),
            change(.newAccount, .ask(isFaulty: true), .uncertain), change(.site(try house.site()), .ask(isFaulty: false), nil),
            change(.newAccount, .prove(removal, challenge: [1], .code), .again),
            change(.newAccount, .prove(removal, challenge: [1], .passkey(credential: [1])), nil),
            change(.newAccount, .prove(removal, challenge: [1], .passkey(credential: [1])), nil, isAtHome: false),
            ChangedPage(removal, of: .newAccount, link: "x", waits: Example.now, barred),
            JournalPage(FakeJournal.excerpt(), .unbranded(templates)),
            JournalPage(FakeJournal.excerpt(findings: ["x"]), .unbranded(templates)),
            BlocksPage(try house.listed(), .gone(1), staff: try colleague(.reviewer), barred),
            NewBlockPage(draft, BlockFault.allCases, staff: staff, barred),
            BlockConfirmPage(draft, FakeAdministration.weight, staff: staff, barred),
            LogPage(listed, LogQuery { $0 == .tag ? "nonsense" : nil }, staff: staff, barred),
            ClientPage(client, of: FakeAdministration.tag, staff: try colleague(.reviewer), barred),
            RecipientsPage(
                RecipientListing(recipients: [try house.recipient()], hasMore: true, total: 2), sites: [try house.site()],
                site: try SiteID("photos"), typed: "x", invitation: InvitationSheet(link: "x", ends: Example.now), refusal: "x",
                staff: staff, barred),
            try person(.active, .erase), try person(.paused, .pause), try person(.erased, nil),
            SitesPage([try house.site()], barred),
            SitePage(try house.site(), SitePage.Draft(try house.site()), ["x"], isSaved: true, staff: staff, barred),
            AccountsPage(
                try house.listedAccounts(), done: staff.name, refusal: "x", staff: staff, barred),
            TokensPage(try house.listedTokens(), done: FakeAdministration.token, refusal: "x", staff: staff, barred),
            MailboxPage(MailboxSides([letter], origin: relay), .unbranded(templates)),
            MailboxLetterPage(letter, origin: relay, .unbranded(templates)),
        ]
    }

    // Loading holds each template against the page's `Property`; this holds `Property` against the properties.
    @Test func `The tags of a page are its properties, and those of what they hold`() throws {
        let pages = try Self.pages()
        for kind in Templates.pages {
            let examples = pages.filter { type(of: $0) == kind }
            try #require(!examples.isEmpty, "\(kind) has no example")
            #expect(Set(examples.flatMap { PageShape($0).names }) == Self.tags(of: kind), "\(kind)")
        }
        let frames = pages.map { PageShape($0.frame).names.union(PageShape($0.frame).roots) }
        #expect(frames.reduce(into: Set()) { $0.formUnion($1) } == Set(PageFrame.Property.allCases.map(\.rawValue)))
    }

    @Test func `Every tag of a page is shown by its template`() throws {
        for kind in Templates.pages {
            let shown = Set(try source(kind.template).tags.map(\.name))
            #expect(Self.tags(of: kind).subtracting(shown) == [], "\(kind.template)")
        }
        let layout = try Templates.layouts.flatMap { try source($0).tags }.flatMap {
            $0.name.split(separator: ".").map(String.init)
        }
        #expect(Set(PageFrame.Property.allCases.map(\.rawValue)).subtracting(layout) == [])
    }

    private static func tags<SomePage: Page>(of _: SomePage.Type) -> Set<String> {
        Set(SomePage.Property.allCases.map(\.rawValue))
    }

    @Test(arguments: names)
    func `A template holds no words of its own`(name: String) throws {
        #expect(try source(name).words == "")
    }

    @Test(arguments: names)
    func `A template holds no script, no style, and nothing unescaped`(name: String) throws {
        // The scripts are files of ours.
        let text = try source(name).text.replacing(#"<script src="{{frame.script}}" defer></script>"#, with: "")
            .replacing(#"<script src="{{script}}" defer></script>"#, with: "")
        for forbidden in ["<script", "<style", " style=", " on", "{{{", "{{&", "http:", "https:", "javascript:"] {
            #expect(!text.contains(forbidden), "\(name) has \(forbidden)")
        }
    }

    @Test func `A folder with several faults names them all`() throws {
        let copy = try TemplatesCopy()
        try copy.remove("web/sent.mustache")
        try copy.remove("assets/postern.css")
        try copy.write("{{#open}}", to: "web/error.mustache")
        try copy.write([0xFF], to: "staff/mailbox.mustache")
        try copy.write(#"{"sent":{"title":"x"}}"#, to: "strings/en/web.json")
        try copy.write(copy.text("web/contact.mustache").replacing("{{token}}", with: "{{tokn}}"), to: "web/contact.mustache")
        let faults = try #require(throws: TemplateFaults.self) { try Templates(folder: copy.path) }
        #expect(
            Set(faults.all.map(\.file)).isSuperset(of: [
                "web/sent.mustache", "assets/postern.css", "web/error.mustache", "staff/mailbox.mustache", "strings/en/web.json",
                "web/contact.mustache",
            ]))
        for sentence in [
            "strings/en/web.json: has no text for “contact.title”",
            "strings/en/web.json: has no text for “characters_left.other”",
            "web/sent.mustache: is missing", "staff/mailbox.mustache: is not UTF-8", "web/error.mustache: line 1 names “open”",
            "web/contact.mustache: has no {{token}}",
        ] {
            #expect(faults.description.contains(sentence))
        }
    }

    @Test func `A folder that is not there is said so`() throws {
        let faults = try #require(throws: TemplateFaults.self) { try Templates(folder: "/nonexistent/templates") }
        #expect(faults.all.count >= Self.names.count)
    }

    @Test func `Every template escapes that way, in content and in attributes, partials and all`() throws {
        let templates = try Templates(folder: templatesFolder)
        let hostile = "\"\u{301}><\u{301}script>'\u{301}&\u{301}{{frame.title}}"
        let names = RecipientNames(try #require(Example.contact(name: hostile)))
        var form = LetterForm()
        form.letter.name = hostile
        form.letter.message = hostile
        form.letter.about = hostile
        let page = ContactPage(
            form, token: "t", to: names, at: .init(page: "/", privacy: "/"), occasion: .fresh, asksForProof: false,
            .unbranded(templates))
        let html = Array(templates.render(page).unicodeScalars)
        for (index, scalar) in html.enumerated() where scalar == "\u{301}" {
            #expect(html[index - 1] == ";", "a mark stands behind something that was not escaped")
        }
        #expect(String(String.UnicodeScalarView(html)).contains("{{frame.title}}"))
    }
}

/// The names a page offers beside its frame and the texts: its own, and those of what it holds, however deep.
private struct PageShape {
    private(set) var names: Set<String> = []
    private(set) var roots: Set<String> = []

    init(_ page: Any) {
        roots = Set(Mirror(reflecting: page).children.compactMap(\.label))
        collect(Mirror(reflecting: page))
    }

    private mutating func collect(_ mirror: Mirror) {
        for child in mirror.children where !(child.value is Texts || child.value is PageFrame) {
            if let label = child.label, label != "some" { names.insert(label) }
            collect(Mirror(reflecting: child.value))
        }
    }
}

extension TemplateSource {
    /// What is left without tags, elements and attributes whose values no person reads.
    fileprivate var words: String {
        var rest = text
        for pattern in [#"\{\{[^}]*\}\}"#, #"\b(title|alt|placeholder|aria-label|aria-description)="""#] {
            rest = rest.replacingOccurrences(of: pattern, with: "", options: .regularExpression)
        }
        // An attribute people read is looked at with its value; the element around it is not.
        let readAttributes = rest.matches(of: #/\b(?:title|alt|placeholder|aria-label|aria-description)="([^"]+)"/#).map {
            String($0.1)
        }
        rest = rest.replacingOccurrences(of: "<[^>]*>", with: " ", options: .regularExpression)
        return (rest + readAttributes.joined()).filter { $0.isLetter || $0.isNumber }
    }
}
