// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that no other build sees it. Its sources are links to the service's; orders, part of an
// executable there, are a module here.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "fuzz",
    targets: [
        .target(name: "CEpoll"),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "COpenSSL"),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "Reactor", dependencies: ["CEpoll", "CHiredis", "COpenSSL"], swiftSettings: strict),
        .target(name: "Orders", dependencies: ["Reactor", "CSimdjson"], swiftSettings: strict),
        .target(name: "Reference", swiftSettings: strict),
        .executableTarget(name: "FuzzFramer", dependencies: ["Reactor", "Reference"], swiftSettings: strict),
        .executableTarget(name: "FuzzChunked", dependencies: ["Reactor", "Reference"], swiftSettings: strict),
        .executableTarget(name: "FuzzOrders", dependencies: ["Reactor", "Orders", "Reference"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
