import Foundation
import PosternMail
import PosternTestSupport
import Testing

/// What people do who become members by themselves.
extension Installation {
    /// Fills in the form at `/join/SITE` and sends it.
    func join(
        _ handle: String, _ address: String, name: String = "Sue Stringer", at path: String = "/join/photos",
        from client: String? = nil
    ) async throws -> Web.Answer {
        let page = try await get(path)
        try #require(page.status == 200, "\(page.status) \(page.text.prefix(1_000))")
        let fields = ["form": page.formToken ?? "", "name": name, "handle": handle, "email": address, "locale": "en"]
        let body = fields.map { "\($0.key.formField)=\($0.value.formField)" }.joined(separator: "&")
        let headers = [("Content-Type", "application/x-www-form-urlencoded")] + (client.map { [("X-Forwarded-For", $0)] } ?? [])
        return try await Web.post("http://127.0.0.1:\(port)\(path)", body: Data(body.utf8), headers: headers)
    }

    /// Types a code on the page that asks for it.
    func type(_ code: String, as handle: String, at site: String = "photos") async throws -> Web.Answer {
        try await postForm(["code": code], to: "/confirm/\(site)/\(handle)")
    }

    func state(of handle: String, at site: String = "photos") async throws -> String? {
        struct View: Decodable { let state: String }
        let shown = try await command("recipient", "show", handle, "--site", site, "--json")
        return (try? JSONDecoder().decode(View.self, from: Data(shown.output.utf8)))?.state
    }
}

extension ServerMessage {
    /// The six digits in its text.
    var code: String? {
        let text = MailView(source: octets).plain ?? ""
        return text.firstMatch(of: #/(?:^|[^0-9])([0-9]{3})[\u{A0} ]?([0-9]{3})(?:[^0-9]|$)/#).map { "\($0.1)\($0.2)" }
    }
}
