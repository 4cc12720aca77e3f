// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Checks of exclusive access are for the tests, which run in debug builds: in a release they are a third of what a GET costs
/// on its loop, and a fifth of a POST.
let unchecked: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "spillway",
    products: [
        .executable(name: "spillway", targets: ["App"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CEpoll"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CMariaDB"),
        .systemLibrary(name: "CRabbitMQ"),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "COpenSSL"),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "Reactor", dependencies: ["CEpoll", "CHiredis", "COpenSSL"], swiftSettings: strict + unchecked),
        .executableTarget(
            name: "App",
            dependencies: [
                "Reactor", "CSQLite", "CMariaDB", "CRabbitMQ", "CSimdjson",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            exclude: ["Cache/Redis/Scripts"],
            swiftSettings: strict + unchecked,
            plugins: ["EmbedDescription", "EmbedScripts"]
        ),
        .plugin(name: "EmbedDescription", capability: .buildTool()),
        .plugin(name: "EmbedScripts", capability: .buildTool()),
        // Processes, private servers and other things that tests need from the system around them.
        .target(name: "TestServers", path: "Tests/TestServers", swiftSettings: strict),
        .testTarget(name: "ReactorTests", dependencies: ["Reactor", "TestServers"], swiftSettings: strict),
        .testTarget(name: "AppTests", dependencies: ["App", "TestServers"], swiftSettings: strict),
        .testTarget(name: "SystemTests", dependencies: ["CSQLite", "TestServers"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
