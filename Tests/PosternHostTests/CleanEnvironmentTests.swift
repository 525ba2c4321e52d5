import PosternHost
import Testing

@Suite("Programs keep a short list of their environment")
struct CleanEnvironmentTests {
    @Test(arguments: [
        "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH", "MALLOC_PERTURB_",
        "RES_OPTIONS", "HOSTALIASES", "RESOLV_HOST_CONF", "SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "CURL_HOME", "http_proxy", "HTTPS_PROXY", "all_proxy", "no_proxy",
        "NETRC",
        "GNUTLS_SYSTEM_PRIORITY_FILE", "KRB5_CONFIG", "KRB5_TRACE", "LDAPCONF", "SASL_PATH", "P11_KIT_DEBUG", "SWIFT_BACKTRACE",
        "SWIFT_DEBUG_ENABLE_MALLOC_SCRIBBLE", "LIBDISPATCH_LOG", "DISPATCH_COOPERATIVE_POOL_STRICT", "SQLITE_TMPDIR", "TMPDIR",
        "HOME",
        "BASH_ENV", "ENV", "IFS", "TZDIR", "ICU_DATA", "POSTERNX", "XPOSTERN_A", "POSTERN_ENVIRONMENT_IS_CLEAN", "",
    ])
    func `What a library or the loader would obey is not kept`(name: String) {
        #expect(CleanEnvironment.kept(of: [name: "/tmp/x"])[name] == nil)
    }

    @Test func `Settings and what a service manager says are kept, and the path is ours`() {
        let given = [
            "POSTERN_LISTEN": "127.0.0.1:1", "LANG": "C.UTF-8", "NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "1",
            "LISTEN_FDS": "1",
            "CREDENTIALS_DIRECTORY": "/run/credentials/x",
        ]
        var kept = CleanEnvironment.kept(of: given.merging(["PATH": "/tmp/evil"]) { $1 })
        #expect(kept.removeValue(forKey: "PATH")?.contains("/tmp") == false)
        #expect(kept == given)
    }

    @Test(arguments: [
        ("Europe/Berlin", true), ("UTC", true), ("Etc/GMT+5", true), ("/etc/shadow", false), (":/etc/shadow", false),
        ("../../etc/shadow", false), ("Europe/../../x", false), ("", false), ("a b", false), ("é", false),
    ])
    func `A time zone is kept by its name, never as a path`(zone: String, isKept: Bool) {
        #expect((CleanEnvironment.kept(of: ["TZ": zone])["TZ"] != nil) == isKept)
    }
}

@Suite("The modules that look up names are known before no code can be loaded any more")
struct NameServicesTests {
    @Test(arguments: [
        (" files dns", []),
        ("files mymachines resolve [!UNAVAIL=return] myhostname dns", ["mymachines", "resolve", "myhostname"]),
        ("files mdns4_minimal [NOTFOUND=return] dns # and sss", ["mdns4_minimal"]),
        ("files [SUCCESS=merge TRYAGAIN=return] sss", ["sss"]),
        ("../../tmp/x files", []),
    ])
    func `nsswitch.conf names them`(line: String, services: [String]) {
        #expect(NameServices.services(in: line) == services)
    }
}
