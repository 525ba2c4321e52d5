private import HTTPTypes
package import Hummingbird

/// `GET /assets/{version}/{name}`: cached for ever, since changed content gets a new URL.
package struct AssetHandler: Sendable {
    private let responses: ResponseFactory

    package init(_ responses: ResponseFactory) {
        self.responses = responses
    }

    /// A page loaded before an upgrade may name an old version. It gets the current file, but must not cache it for ever.
    package func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let asset = responses.templates.assets[context["name"]] else { throw .notFound }
        let tag = "\"\(asset.version)\""
        var fields = responses.headers.asset
        fields[.eTag] = tag
        fields[.cacheControl] = context["version"] == asset.version ? "public, max-age=31536000, immutable" : "no-cache"
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        guard !known.contains(where: { $0.drop { $0 == " " || $0 == "W" || $0 == "/" }.prefix { $0 != " " } == tag }) else {
            return Response(status: .notModified, headers: fields)
        }
        return ResponseFactory.response(.ok, fields, asset.mediaType, asset.content)
    }
}
