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

/// Swift's runtime and Foundation inside the program: it runs where no toolchain is, and somewhat quicker. SwiftPM (6.3) knows
/// this as an option of a whole build only, with which tests do not link; given to one program, the archives that Foundation
/// stands on have to be named. DYNAMIC_POSTERN is for a toolchain that has none of them.
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

/// What the checks of foreign bytes reach into, and what stands beside them that is no source.
let foreign: [Target.Dependency] = [
    "PosternCore", "PosternMail", "PosternSealing", "PosternLink", "PosternVault", "PosternRelay", "PosternWeb", "PosternImport",
    "CCurl", crypto,
    nioCore,
]
let fodder = ["Corpus", "Dictionaries"]

let package = Package(
    name: "postern",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "postern", targets: ["postern"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        // Tests only: a visitor's side of HTTP.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
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
            dependencies: ["PosternCore", "PosternStore", "CSQLite", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),

        .target(
            name: "PosternLink",
            dependencies: ["PosternCore", logging, nioCore, nioPosix],
            swiftSettings: strict),

        .target(
            name: "PosternVault",
            dependencies: [
                "PosternCore", "PosternMail", "PosternText", "PosternSealing", "PosternLink", "CCurl", crypto, logging, lifecycle,
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

        .executableTarget(
            name: "postern",
            dependencies: [
                "PosternCore", "PosternText", "PosternSealing", "PosternStore", "PosternSQLite", "PosternLink", "PosternVault",
                "PosternRelay", "PosternWeb", "PosternProof", "CUnix", "PosternImport", logging, lifecycle, nioCore, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"), subprocess,
            ],
            swiftSettings: strict,
            linkerSettings: runtime),

        // C: one shim function per option type of libcurl, and the few system calls Swift cannot import.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CUnix"),
        .systemLibrary(name: "CSQLite"),

        .target(
            name: "PosternTestSupport",
            dependencies: ["PosternCore", nioCore, nioPosix, .product(name: "NIOSSL", package: "swift-nio-ssl")],
            swiftSettings: strict),

        .testTarget(name: "PosternCoreTests", dependencies: ["PosternCore", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(name: "PosternImportTests", dependencies: ["PosternCore", "PosternImport"], swiftSettings: strict),
        .testTarget(
            name: "PosternTextTests", dependencies: ["PosternCore", "PosternText", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PosternMailTests", dependencies: ["PosternCore", "PosternMail", "PosternTestSupport", "CCurl"],
            swiftSettings: strict),
        .testTarget(
            name: "PosternProofTests", dependencies: ["PosternCore", "PosternProof", "PosternTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PosternLinkTests",
            dependencies: ["PosternCore", "PosternLink", "PosternTestSupport", logging, nioCore, nioPosix],
            swiftSettings: strict),
        .testTarget(
            name: "PosternStoreTests", dependencies: ["PosternCore", "PosternStore", "PosternSQLite", "PosternTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PosternVaultTests",
            dependencies: [
                "PosternCore", "PosternMail", "PosternText", "PosternSealing", "PosternVault", "PosternLink",
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
            name: "FuzzTests", dependencies: foreign, path: "Tests/Fuzz", exclude: ["Harness"] + fodder, swiftSettings: strict),
        .testTarget(
            name: "Scenarios",
            dependencies: [
                "PosternCore", "PosternStore", "PosternSQLite", "PosternProof", "PosternTestSupport", crypto, nioCore,
                .product(name: "NIOHTTP1", package: "swift-nio"), subprocess,
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ],
            path: "Tests/Scenarios",
            exclude: ["PowerCut/powercut.c", "Support/otherclock.c", "Support/attempts.py"], swiftSettings: strict),
    ]
)

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
