package import PosternCore
package import PosternRelay

/// What an administrator wants changed, as typed.
package struct ChangeDraft: Sendable {
    package enum Subject: Sendable {
        case newAccount
        case account(AccountLine)
        case site(Site)
    }

    package enum Fault: Hashable, Sendable {
        case name, what, siteName, shortReason, longReason
        case origin(String)
    }

    /// What `what` says, beside the name of a role.
    enum Word: String {
        case link, remove
    }

    /// Mails name the first; what is typed here is no list of thousands.
    private static let mostOrigins = 20

    package let subject: Subject
    /// Of a new account.
    let name: String
    /// The role of a new account, or what becomes of one that there is.
    let what: String
    let siteName, origins, reason: String

    /// What the form has at first: the present name and origins of a site.
    package init(_ subject: Subject) {
        self.subject = subject
        (name, what, reason) = ("", "", "")
        if case .site(let site) = subject {
            (siteName, origins) = (site.name.text, site.origins.map(\.description).joined(separator: " "))
        } else {
            (siteName, origins) = ("", "")
        }
    }

    init(_ form: StaffForm, about subject: Subject) {
        self.subject = subject
        (name, what, reason) = (form[.name], form[.what], form[.reason])
        (siteName, origins) = (form[.siteName], form[.origins])
    }

    /// What it asks for; nil where something of it is wrong.
    package var wish: ChangeWish? {
        guard let what = changed, let reason = try? RevealReason(typed: reason) else { return nil }
        return ChangeWish(what, because: reason)
    }

    package var faults: Set<Fault> {
        var faults: Set<Fault> = []
        do throws(RevealReason.Fault) { _ = try RevealReason(typed: reason) } catch {
            faults.insert(error == .tooShort ? .shortReason : .longReason)
        }
        switch subject {
        case .newAccount:
            if StaffName(typed: name) == nil { faults.insert(.name) }
            if StaffRole(rawValue: what) == nil { faults.insert(.what) }
        case .account:
            if changed == nil { faults.insert(.what) }
        case .site:
            if parsedName == nil { faults.insert(.siteName) }
            if parsedOrigins == nil { faults.insert(.origin(wrongOrigin)) }
        }
        return faults
    }

    private var changed: ChangeWish.What? {
        let role = StaffRole(rawValue: what)
        switch subject {
        case .newAccount:
            guard let role, let name = StaffName(typed: name) else { return nil }
            return .account(name, .add(role))
        case .account(let line):
            if let role { return role == line.role ? nil : .account(line.name, .move(to: role)) }
            return switch Word(rawValue: what) {
            case .link: .account(line.name, .reset(line.role))
            case .remove: .account(line.name, .remove)
            case nil: nil
            }
        case .site(let site):
            guard let name = parsedName, let origins = parsedOrigins else { return nil }
            return .site(site.id, name: name, origins: origins)
        }
    }

    private var parsedName: HeaderText? { try? HeaderText(siteName, limit: Letter.Limit.name) }

    private var writtenOrigins: [String] { origins.split { $0.isWhitespace || $0 == "," }.map(String.init) }

    private var parsedOrigins: [WebOrigin]? {
        let parsed = writtenOrigins.compactMap { WebOrigin($0) }
        return parsed.count == writtenOrigins.count && parsed.count <= Self.mostOrigins ? parsed : nil
    }

    private var wrongOrigin: String {
        String((writtenOrigins.first { WebOrigin($0) == nil } ?? writtenOrigins.last ?? "").prefix(60))
    }
}
