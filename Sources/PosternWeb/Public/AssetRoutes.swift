private import HTTPTypes
package import Hummingbird

/// `GET /assets/{version}/{name}`: cached for ever, since another content has another address.
package struct AssetRoutes: Sendable {
    private let assets: [String: Asset]
    private let responses: ResponseFactory

    package init(responses: ResponseFactory) {
        (assets, self.responses) = (responses.templates.assets, responses)
    }

    /// A page of yesterday may name yesterday's version: it gets today's file, but must ask again tomorrow.
    package func asset(_ name: String, version: String, _ request: Request) -> Response {
        guard let asset = assets[name] else { return responses.error(.notFound) }
        let tag = "\"\(asset.version)\""
        var fields = responses.headers.asset
        fields[.eTag] = tag
        fields[.cacheControl] = version == asset.version ? "public, max-age=31536000, immutable" : "no-cache"
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        guard !known.contains(where: { $0.drop { $0 == " " || $0 == "W" || $0 == "/" }.prefix { $0 != " " } == tag }) else {
            return Response(status: .notModified, headers: fields)
        }
        return ResponseFactory.response(.ok, fields, asset.mediaType, asset.content)
    }
}
