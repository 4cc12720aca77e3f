// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Checks of exclusive access are for the tests, which run in debug builds: in a release they are a third of what a GET
/// costs on its loop, and a fifth of a POST.
let unchecked: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")

let layerNames = [
    "Orders", "Metrics", "Settings", "Log", "Health", "Store", "Cache", "Queue", "Admin", "Ingest", "Workers", "API",
    "Prove",
]
let layers = layerNames.map { Target.Dependency.target(name: $0) }

/// A folder of Sources/App, which is above Reactor and above `below`.
func layer(
    _ name: String, _ below: [Target.Dependency] = [], exclude: [String] = [], plugins: [Target.PluginUsage] = []
) -> Target {
    .target(
        name: name, dependencies: ["Reactor"] + below, path: "Sources/App/\(name)", exclude: exclude,
        swiftSettings: strict + unchecked, plugins: plugins)
}

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
        // The folders of Sources/App, from the bottom to the top. A module sees only what it names here, so that the
        // compiler refuses an import that points upward or sideways.
        layer("Orders", ["CSimdjson"]),
        layer("Metrics", [histogram]),
        layer("Settings"),
        layer("Log", ["Orders", "Settings", logging]),
        layer("Health", ["Log", logging]),
        layer("Store", ["Log", "Metrics", "Orders", "Settings", "CMariaDB", "CSQLite", logging]),
        layer(
            "Cache", ["Health", "Orders", "Settings", "Store", logging], exclude: ["Redis/Scripts"],
            plugins: ["EmbedScripts"]),
        layer("Queue", ["Health", "Metrics", "Orders", "Store", "CRabbitMQ"]),
        layer("Admin", ["Cache", "Health", "Orders", "Queue", "Store", logging]),
        layer("Ingest", ["Cache", "Health", "Metrics", "Orders", "Queue", "Store"]),
        layer("Workers", ["Cache", "Health", "Metrics", "Orders", "Queue", "Settings", "Store", logging]),
        layer(
            "API", ["Admin", "Cache", "Health", "Ingest", "Metrics", "Orders", "Queue", "Settings", "Store"],
            plugins: ["EmbedDescription"]),
        layer("Prove", ["Orders"]),
        .executableTarget(
            name: "App",
            dependencies: layers + [
                "Reactor", logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: layerNames,
            swiftSettings: strict + unchecked
        ),
        .plugin(name: "EmbedDescription", capability: .buildTool()),
        .plugin(name: "EmbedScripts", capability: .buildTool()),
        // Processes, private servers and other things that tests need from the system around them.
        .target(name: "TestServers", path: "Tests/TestServers", swiftSettings: strict),
        .testTarget(name: "ReactorTests", dependencies: ["Reactor", "TestServers"], swiftSettings: strict),
        .testTarget(
            name: "AppTests", dependencies: layers + ["App", "Reactor", "TestServers", arguments, logging],
            swiftSettings: strict),
        .testTarget(name: "SystemTests", dependencies: ["CSQLite", "TestServers"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
