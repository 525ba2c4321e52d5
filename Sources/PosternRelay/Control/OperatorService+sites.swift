private import Foundation
internal import PosternCore
internal import PosternStore

extension OperatorService {
    func addSite(_ idText: String, name nameText: String, origins originTexts: [String]) async throws -> ControlAnswer {
        let id = try parsed { try SiteID(idText) }
        let site = Site(id: id, name: try siteName(nameText), origins: try origins(originTexts))
        guard try await store.write({ [now] in try $0.sites.add(site, at: now()) }) else {
            throw Refusal("there is a site “\(idText)” already; it was left as it is")
        }
        return .done(count: 1)
    }

    func listSites() async throws -> ControlAnswer {
        .sites(try await store.read { try $0.sites.list() }.map(ControlAnswer.SiteView.init))
    }

    func changeSite(_ id: String, _ change: ControlRequest.SiteChange) async throws -> ControlAnswer {
        let present = try await site(id)
        var look = present.look
        if let accent = change.accent {
            guard accent.isEmpty || AccentColour(accent) != nil else {
                throw Refusal("“\(accent)” is no colour; write # and six hexadecimal digits, as in #1f5f8b")
            }
            look.accent = AccentColour(accent)
        }
        for (tag, text) in change.introductions ?? [:] {
            guard let language = Language(tag) else { throw Refusal("“\(tag)” is no language; write one like de or pt-br") }
            guard text.isEmpty || (try? HeaderText(text, limit: SiteLook.introductionLimit)) != nil else {
                throw Refusal(
                    "the introduction must be one paragraph of at most \(SiteLook.introductionLimit) characters without line breaks"
                )
            }
            look.introductions[language] = try? HeaderText(text, limit: SiteLook.introductionLimit)
        }
        if let tags = change.languages {
            look.languages = try tags.map { tag in
                guard let language = Language(tag) else { throw Refusal("“\(tag)” is no language; write one like de or pt-br") }
                return language
            }
        }
        let changed = Site(
            id: present.id, name: try change.name.map(siteName) ?? present.name,
            origins: try change.origins.map(origins) ?? present.origins, look: look)
        guard try await store.write({ try $0.sites.change(changed) }) else {
            throw Refusal("the site “\(id)” is gone meanwhile")
        }
        return .done(count: 1)
    }

    func setLogo(of idText: String, file: String?) async throws -> ControlAnswer {
        let site = try await site(idText)
        let logo = try file.map { text in
            guard let content = Data(base64Encoded: text) else {
                throw Refusal("the logo came in a form this relay does not read")
            }
            do { return try Logo(file: Array(content)) } catch { throw Refusal("\(error)") }
        }
        guard try await store.write({ try $0.sites.setLogo(logo, of: site.id) }) else {
            throw Refusal("the site “\(idText)” is gone meanwhile")
        }
        return .done(count: 1)
    }

    private func siteName(_ text: String) throws -> HeaderText {
        guard let name = try? HeaderText(text, limit: Letter.Limit.name) else {
            throw Refusal("the site's name must be one line of at most \(Letter.Limit.name) characters")
        }
        return name
    }

    private func origins(_ texts: [String]) throws -> [WebOrigin] {
        try texts.map { text in
            guard let origin = WebOrigin(text) else {
                throw Refusal("“\(text)” is no origin; write scheme, host and perhaps port, as in https://photos.example")
            }
            return origin
        }
    }
}

extension ControlAnswer.SiteView {
    fileprivate init(_ site: Site) {
        self.init(
            id: site.id.text, name: site.name.text, origins: site.origins.map(\.description),
            accent: site.look.accent?.description, logo: site.look.logo?.kind.rawValue,
            introductions: Dictionary(
                uniqueKeysWithValues: site.look.introductions.map { ($0.key.description, $0.value.text) }),
            languages: site.look.languages.map(\.description))
    }
}
