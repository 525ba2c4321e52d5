extension SettingReader {
    /// Where the pages are, by name and by port. The names are nil where they have a fault.
    struct WebAddresses {
        let publicURL: WebOrigin?
        let listen: ListenAddress
        let staffListen: ListenAddress
        let trustedProxies: [AddressRange]
        let staffURL: WebOrigin?
    }

    mutating func webAddresses() -> WebAddresses {
        let publicURL = required(
            .publicURL, remedy: "Write the address visitors use, as in https://contact.example.org, without a path."
        ) {
            WebOrigin($0.hasSuffix("/") ? String($0.dropLast()) : $0)
        }
        let remedy = "Write HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080."
        let listen = value(
            .listen, standard: ListenAddress(host: "127.0.0.1", port: 8_080), remedy: remedy, ListenAddress.init)
        let staffListen = value(
            .staffListen, standard: ListenAddress(host: "127.0.0.1", port: 8_081), remedy: remedy, ListenAddress.init)
        let proxies = trustedProxies()
        let staffURL = staffURL(at: staffListen)
        if listen == staffListen {
            fault(.staffListen, "it is the same as POSTERN_LISTEN", "Give the staff's pages a port of their own.")
        }
        return WebAddresses(
            publicURL: publicURL, listen: listen, staffListen: staffListen, trustedProxies: proxies, staffURL: staffURL)
    }

    private mutating func trustedProxies() -> [AddressRange] {
        let proxies = value(
            .trustedProxies, standard: [] as [AddressRange],
            remedy: "Write networks with commas between them, as in 127.0.0.1/32,2001:db8::/32."
        ) { text in
            var ranges: [AddressRange] = []
            for part in text.split(separator: ",") {
                guard let range = try? AddressRange(String(part)) else { return nil }
                ranges.append(range)
            }
            return ranges
        }
        if AddressRange.coverEverybody(proxies) {
            fault(
                .trustedProxies,
                "it trusts everybody: any visitor could pose as any client, and no limit or block would hold",
                "Write the addresses of your own proxies and no others, as in 127.0.0.1/32,::1/128.")
        }
        return proxies
    }

    /// Browsers take a passkey for a name alone, and keep it from others over HTTPS alone; they trust `localhost` without it.
    private mutating func staffURL(at listen: ListenAddress) -> WebOrigin? {
        let remedy =
            "Write https:// and the name under which your proxy serves the staff's pages, as in https://desk.example.org, or "
            + "http://localhost:PORT, as ssh -L PORT:127.0.0.1:\(listen.port) gives it."
        let standard = WebOrigin("http://localhost:\(listen.port)")
        let isGiven = text(.staffURL) != nil
        let url = value(.staffURL, standard: standard, remedy: remedy) { text -> WebOrigin?? in
            guard let url = WebOrigin(text.hasSuffix("/") ? String(text.dropLast()) : text) else { return .none }
            let isLocal = url.host == "localhost" && !url.isSecure
            return isLocal || url.isSecure && !url.isAddress ? .some(url) : .none
        }
        guard !listen.isLoopback, url?.isSecure != true else { return url }
        fault(
            .staffListen,
            "“\(listen)” can be reached from other machines, and \(isGiven ? "POSTERN_STAFF_URL is not https" : "no POSTERN_STAFF_URL is set")",
            "Set POSTERN_STAFF_URL to the https:// address under which your proxy serves the staff's pages, or write "
                + "127.0.0.1:PORT and use ssh -L PORT:127.0.0.1:PORT to open them from elsewhere.")
        return url
    }

    mutating func securityContacts() -> [SecurityContact] {
        value(
            .securityContact, standard: [] as [SecurityContact],
            remedy: "Write an e-mail address or an https:// address, or several with commas between them."
        ) { text in
            let parts = text.split(separator: ",").map { $0.filter { $0 != " " } }
            let contacts = parts.compactMap { SecurityContact($0) }
            return contacts.count == parts.count ? contacts : nil
        }
    }
}

extension Configuration {
    /// Whether visitors can come through a proxy only: we speak no TLS, and nobody else reaches this machine's loopback interface.
    package var isBehindProxy: Bool { publicURL.isSecure || listen.isLoopback && !publicURL.isLoopback }
}
