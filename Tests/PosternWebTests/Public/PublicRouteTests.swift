import PosternWeb
import Testing

struct PublicRouteTests {
    private static let pat = RecipientPath(site: "photos", handle: "pat")

    @Test(arguments: [
        ("/c/photos/pat", PublicRoute.contact(pat)), ("/c/photos/pat/", .contact(pat)), ("/c/photos/pat/sent", .sent(pat)),
        ("/confirm/photos/pat/t.0af", .confirmation(pat, token: "t.0af")),
        ("/api/v1/sites/photos/recipients/pat/letters", .letters(pat)), ("/live", .live), ("/ready", .ready), ("/live/", .live),
        ("/assets/0123/postern.css", .asset(name: "postern.css", version: "0123")),
        ("/privacy/photos", .privacy(site: "photos")), ("/privacy/photos.json", .privacyForPrograms(site: "photos")),
        ("/look/photos/b03060.css", .look(colour: "b03060")), ("/look/photos/00ff/logo", .logo(site: "photos", version: "00ff")),
        ("/api/v1/openapi.json", .openAPI),
        ("/c/ph%6ftos/p%61t", .contact(pat)), ("/c/a%2Fb/%3C", .contact(RecipientPath(site: "a/b", handle: "<"))),
        ("/c//pat", .contact(RecipientPath(site: "", handle: "pat"))),
    ])
    func `A path names a route`(path: String, route: PublicRoute) {
        #expect(PublicRoute(path: path) == route)
    }

    @Test(arguments: [
        "", "/", "//", "/c", "/c/photos", "/c/photos/", "/c/photos/pat/sent/more", "/c/photos/pat//", "/C/photos/pat", "/live/x",
        "/api/v1", "/privacy", "/look/photos", "/look/photos/x.txt", "/confirm/photos/pat", "/confirm/photos/pat/t/more",
        "/api/v2/sites/photos/recipients/pat/letters", "/api/v1/sites/photos/recipients/pat/letters/x/y/z", "/c/%FF/pat",
        "/../etc/passwd",
        "/assets/x", "/c/photos/pat/Sent", "*",
    ])
    func `Another path names nothing`(path: String) {
        #expect(PublicRoute(path: path) == nil)
    }

    @Test func `A path is printed in a safe form`() {
        #expect(RecipientPath(site: "a/b", handle: "<\"\r\n é").page == "/c/a%2Fb/%3C%22%0D%0A%20%C3%A9")
    }
}
