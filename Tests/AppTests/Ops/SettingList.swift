import ArgumentParser

@testable import App

/// The settings that the code has: what it reads, and what has a flag.
struct SettingList {
    /// By name, as one would write them; nil: none.
    private(set) var defaults: [String: String?] = [:]
    private(set) var withFlag: Set<String> = []

    /// Reads everything there is to read, which takes several configurations: some settings are of use with others only.
    init() throws {
        let others: [[String: String]] = [
            ["DB_HOST": "db", "DB_USER": "u", "DB_NAME": "n", "REDIS_URL": "rediss://r", "MQ_USE_SSL": "true"], [:],
        ]
        for environment in others {
            // The last one is without any, so that defaults which follow from others are those of nothing set.
            var read: [String: String?] = [:]
            var settings = SettingReader(flags: [:], environment: environment, dotEnv: [:])
            let box = Box()
            settings.onRead = { name, fallback in box.read.append((name, fallback)) }
            let configuration = try Configuration(settings, processors: 2)
            _ = try ClusterConfiguration(
                settings, jobsPerMessage: configuration.jobsPerMessage,
                jobsPerTransaction: configuration.worker.jobsPerTransaction)
            for (name, fallback) in box.read { read[name] = (read[name] ?? nil) ?? fallback }
            defaults.merge(read) { before, new in new ?? before }
        }
        let groups: [Any] = [
            try ServerOptions.parse([]), try StorageOptions.parse([]), try CacheOptions.parse([]),
            try QueueOptions.parse([]), try LimitOptions.parse([]),
        ]
        withFlag = Set(groups.flatMap { Mirror(reflecting: $0).children.compactMap(\.label).map(Self.variable) })
    }

    private final class Box {
        var read: [(String, String?)] = []
    }

    /// `_dbWriteLagMs` is DB_WRITE_LAG_MS.
    private static func variable(ofProperty label: String) -> String {
        label.drop { $0 == "_" }.reduce(into: "") { name, letter in
            if letter.isUppercase { name += "_" }
            name += letter.uppercased()
        }
    }
}
