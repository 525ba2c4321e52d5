private import CCurl
private import Foundation
package import PosternCore

/// A conversation with the smarthost that goes as far as a letter would, and stops before MAIL FROM.
package struct SmarthostProbe: Sendable {
    private let smarthost: Smarthost
    private let timeouts: SMTPTimeouts

    /// - Parameter wait: for the connection, and then for each answer.
    package init(_ smarthost: Smarthost, wait: Duration = .seconds(10)) {
        self.smarthost = smarthost
        timeouts = SMTPTimeouts(connect: wait, answer: wait)
    }

    /// - Parameter untried: why the configured login cannot be tried; nil when the smarthost has the login that is configured, or
    ///   none is.
    package func run(untried: String? = nil) async -> SmarthostFacts {
        let server = smarthost.url.authority
        let ending = await withCheckedContinuation { answer in
            // A thread of its own, as the lanes are: libcurl blocks.
            let thread = Thread {
                _ = ccurl_block_sigpipe()
                answer.resume(returning: converse())
            }
            thread.name = "smtp-probe"
            thread.start()
        }
        if let ending { return .ended(server: server, ending) }
        let login: SmarthostFacts.Login =
            if let untried { .untried(untried) } else if smarthost.login == nil { .none } else { .accepted }
        return .answered(server: server, isEncrypted: smarthost.url.tls == .required, login: login)
    }

    private func converse() -> SmarthostFacts.Ending? {
        do throws(CurlFault) {
            var client = try SMTPClient(smarthost: smarthost, timeouts: timeouts, abortFlag: AbortFlag())
            return client.greet()
        } catch {
            return SmarthostFacts.Ending(stage: .prepare, code: nil, text: "\(error)", certificate: nil)
        }
    }
}

extension LibraryFacts.Curl {
    /// The libcurl this process runs on.
    package static func loaded(usesStartTLS: Bool?) -> LibraryFacts.Curl {
        guard let info = ccurl_version()?.pointee else {
            return LibraryFacts.Curl(version: "of unknown version", number: 0, tls: nil, speaksSMTP: false, usesStartTLS: nil)
        }
        var protocols: Set<String> = []
        var next = info.protocols
        while let name = next?.pointee {
            protocols.insert(String(cString: name))
            next = next?.successor()
        }
        return LibraryFacts.Curl(
            version: info.version.map { String(cString: $0) } ?? "?", number: info.version_num,
            tls: info.ssl_version.map { String(cString: $0) }, speaksSMTP: protocols.isSuperset(of: ["smtp", "smtps"]),
            usesStartTLS: usesStartTLS)
    }
}
