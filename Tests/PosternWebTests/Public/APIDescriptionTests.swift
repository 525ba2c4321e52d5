import Foundation
import Hummingbird
import HummingbirdTesting
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// Holds `openapi.json` against the code.
struct APIDescriptionTests {
    private let document: JSONNode
    private static let letters = "/api/v1/sites/{site}/recipients/{handle}/letters"

    init() throws {
        let text = try Templates(folder: templatesFolder).openAPI
        document = JSONNode(try JSONSerialization.jsonObject(with: Data(text.utf8)))
    }

    @Test func `It is served as it is in the file`() async throws {
        let answer = try await withPublicListener(.validating) {
            try await $0.execute(uri: "/api/v1/openapi.json", method: .get) { $0 }
        }
        #expect(answer.status == .ok && answer.headers[.contentType] == "application/json")
        #expect(try answer.object()["openapi"] as? String == "3.1.0")
    }

    @Test func `The routes for programs, and no others, are described with their methods`() throws {
        let routes = try publicTable().routes.filter { $0.audience == .programs }
        #expect(document["paths"].keys == routes.map(\.pattern.description).sorted())
        for route in routes {
            let methods = document["paths"][route.pattern.description].keys.filter { $0 != "parameters" }
            #expect(methods.joined(separator: ", ").uppercased() == route.allowed, "\(route.pattern)")
        }
    }

    @Test func `Every problem is listed, and described under its own status`() throws {
        let listed = document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"].strings
        #expect(listed == Problem.Kind.allCases.map(\.type))
        var described: Set<String> = []
        for (path, method) in operations {
            for (status, response) in responses(of: method, at: path) {
                for type in types(in: response) {
                    let kind = try #require(Problem.Kind.allCases.first { $0.type == type })
                    #expect("\(kind.status.code)" == status, "\(type) under \(status) of \(method) \(path)")
                    described.insert(type)
                }
            }
        }
        // These two answer paths and methods that are not described.
        let elsewhere: [Problem.Kind] = [.notFound, .methodNotAllowed]
        #expect(described == Set(Problem.Kind.allCases.filter { !elsewhere.contains($0) }.map(\.type)))
    }

    private static let ofMembers: Set<Problem.Kind> = [
        .noToken, .badToken, .tokenNotAllowed, .invalidMember, .handleTaken, .changedMeanwhile,
    ]

    @Test func `Every status that a letter is answered with is described`() throws {
        let statuses = Set(responses(of: "post", at: Self.letters).keys)
        let ofLetters = Problem.Kind.allCases.filter { !Self.ofMembers.contains($0) }
        #expect(statuses == Set(ofLetters.map { "\($0.status.code)" }).subtracting(["405"]).union(["202"]))
    }

    @Test(arguments: [
        ("post", "/api/v1/sites/{site}/recipients", "202"), ("get", "/api/v1/sites/{site}/recipients/{handle}", "200"),
        ("patch", "/api/v1/sites/{site}/recipients/{handle}", "200"),
        ("delete", "/api/v1/sites/{site}/recipients/{handle}", "204"),
        ("post", "/api/v1/sites/{site}/invitations", "201"),
    ])
    func `What is done with members is described with its refusals, and none is without a token`(
        method: String, path: String, done: String
    ) throws {
        let statuses = Set(responses(of: method, at: path).keys)
        #expect(statuses.isSuperset(of: [done, "401", "403", "429", "503"]))
        let operation = document["paths"][path][method]
        #expect(operation["security"].items.map(\.keys) == [["SiteToken"]])
        let challenge = responses(of: method, at: path)["401"]?["headers"].keys
        #expect(challenge == ["WWW-Authenticate"])
    }

    @Test func `The limits of the fields are the letter's`() {
        let fields = document["components"]["schemas"]["Letter"]["properties"]
        #expect(fields["name"]["maxLength"].number == Letter.Limit.name)
        #expect(fields["subject"]["maxLength"].number == Letter.Limit.subject)
        #expect(fields["message"]["maxLength"].number == Letter.Limit.message)
        #expect(fields["about"]["maxLength"].number == Letter.Limit.about)
        #expect(fields["email"]["maxLength"].number == 254)
        #expect(Set(fields.keys) == Set(LetterField.allCases.map(\.rawValue)).union(["show_address"]))
        let sizes = document["paths"][Self.letters]["post"]["requestBody"]["description"].string
        #expect(sizes.contains("\(WebLimits().bodyKiB) KiB"))
        let responses = responses(of: "post", at: Self.letters)
        #expect(responses["413"]?["description"].string.contains("\(WebLimits().bodyKiB) KiB") == true)
        #expect(responses["414"]?["description"].string.contains("\(WebLimits().lineKiB) KiB") == true)
        #expect(responses["408"]?["description"].string.contains("\(WebLimits().body.components.seconds) seconds") == true)
    }

    @Test func `The fields of a member are the ones that are read`() {
        let fields = document["components"]["schemas"]["NewRecipient"]["properties"]
        #expect(Set(fields.keys) == Set(MemberField.allCases.map(\.rawValue)))
        #expect(fields["name"]["maxLength"].number == Letter.Limit.name)
        #expect(
            Set(document["components"]["schemas"]["RecipientChange"]["properties"].keys) == ["name", "email", "locale", "paused"])
        let invitations = document["components"]["schemas"]["InvitationOrder"]["properties"]
        #expect(Set(invitations.keys) == ["handle", "count", "expires"])
        let states = document["components"]["schemas"]["RecipientView"]["properties"]["state"]["enum"].strings
        #expect(states == Recipient.State.allCases.map(\.rawValue).filter { $0 != "erased" })
    }

    @Test func `Every code of a field's fault is listed, and no other`() throws {
        let listed = Set(document["components"]["schemas"]["FieldProblem"]["properties"]["code"]["enum"].strings)
        let reasons: [FieldFault.Reason] = [
            .text(.empty), .text(.tooLong(limit: 1, count: 2)), .text(.lineBreak), .address(.empty),
            .address(.tooLong(octets: 300)), .address(.noAtSign), .address(.localPart), .address(.domain),
        ]
        let codes = Set(reasons.map { FieldFault(field: .name, reason: $0).code }).union(["wrong_type", "repeated"])
        let ofMembers: Set = ["not_a_handle", "unknown_language", "fixed", "out_of_range", "not_a_span"]
        #expect(listed == codes.union(ofMembers))
        for reason in [MemberFault.Reason.handle(.spelling), .language(known: []), .handle(.empty), .text(.lineBreak)] {
            #expect(listed.contains(MemberFault(.handle, reason).code))
        }
    }

    @Test func `Every reference leads somewhere`() throws {
        for reference in document.references {
            let parts = reference.split(separator: "/").dropFirst().map(String.init)
            #expect(!parts.reduce(document) { $0[$1] }.isMissing, "\(reference)")
        }
    }

    private var operations: [(path: String, method: String)] {
        document["paths"].keys.flatMap { path in
            document["paths"][path].keys.filter { $0 != "parameters" }.map { (path, $0) }
        }
    }

    private func responses(of method: String, at path: String) -> [String: JSONNode] {
        let responses = document["paths"][path][method]["responses"]
        return Dictionary(uniqueKeysWithValues: responses.keys.map { ($0, resolved(responses[$0])) })
    }

    private func resolved(_ node: JSONNode) -> JSONNode {
        node["$ref"].isMissing ? node : node["$ref"].string.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
    }

    private func types(in response: JSONNode) -> [String] {
        let schema = response["content"]["application/problem+json"]["schema"]["allOf"]
        return schema.items.flatMap { $0["properties"]["type"]["enum"].strings }
    }
}

/// A node of a JSON tree.
private struct JSONNode {
    let value: Any?

    init(_ value: Any?) {
        self.value = value
    }

    var isMissing: Bool { value == nil }
    var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
    var items: [JSONNode] { (value as? [Any])?.map { JSONNode($0) } ?? [] }
    var strings: [String] { value as? [String] ?? [] }
    var string: String { value as? String ?? "" }
    var number: Int? { value as? Int }

    subscript(_ key: String) -> JSONNode { JSONNode((value as? [String: Any])?[key]) }

    /// Every `$ref` in it.
    var references: [String] {
        (self["$ref"].isMissing ? [] : [self["$ref"].string]) + keys.flatMap { self[$0].references } + items.flatMap(\.references)
    }
}
