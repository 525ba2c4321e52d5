private import HTTPTypes
internal import Hummingbird
package import NIOCore
private import PosternCore

/// A file that the pages load: the style sheet, the script, the icon.
package struct Asset: Sendable {
    package let name: String
    package let mediaType: String
    package let content: ByteBuffer
    /// A checksum of the content.
    package let version: String

    /// Nil for a kind of file that we do not serve.
    package init?(name: String, content: [UInt8]) {
        guard let mediaType = Self.mediaType(of: name) else { return nil }
        self.name = name
        self.mediaType = mediaType
        self.content = ByteBuffer(bytes: content)
        version = HexDigits.text(of: Checksum.of(content))
    }

    /// The URL that pages use. It changes with the content, which may therefore be cached for ever.
    package var path: String { "/assets/\(version)/\(name)" }

    private static func mediaType(of name: String) -> String? {
        switch name.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/vnd.microsoft.icon"
        case "txt": "text/plain; charset=utf-8"
        default: nil
        }
    }
}

/// `GET /assets/{version}/{name}`: cached for ever, since changed content gets a new URL.
struct AssetHandler: Sendable {
    let responses: ResponseFactory

    /// A page loaded before an upgrade may name an old version. It gets the current file, but must not cache it for ever.
    func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        guard let asset = responses.templates.assets[context["name"]] else { throw .notFound }
        let isCurrent = context["version"] == asset.version
        return responses.file(asset, caching: isCurrent ? "public, max-age=31536000, immutable" : "no-cache", for: request)
    }
}

extension ResponseFactory {
    /// The file, or 304 for a client that has it.
    func file(_ asset: Asset, caching: String, for request: Request) -> Response {
        let etag = "\"\(asset.version)\""
        var fields = headers.asset
        fields[.eTag] = etag
        fields[.cacheControl] = caching
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        guard !known.contains(where: { $0.drop { $0 == " " || $0 == "W" || $0 == "/" }.prefix { $0 != " " } == etag }) else {
            return Response(status: .notModified, headers: fields)
        }
        return ResponseFactory.response(.ok, fields, asset.mediaType, asset.content)
    }
}
