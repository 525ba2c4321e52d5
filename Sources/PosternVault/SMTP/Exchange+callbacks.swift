import CCurl

/// The C side. libcurl calls these on the thread that runs `curl_easy_perform` or cleans the handle up, with the pointer
/// of `context`; the handle keeps the exchange alive for as long as that can happen.
extension Exchange {
    var context: UnsafeMutableRawPointer {
        Unmanaged.passUnretained(self).toOpaque()
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Exchange? {
        context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// CURLOPT_HEADERFUNCTION: a reply line. Anything but the full count ends the transfer with CURLE_WRITE_ERROR.
    static let heard: ccurl_octets = { octets, size, count, context in
        guard let exchange = at(context), let octets else { return 0 }
        let line = UnsafeRawBufferPointer(start: octets, count: size * count)
        return exchange.heardLine(Array(line)) ? line.count : 0
    }

    /// CURLOPT_READFUNCTION: the text.
    static let read: ccurl_octets = { octets, size, count, context in
        guard let exchange = at(context), let octets else { return Int(CURL_READFUNC_ABORT) }
        return exchange.fill(UnsafeMutableRawBufferPointer(start: octets, count: size * count))
    }

    /// CURLOPT_DEBUGFUNCTION: the commands, after they were written to the socket.
    static let traced: ccurl_trace = { _, kind, octets, count, context in
        guard kind == CURLINFO_HEADER_OUT, let exchange = at(context), let octets else { return 0 }
        exchange.sentLine(Array(UnsafeRawBufferPointer(start: octets, count: count)))
        return 0
    }

    /// CURLOPT_XFERINFOFUNCTION: at least once a second. Anything but 0 ends the transfer with CURLE_ABORTED_BY_CALLBACK.
    static let watched: ccurl_progress = { context, _, _, _, uploaded in
        guard let exchange = at(context) else { return 1 }
        return exchange.watch(uploaded: Int64(uploaded)) ? 0 : 1
    }

    var socketCallbacks: ccurl_sockets {
        ccurl_sockets(
            opened: { context, socket in
                Exchange.at(context)?.opened(socket)
                return 0
            },
            closed: { context, socket in
                Exchange.at(context)?.closed(socket)
                return 0
            },
            context: context)
    }
}
