import PosternCore
import PosternWeb
import Testing

struct PublicRouteTests {
    private static let table = Result { try publicTable() }
    private static let letters = "/api/v1/sites/{site}/recipients/{handle}/letters"

    @Test(arguments: [
        ("/c/photos/pat", "/c/{site}/{handle}"), ("/c/photos/pat/", "/c/{site}/{handle}"),
        ("/c/photos/pat/sent", "/c/{site}/{handle}/sent"), ("/confirm/photos/pat/t.0af", "/confirm/{site}/{handle}/{token}"),
        ("/api/v1/sites/photos/recipients/pat/letters", letters), ("/live", "/live"), ("/ready", "/ready"), ("/live/", "/live"),
        ("/assets/0123/postern.css", "/assets/{version}/{name}"), ("/privacy/photos", "/privacy/{site}"),
        ("/privacy/photos.json", "/privacy/{site}.json"), ("/look/photos/b03060.css", "/look/{site}/{colour}.css"),
        ("/look/photos/00ff/logo", "/look/{site}/{version}/logo"), ("/api/v1/openapi.json", "/api/v1/openapi.json"),
        ("/", "/"), ("/robots.txt", "/robots.txt"), ("/.well-known/security.txt", "/.well-known/security.txt"),
        ("/reply/x", "/reply/{link}"), ("/mute/x/", "/mute/{link}"), ("/pause/x", "/pause/{link}"),
        ("/join/photos", "/join/{site}"), ("/join/photos/free", "/join/{site}/free"),
        ("/join/photos/x", "/join/{site}/{invitation}"), ("/confirm/photos/pat", "/confirm/{site}/{handle}"),
        ("/api/v1/sites/photos/recipients", "/api/v1/sites/{site}/recipients"),
        ("/api/v1/sites/photos/recipients/pat", "/api/v1/sites/{site}/recipients/{handle}"),
        ("/api/v1/sites/photos/invitations", "/api/v1/sites/{site}/invitations"),
        ("/report/x", "/report/{link}"), ("/prove/x", "/prove/{link}"),
        ("/c/photos/pat/x/sent", "/c/{site}/{handle}/{letter}/sent"), ("/letter/x", "/letter/{link}"),
        ("/letter/x/y", "/letter/{link}/{proof}"), ("/manage", "/manage"), ("/manage/", "/manage"),
        ("/manage/settings", "/manage/settings"), ("/manage/export", "/manage/export"), ("/manage/x", "/manage/{link}"),
        ("/manage/x/export", "/manage/{link}/export"), ("/undo/x", "/undo/{link}"),
        ("/c/ph%6ftos/p%61t", "/c/{site}/{handle}"), ("/%63/photos/pat", "/c/{site}/{handle}"),
    ])
    func `A path names a route`(path: String, pattern: String) throws {
        #expect(try Self.table.get().match(path)?.route.pattern.description == pattern)
    }

    @Test(arguments: [
        "", "/c", "/c/photos", "/c/photos/", "/c/photos/pat/sent/more", "/c/photos/pat//", "/C/photos/pat", "/live/x",
        "/api/v1", "/privacy", "/look/photos", "/look/photos/x.txt", "/confirm/photos", "/join", "/join/photos/x/y",
        "/confirm/photos/pat/t/more",
        "/api/v2/sites/photos/recipients/pat/letters", "/api/v1/sites/photos/recipients/pat/letters/x/y/z", "/c/%FF/pat",
        "/../etc/passwd", "/reply", "/reply/x/y", "/report/x/y", "/prove", "/manage/x/y", "/undo", "/letter/x/y/z",
        "/assets/x", "/c/photos/pat/Sent", "*",
    ])
    func `Another path names nothing`(path: String) throws {
        #expect(try Self.table.get().match(path) == nil)
    }

    @Test(arguments: [
        ("/c/photos/pat", ["site": "photos", "handle": "pat"]), ("/c//pat", ["site": "", "handle": "pat"]),
        ("/c/ph%6ftos/p%61t/sent", ["site": "photos", "handle": "pat"]), ("/c/a%2Fb/%3C", ["site": "a/b", "handle": "<"]),
        ("/confirm/photos/pat/t.0af", ["site": "photos", "handle": "pat", "token": "t.0af"]),
        ("/api/v1/sites/photos/recipients/pat/letters", ["site": "photos", "handle": "pat"]),
        ("/assets/0123/postern.css", ["name": "postern.css", "version": "0123"]), ("/privacy/photos.json", ["site": "photos"]),
        ("/privacy/.json", ["site": ""]), ("/look/photos/b03060.css", ["site": "photos", "colour": "b03060"]),
    ])
    func `A route captures the named parts of a path`(path: String, values: [String: String]) throws {
        let captures = try #require(try Self.table.get().match(path)).captures
        for (name, value) in values { #expect(captures[name] == value) }
        #expect(captures["other"] == "")
    }

    @Test func `No route hides another`() throws {
        let table = try Self.table.get()
        for route in table.routes {
            let path = route.pattern.description.replacing("{", with: "").replacing("}", with: "")
            #expect(table.match(path)?.route.pattern == route.pattern)
        }
    }

    @Test func `Every public route is for anyone, but those that begin with the purpose of a link, and the members'`() throws {
        for route in try Self.table.get().routes {
            let pattern = "\(route.pattern)"
            guard !pattern.hasPrefix("/manage"), !pattern.hasPrefix("/undo") else {
                let isOpen = ["/manage", "/manage/asked"].contains(pattern)
                let isLink = ["/manage/{link}", "/undo/{link}"].contains(pattern)
                #expect(route.access == (isOpen ? .anyoneOrMember : isLink ? .mailedLink : .member), "\(pattern)")
                continue
            }
            let purpose = LinkPurpose(rawValue: "\(route.pattern)".split(separator: "/").first.map(String.init) ?? "")
            #expect(route.access == (purpose.map { .link($0) } ?? .anyone), "\(route.pattern)")
        }
    }

    @Test func `A path is printed in a safe form`() {
        #expect(RecipientPath(site: "a/b", handle: "<\"\r\n é").page == "/c/a%2Fb/%3C%22%0D%0A%20%C3%A9")
    }
}
