// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is held to the same rules; a warning in our code is a mistake in our code.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// What `postern --version` says: the commit, and a + where something was changed since. SwiftPM keeps what a manifest came to
/// as long as the manifest and the environment are the same, and does not notice a new commit: then the environment names it.
let commit: String = {
    if let given = Context.environment["POSTERN_COMMIT"], !given.isEmpty {
        return given.filter { $0.isLetter || $0.isNumber || $0 == "." }
    }
    guard let git = Context.gitInformation else { return "unknown" }
    return git.currentCommit.prefix(12) + (git.hasUncommittedChanges ? "+" : "")
}()

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

/// Puts Swift's runtime and Foundation into the program: it runs on machines without a toolchain, and somewhat faster. SwiftPM
/// (6.3) offers this only for a whole build, with which tests do not link. For a single program the archives that Foundation
/// needs must be named. DYNAMIC_POSTERN is for a toolchain that has none of them.
let runtime: [LinkerSetting] =
    Context.environment["DYNAMIC_POSTERN"] != nil
    ? []
    : [
        .unsafeFlags(
            [
                "-static-stdlib", "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections",
                "-lBlocksRuntime", "-ldispatch", "-lstdc++",
            ], .when(platforms: [.linux]))
    ]

/// Every symbol is resolved at the start and the table of their addresses is read-only from then on (full RELRO): a bug that
/// writes to memory cannot redirect a call. SwiftPM links programs as PIE anyway. deploy/hardening checks the result.
let hardening: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"], .when(platforms: [.linux]))
]

/// What the checks of foreign bytes reach into, and files beside them that are no sources.
let foreign: [Target.Dependency] = [
    "PosternCore", "PosternMail", "PosternSealing", "PosternLink", "PosternVault", "PosternRelay", "PosternWeb", "PosternImport",
    "CCurl", crypto,
    nioCore,
]
let fodder = ["Corpus", "Dictionaries"]

let package = Package(
    name: "postern",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "postern", targets: ["postern"]), .executable(name: "postern-proof", targets: ["postern-proof"]),
    ],
    // Exact versions: a build a year from now takes the same code. What these depend on in turn cannot be named here (SwiftPM
    // warns of a dependency that no target uses); deploy/bom prints everything that is linked.
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        // Tests only: a visitor's side of HTTP.
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    ],
    targets: [
        // Values and rules: no I/O, no clock, no randomness.
        .target(name: "PosternCore", swiftSettings: strict),

        // Mail as it is written and read, and what an SMTP server says. CCurl lends its constants only.
        .target(name: "PosternMail", dependencies: ["PosternCore", "CCurl"], swiftSettings: strict),

        // What the relay may hold: sealing to public keys. Opening is the vault's alone.
        .target(name: "PosternSealing", dependencies: ["PosternCore", crypto], swiftSettings: strict),

        // What people read, on pages and in mails: templates, catalogues, escaping.
        .target(name: "PosternText", dependencies: ["PosternCore", mustache], swiftSettings: strict),

        .target(name: "PosternStore", dependencies: ["PosternCore"], swiftSettings: strict),
        .target(
            name: "PosternSQLite",
            dependencies: ["PosternCore", "PosternStore", "CSQLite"],
            swiftSettings: strict),

        .target(
            name: "PosternLink",
            dependencies: ["PosternCore", logging, nioCore, nioPosix],
            swiftSettings: strict),

        // The vault's record of what was done: its format, and how it is verified. A module of its own so that whoever shows or
        // verifies it need not link the vault.
        .target(name: "PosternJournal", dependencies: ["PosternCore", crypto], swiftSettings: strict),

        .target(
            name: "PosternVault",
            dependencies: [
                "PosternCore", "PosternMail", "PosternText", "PosternSealing", "PosternLink", "PosternJournal", "CCurl", crypto,
                logging, lifecycle,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        .target(
            name: "PosternRelay",
            dependencies: [
                "PosternCore", "PosternSealing", "PosternStore", "PosternLink", crypto, logging, lifecycle,
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict),

        .target(
            name: "PosternWeb",
            dependencies: [
                "PosternCore", "PosternMail", "PosternText", "PosternLink", "PosternRelay", logging, nioCore, nioPosix, lifecycle,
                hummingbird,
                hummingbirdCore, httpTypes, nioHTTPTypes, .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict),

        // Files of recipients. Addresses stand in them in plain text, so the relay does not link this. A module of its own and no
        // folder of the program, because tests cannot link a program.
        .target(name: "PosternImport", dependencies: ["PosternCore"], swiftSettings: strict),

        // What a proof looks for, how, and where it was found.
        .target(name: "PosternProof", dependencies: ["PosternCore", crypto], swiftSettings: strict),

        // What both programs know of the machine they run on: home, settings, users, locks, exit codes, log lines, and which driver
        // opens the store.
        .target(
            name: "PosternHost",
            dependencies: [
                "PosternCore", "PosternStore", "PosternSQLite", "CUnix", argumentParser, logging,
            ],
            swiftSettings: strict),

        .target(
            name: "PosternDoctor",
            dependencies: [
                "PosternCore", "PosternHost", "PosternText", "PosternMail", "PosternStore", "PosternLink", "PosternJournal",
                "PosternVault", "PosternRelay", "PosternWeb", "CUnix",
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "postern",
            dependencies: [
                "PosternCore", "PosternHost", "PosternText", "PosternSealing", "PosternStore", "PosternLink", "PosternJournal",
                "PosternVault", "PosternRelay", "PosternWeb", "PosternImport", "PosternDoctor", "CUnix", argumentParser, logging,
                lifecycle, unixSignals,
                .product(name: "Metrics", package: "swift-metrics"), system, subprocess,
            ],
            swiftSettings: strict,
            linkerSettings: runtime + hardening),

        // The second program: it proves and measures the first, and no installation needs it.
        .executableTarget(
            name: "postern-proof",
            dependencies: [
                "PosternCore", "PosternHost", "PosternStore", "PosternWeb", "PosternProof", argumentParser, crypto,
                logging, lifecycle, unixSignals, nioCore, nioPosix, system, subprocess, hummingbird, hummingbirdCore, httpTypes,
            ],
            swiftSettings: strict,
            linkerSettings: runtime + hardening),

        // C: one shim function per option type of libcurl, and the few system calls Swift cannot import.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CUnix", cSettings: [.define("POSTERN_COMMIT", to: "\"\(commit)\"")]),
        .systemLibrary(name: "CSQLite"),

        .target(
            name: "PosternTestSupport",
            dependencies: ["PosternCore", logging, nioCore, nioPosix, .product(name: "NIOSSL", package: "swift-nio-ssl")],
            swiftSettings: strict),

        .testTarget(name: "PosternCoreTests", dependencies: ["PosternCore", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(name: "PosternImportTests", dependencies: ["PosternCore", "PosternImport"], swiftSettings: strict),
        .testTarget(
            name: "PosternTextTests", dependencies: ["PosternCore", "PosternText", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PosternDoctorTests",
            dependencies: [
                "PosternCore", "PosternHost", "PosternDoctor", "PosternMail", "PosternLink", "PosternRelay", "PosternStore",
                "PosternVault",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PosternHostTests", dependencies: ["PosternCore", "PosternHost", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PosternMailTests", dependencies: ["PosternCore", "PosternMail", "PosternTestSupport", "CCurl"],
            exclude: ["SMTP/replies.tsv", "SMTP/wordings.tsv"], swiftSettings: strict),
        .testTarget(
            name: "PosternProofTests", dependencies: ["PosternCore", "PosternProof", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PosternSealingTests", dependencies: ["PosternCore", "PosternSealing", "PosternTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PosternJournalTests", dependencies: ["PosternCore", "PosternJournal", "PosternTestSupport", crypto],
            exclude: ["verify.py"], swiftSettings: strict),
        .testTarget(
            name: "PosternLinkTests",
            dependencies: ["PosternCore", "PosternLink", "PosternTestSupport", logging, nioCore, nioPosix],
            swiftSettings: strict),
        .testTarget(
            name: "PosternStoreTests",
            dependencies: ["PosternCore", "PosternStore", "PosternSQLite", "CSQLite", "PosternTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PosternVaultTests",
            dependencies: [
                "PosternCore", "PosternMail", "PosternText", "PosternSealing", "PosternVault", "PosternLink", "PosternJournal",
                "PosternTestSupport", crypto,
                logging,
            ],
            exclude: ["Mail/Golden", "Mail/read_back.py", "Opening/Seals"], swiftSettings: strict),
        .testTarget(
            name: "PosternRelayTests",
            dependencies: [
                "PosternCore", "PosternSealing", "PosternLink", "PosternStore", "PosternSQLite", "PosternRelay",
                "PosternTestSupport", crypto, logging, lifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PosternWebTests",
            dependencies: [
                "PosternCore", "PosternMail", "PosternText", "PosternRelay", "PosternWeb", "PosternTestSupport", "PosternStore",
                logging,
                lifecycle, nioCore, nioPosix, mustache,
                hummingbird, hummingbirdCore, httpTypes, nioHTTPTypes,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: foreign + ["PosternTestSupport"], path: "Tests/Fuzz", exclude: ["Harness"] + fodder,
            swiftSettings: strict),
        .testTarget(
            name: "Scenarios",
            dependencies: [
                "PosternCore", "PosternLink", "PosternMail", "PosternSealing", "PosternStore", "PosternSQLite", "PosternProof",
                "PosternTestSupport",
                crypto, nioCore,
                .product(name: "NIOHTTP1", package: "swift-nio"), subprocess,
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ],
            path: "Tests/Scenarios",
            exclude: [
                "PowerCut/powercut.c", "Support/otherclock.c", "Support/carried.h", "Cage/intruder.c", "Support/attempts.py",
                "Support/liar.py", "Support/rows.py", "Support/traps.py",
            ],
            swiftSettings: strict),
    ]
)

// What the tests call is built for speed, and they themselves are not: the optimiser took longer for them than for everything else.
// Scenarios replay what was written to disks, and compare tens of thousands of letters: they are.
for target in package.targets where target.type == .test && target.name != "Scenarios" {
    target.swiftSettings = strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
}

// For deploy/proofs/fuzz alone: the checks of foreign bytes as a program with libFuzzer in it, our modules watched for what
// it reaches and by AddressSanitizer. Tests are left out, since theirs would be built with it.
if Context.environment["POSTERN_FUZZ"] != nil {
    let watched: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])]
    package.targets = package.targets.filter { [.regular, .system].contains($0.type) && $0.name != "PosternTestSupport" }
    for target in package.targets where target.name.hasPrefix("Postern") { target.swiftSettings = strict + watched }
    package.products = []
    package.targets.append(
        .executableTarget(
            name: "foreign-bytes", dependencies: foreign, path: "Tests/Fuzz", exclude: ["CorpusTests.swift"] + fodder,
            swiftSettings: strict + watched, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}
