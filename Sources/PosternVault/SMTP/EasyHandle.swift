import CCurl
private import Glibc
import PosternCore
import Synchronization

/// The only owner of a libcurl easy handle, its lists and the connection it keeps. One thread at a time.
///
/// Options are set by methods that fix which C type goes with them; a wrong pairing would be undefined behaviour.
struct EasyHandle: ~Copyable {
    private let raw: UnsafeMutableRawPointer
    private let sockets: UnsafeMutablePointer<ccurl_sockets>
    private var recipients: UnsafeMutablePointer<curl_slist>?
    /// libcurl calls it until the handle has been cleaned up.
    private let monitor: TransferMonitor

    /// - Throws: when libcurl has no memory for a handle.
    init(calling monitor: TransferMonitor) throws(CurlFault) {
        guard Self.isLibraryReady, let raw = curl_easy_init() else { throw CurlFault(CURLE_FAILED_INIT) }
        self.raw = raw
        self.monitor = monitor
        sockets = .allocate(capacity: 1)
        sockets.initialize(to: monitor.socketCallbacks)
        monitor.attach(raw)
    }

    deinit {
        curl_easy_cleanup(raw)
        curl_slist_free_all(recipients)
        sockets.deallocate()
        // Cleaning up still calls back, so the monitor must live until here.
        withExtendedLifetime(monitor) {}
    }

    /// Runs the transfer. Blocks until it is over.
    func perform() -> CURLcode {
        curl_easy_perform(raw)
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlFault) {
        try check(ccurl_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, _ text: String?) throws(CurlFault) {
        guard let text else { return try check(ccurl_set_text(raw, option, nil)) }
        guard !text.utf8.contains(0) else { throw CurlFault(CURLE_BAD_FUNCTION_ARGUMENT) }
        try check(text.withCString { ccurl_set_text(raw, option, $0) })
    }

    /// libcurl keeps a copy of its own and frees it without wiping it. Ours is wiped here.
    func set(_ option: CURLoption, secret: SecretBytes) throws(CurlFault) {
        let code: CURLcode = secret.withBytes { bytes in
            guard !bytes.contains(0) else { return CURLE_BAD_FUNCTION_ARGUMENT }
            return withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { text in
                text.copyMemory(from: bytes)
                text[bytes.count] = 0
                // explicit_bzero, since the optimiser may leave out a plain store to memory that is freed next.
                defer { if let base = text.baseAddress { explicit_bzero(base, text.count) } }
                return ccurl_set_text(raw, option, text.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
        }
        try check(code)
    }

    /// One recipient per transfer.
    mutating func setRecipient(_ address: String) throws(CurlFault) {
        guard !address.utf8.contains(0), let list = curl_slist_append(nil, address) else { throw CurlFault(CURLE_OUT_OF_MEMORY) }
        let previous = recipients
        recipients = list
        let code = ccurl_set_list(raw, CURLOPT_MAIL_RCPT, list)
        curl_slist_free_all(previous)
        try check(code)
    }

    /// Connects the monitor to replies, text, commands, progress and sockets.
    func installCallbacks() throws(CurlFault) {
        let context = monitor.context
        try check(ccurl_on_header(raw, TransferMonitor.heard, context))
        try check(ccurl_on_read(raw, TransferMonitor.read, context))
        try check(ccurl_on_trace(raw, TransferMonitor.traced, context))
        try check(ccurl_on_progress(raw, TransferMonitor.watched, context))
        try check(ccurl_on_sockets(raw, sockets))
    }

    /// Microseconds from the start of the transfer; 0 when that point was not reached. May be called inside a callback.
    static func microseconds(_ info: CURLINFO, of raw: UnsafeMutableRawPointer) -> Int {
        var value: curl_off_t = 0
        return ccurl_get_offset(raw, info, &value) == CURLE_OK ? Int(value) : 0
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    private func check(_ code: CURLcode) throws(CurlFault) {
        guard code == CURLE_OK else { throw CurlFault(code) }
    }

    /// Once per process, before the first handle.
    private static let isLibraryReady = {
        ccurl_ignore_openssl_configuration()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()
}

/// libcurl would not take a setting: a fault of ours, or a libcurl built without what we need.
struct CurlFault: Error, Equatable, Sendable, CustomStringConvertible {
    let code: CURLcode

    init(_ code: CURLcode) {
        self.code = code
    }

    var description: String { "libcurl cannot be set up (error \(code.rawValue))" }
}
