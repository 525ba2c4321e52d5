private import CCurl
private import Foundation
package import PosternCore
package import PosternMail

/// A conversation with the smarthost that goes as far as a letter would, and stops before MAIL FROM.
package struct SmarthostProbe: Sendable {
    private let smarthost: Smarthost
    private let timeouts: SMTPTimeouts

    /// - Parameter wait: for the connection, and then for each answer.
    package init(_ smarthost: Smarthost, wait: Duration = .seconds(10)) {
        self.smarthost = smarthost
        timeouts = SMTPTimeouts(connect: wait, answer: wait)
    }

    /// Where and why a conversation ended early.
    package struct Ending: Sendable {
        package let stage: DeliveryStage
        /// The server's last code, if it gave one at that stage.
        package let code: Int?
        /// The last reply without any address, or a sentence of ours.
        package let text: String
        package let certificate: CertificateFault?

        package init(stage: DeliveryStage, code: Int?, text: String, certificate: CertificateFault?) {
            self.stage = stage
            self.code = code
            self.text = text
            self.certificate = certificate
        }
    }

    /// - Returns: nil when greeting, TLS and the login, if there is one, all succeeded.
    package func run() async -> Ending? {
        await withCheckedContinuation { answer in
            // A thread of its own, as the lanes have: libcurl blocks.
            let thread = Thread {
                _ = ccurl_block_sigpipe()
                answer.resume(returning: converse())
            }
            thread.name = "smtp-probe"
            thread.start()
        }
    }

    private func converse() -> Ending? {
        do throws(CurlFault) {
            var client = try SMTPClient(smarthost: smarthost, timeouts: timeouts, abortFlag: AbortFlag())
            return client.probe()
        } catch {
            return Ending(stage: .prepare, code: nil, text: "\(error)", certificate: nil)
        }
    }
}

/// The libcurl that this process runs on.
package struct CurlVersion: Sendable {
    /// As in `7.88.1`.
    package let text: String
    /// 0x075801 for 7.88.1.
    package let number: UInt32
    /// The TLS library; nil for a libcurl without one.
    package let tls: String?
    package let speaksSMTP: Bool

    package static var loaded: CurlVersion {
        guard let info = ccurl_version()?.pointee else {
            return CurlVersion(text: "of unknown version", number: 0, tls: nil, speaksSMTP: false)
        }
        var protocols: Set<String> = []
        var next = info.protocols
        while let name = next?.pointee {
            protocols.insert(String(cString: name))
            next = next?.successor()
        }
        return CurlVersion(
            text: info.version.map { String(cString: $0) } ?? "?", number: info.version_num,
            tls: info.ssl_version.map { String(cString: $0) }, speaksSMTP: protocols.isSuperset(of: ["smtp", "smtps"]))
    }
}
