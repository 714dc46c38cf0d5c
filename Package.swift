// swift-tools-version: 6.2
import PackageDescription

/// The same strictness in every room; a warning is an error.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "envelope",
    products: [.executable(name: "envelope", targets: ["envelope"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C
        // Not linked: loaded by the first connection (see libcurl.c). The headers come from libcurl4-openssl-dev.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .systemLibrary(name: "CMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CResolv"),

        // Ground
        .target(name: "Curl", dependencies: ["CCurl"], swiftSettings: house),
        .target(name: "Mail", dependencies: ["CMark", "CIDN2"], swiftSettings: house),
        .target(name: "JSON", swiftSettings: house),

        // Adapters
        .target(name: "SMTP", dependencies: ["Mail", "Curl"], swiftSettings: house),
        .target(name: "IMAP", dependencies: ["Mail", "Curl"], swiftSettings: house),
        .target(
            name: "Store", dependencies: ["Mail", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: house),
        .target(name: "OAuth", dependencies: ["Mail", "JSON", "Curl"], swiftSettings: house),
        .target(name: "Discovery", dependencies: ["Mail", "Curl", "CResolv"], swiftSettings: house),
        .target(
            name: "Sandbox",
            dependencies: [
                "Mail",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house),

        // Service and protocol
        .target(
            name: "Sending",
            dependencies: [
                "Mail", "Store", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .target(name: "MCP", dependencies: ["JSON"], swiftSettings: house),

        // Contract
        .target(
            name: "Tools", dependencies: ["Mail", "Sending", "Store", "MCP", "JSON"],
            resources: [.embedInCode("Schemas")], swiftSettings: house),

        // Faces
        .target(
            name: "HTTP",
            dependencies: [
                "Tools", "MCP", "JSON",
                // The server without its router: the routes are a table of ours.
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Pages/Assets")], swiftSettings: house),

        // Roof
        .executableTarget(
            name: "envelope",
            dependencies: [
                "Curl", "Mail", "JSON", "Store", "SMTP", "IMAP", "OAuth", "Discovery", "Sandbox", "Sending",
                "MCP", "Tools",
                "HTTP",
                "CMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),

        // Tests
        .target(
            name: "TestPeers", dependencies: ["Mail"], path: "Tests/TestPeers", swiftSettings: house),
        .target(name: "TestSeeds", path: "Tests/TestSeeds", swiftSettings: house),
        .testTarget(
            name: "MailTests", dependencies: ["Mail", "TestSeeds"], exclude: ["Corpus", "Reports"],
            swiftSettings: house),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSeeds"], swiftSettings: house),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "TestPeers"], swiftSettings: house),
        .testTarget(
            name: "SMTPTests", dependencies: ["SMTP", "Curl", "Mail", "TestPeers"], exclude: ["Dialogues"],
            swiftSettings: house),
        .testTarget(
            name: "IMAPTests", dependencies: ["IMAP", "Curl", "Mail", "TestPeers", "TestSeeds"],
            swiftSettings: house),
        .testTarget(
            name: "OAuthTests", dependencies: ["OAuth", "Curl", "JSON", "TestPeers"], swiftSettings: house),
        .testTarget(
            name: "DiscoveryTests", dependencies: ["Discovery", "Mail", "TestPeers", "TestSeeds"],
            swiftSettings: house),
        .testTarget(
            name: "StoreTests",
            dependencies: ["Store", "Mail", "TestPeers", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: house),
        .testTarget(
            name: "SandboxTests", dependencies: ["Sandbox", "SMTP", "Mail", "TestPeers"],
            swiftSettings: house),
        .testTarget(
            name: "SendingTests",
            dependencies: [
                "Sending", "Store", "Mail", "TestPeers", .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "MCPTests", dependencies: ["MCP", "JSON", "TestSeeds"], exclude: ["validate_messages.py"],
            swiftSettings: house),
        .testTarget(
            name: "ToolsTests",
            dependencies: [
                "Tools", "Sending", "Store", "MCP", "JSON", "Mail", "TestPeers", "TestSeeds",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "HTTPTests",
            dependencies: [
                "HTTP", "Tools", "Sending", "Store", "MCP", "JSON", "Mail", "TestPeers",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "EverythingServer",
            dependencies: [
                "MCP", "JSON", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/EverythingServer", exclude: ["README.md"], swiftSettings: house),
        .testTarget(
            name: "HouseTests",
            dependencies: ["envelope", "EverythingServer", "JSON", "Mail", "Store", "TestPeers"],
            exclude: ["Clients"], swiftSettings: house),
    ]
)
