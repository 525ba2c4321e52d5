private import Foundation
internal import PosternProof

extension LeakDrive {
    /// Sends letters of the given writers, each to a recipient of its own, by form and API, and much that must be refused.
    /// - Returns: the ids of accepted letters, where the answer says them.
    func write(_ writers: Range<Int>) async throws -> [String] {
        var ids: [String] = []
        for index in writers {
            let (writer, handle) = (writer(index), "r\(index)")
            // One is paused, one not confirmed: neither takes letters.
            guard index != 2, index != 3 else { continue }
            switch index % 3 {
            case 0:
                let answer = try await installation.visitors.send(try json(writer, to: handle), expecting: 202)
                if let id = answer.text(between: "\"id\":\"", and: "\"") { ids.append(id) }
            case 1:
                let page = try await installation.visitors.send(
                    .init(path: "/c/photos/\(handle)", client: writer.client.text), expecting: 200)
                guard let token = page.text(between: "name=\"form\" value=\"", and: "\"") else {
                    throw DriveFault("a form has no token")
                }
                try await installation.visitors.send(form(writer, to: handle, adding: ["form": token]), expecting: 303)
            default:
                try await installation.visitors.send(multipart(writer, to: handle), expecting: 303)
            }
        }
        for index in writers where index.isMultiple(of: 5) { try await turnAway(writer(index), index) }
        return ids
    }

    /// Everything that is refused, from a writer who has sent one letter.
    private func turnAway(_ writer: Writer, _ index: Int) async throws {
        let visitors = installation.visitors
        var empty = writer.fields
        empty["message"] = ""
        try await visitors.send(form(writer, to: "r1", fields: empty), expecting: 422)
        try await visitors.send(try json(writer, to: "r1", fields: empty), expecting: 422)
        var wrong = writer.fields
        wrong["email"] = "\(writer.visitor.text) and \(writer.visitor.text)"
        try await visitors.send(form(writer, to: "r1", fields: wrong), expecting: 422)
        try await visitors.send(try json(writer, to: "r1", fields: wrong), expecting: 422)
        try await visitors.send(try json(writer, to: "nobody"), expecting: 404)
        try await visitors.send(form(writer, to: "nobody"), expecting: 404)
        try await visitors.send(try json(writer, to: "r1", at: "nosite"), expecting: 404)
        try await visitors.send(try json(writer, to: "r2"), expecting: 403)
        try await visitors.send(form(writer, to: "r2"), expecting: 403)

        var request = try json(writer, to: "r1")
        let body = request.body
        request.body = Array("{\"message\": \"".utf8) + Array(String(repeating: "\(writer.text.text) ", count: 12_000).utf8)
        // 0: it hung up before we had sent everything, and the answer was lost.
        try await visitors.send(request, expecting: 413, 0)
        for broken in [
            "{\"email\":\"\(writer.visitor.text)\"", "[\"\(writer.text.text)\"]",
            "{\"message\":[\"\(writer.text.text)\"],\"email\":7}",
        ] {
            request.body = Array(broken.utf8)
            try await visitors.send(request, expecting: 400, 422)
        }
        request.body = body
        request.headers = [("Content-Type", "text/\(writer.text.text.filter { $0 != " " })")]
        try await visitors.send(request, expecting: 415)
        request.headers = [
            ("Content-Type", "application/json"), ("Idempotency-Key", writer.visitor.text + " \(writer.text.text)"),
        ]
        try await visitors.send(request, expecting: 400)

        // Up to the client's limit and beyond it.
        var answers: [Int] = []
        for number in 0..<6 {
            let more = number.isMultiple(of: 2) ? try json(writer, to: "r6") : form(writer, to: "r6")
            answers.append(try await visitors.send(more).status)
        }
        guard answers.suffix(2) == [429, 429] else { throw DriveFault("a client met no limit: \(answers)") }
    }

    /// Two letters with one idempotency key.
    func conflict(_ index: Int) async throws {
        let writer = writer(index)
        var request = try json(writer, to: "r7")
        request.headers.append(("Idempotency-Key", "key-\(index)"))
        try await installation.visitors.send(request, expecting: 202)
        request.body = try Self.body(writer.fields.merging(["message": "\(writer.text.text), another"]) { $1 })
        try await installation.visitors.send(request, expecting: 409, 422)
    }

    func json(_ writer: Writer, to handle: String, at site: String = "photos", fields: [String: String]? = nil) throws
        -> WebProbe.Request
    {
        WebProbe.Request(
            method: "POST", path: "/api/v1/sites/\(site)/recipients/\(handle)/letters", client: writer.client.text,
            headers: [("Content-Type", "application/json")], body: try Self.body(fields ?? writer.fields))
    }

    private static func body(_ fields: [String: String]) throws -> [UInt8] { Array(try JSONEncoder().encode(fields)) }

    func form(_ writer: Writer, to handle: String, fields: [String: String]? = nil, adding more: [String: String] = [:])
        -> WebProbe.Request
    {
        let body = (fields ?? writer.fields).merging(more) { $1 }.map { "\($0.formEncoded)=\($1.formEncoded)" }.joined(
            separator: "&")
        return WebProbe.Request(
            method: "POST", path: "/c/photos/\(handle)", client: writer.client.text,
            headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8), returned: writer.typed)
    }

    private func multipart(_ writer: Writer, to handle: String) -> WebProbe.Request {
        let boundary = "----heron"
        let parts = writer.fields.map { "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
        return WebProbe.Request(
            method: "POST", path: "/c/photos/\(handle)", client: writer.client.text,
            headers: [("Content-Type", "multipart/form-data; boundary=\(boundary)")],
            body: Array((parts.joined() + "--\(boundary)--\r\n").utf8), returned: writer.typed)
    }
}

extension String {
    fileprivate var formEncoded: String { addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
}
