import Logging
import TestServers
import Testing

@testable import App
@testable import Log
@testable import Queue
@testable import Settings
@testable import Workers

@Suite struct SettingCatalogTests {
    private static let ofService = SettingCatalog.ofService.flatMap { $0.settings }
    private static let all = SettingCatalog.groups.flatMap { $0.settings }
    private static let root = "\(#filePath)".split(separator: "/Tests/AppTests/").first.map(String.init) ?? "."

    @Test("Every stored property of a group is a setting, and no two have the same name")
    func list() {
        for group in SettingCatalog.groups {
            #expect(Mirror(reflecting: group).children.count == group.settings.count)
            #expect(!group.settings.isEmpty)
        }
        #expect(Set(Self.all.map { $0.name }).count == Self.all.count)
        for setting in Self.all {
            #expect(setting.name.wholeMatch(of: /[A-Z]+(_[A-Z]+)*/) != nil, "\(setting.name)")
            #expect(setting.facts.meaning.hasSuffix(".") && !setting.facts.meaning.contains("\n"), "\(setting.name)")
        }
    }

    @Test("The default of a number lies within its range")
    func defaults() {
        for case let setting as IntegerSetting in Self.all {
            #expect(setting.range.bounds.contains(setting.fallback), "\(setting.name)")
        }
    }

    @Test("Each setting of the service is read, and nothing else")
    func read() throws {
        final class Names { var all: Set<String> = [] }
        let names = Names()
        // Some settings are of use with others only.
        let environments = [
            [:], ["DB_HOST": "db", "DB_USER": "u", "DB_NAME": "n", "REDIS_URL": "rediss://r", "MQ_USE_SSL": "true"],
        ]
        for environment in environments {
            var settings = SettingReader(flags: [:], environment: environment, dotEnv: [:])
            settings.onRead = { names.all.insert($0) }
            let configuration = try Configuration(settings, processors: 2)
            // Of secrets it proves less, because the mask reads them all.
            _ = try ClusterConfiguration(
                settings, jobsPerMessage: configuration.jobsPerMessage,
                jobsPerTransaction: configuration.worker.jobsPerTransaction)
        }
        let known = Set(Self.ofService.map { $0.name })
        #expect(names.all == known, "\(known.symmetricDifference(names.all))")
    }

    @Test("Secrets, and what belongs to one, have no flag; all other settings of the service have one")
    func flags() {
        let without = Set(Self.ofService.filter { $0.flag == nil }.map { $0.name })
        #expect(
            without
                == ["ADMIN_PASSWORD", "RABBITMQ_PASSWORD", "DB_HOST", "DB_PORT", "DB_USER", "DB_PASS", "DB_NAME"])
        #expect(SettingCatalog.database.writeLagMilliseconds.flag == "db-write-lag-ms")
        for setting in Self.ofService where setting.facts.secrecy == .secret { #expect(setting.flag == nil) }
    }

    @Test("The words of a choice are those that the code knows")
    func choices() {
        #expect(SettingCatalog.logs.level.words == Logger.Level.allCases.map(\.rawValue))
        #expect(SettingCatalog.logs.format.words == LogFormat.allCases.map(\.rawValue))
        for word in SettingCatalog.rabbitMQ.queueType.words { #expect(QueueTopology.Kind(rawValue: word) != nil) }
    }

    @Test("A default that follows from others is that of the catalog while these have theirs")
    func derivedDefaults() throws {
        let settings = SettingReader(flags: [:], environment: [:], dotEnv: [:])
        let configuration = try Configuration(settings, processors: 3)
        #expect(configuration.queuePath == SettingCatalog.database.queueFile.fallback)
        let cluster = try ClusterConfiguration(
            settings, jobsPerMessage: configuration.jobsPerMessage,
            jobsPerTransaction: configuration.worker.jobsPerTransaction)
        #expect(cluster.prefetch == SettingCatalog.rabbitMQ.prefetch.fallback)
        #expect(Int(cluster.broker.port) == SettingCatalog.rabbitMQ.port.fallback)
    }

    @Test("The profile stands in front of the meaning where it isn't that of the group")
    func profiles() {
        #expect(RedisSettingGroup.heading == "Redis (cluster)" && CacheSettingGroup.heading == "Cache")
        #expect(SettingCatalog.cache.maxBytes.facts.sentence.hasPrefix("Embedded: Bytes"))
        #expect(SettingCatalog.rabbitMQ.jobsPerMessage.facts.sentence.hasPrefix("Cluster and embedded: Most"))
        #expect(SettingCatalog.server.host.facts.sentence == SettingCatalog.server.host.facts.meaning)
    }

    @Test("The scripts read the settings that are told as theirs, some of the service too, and have the same defaults")
    func scripts() throws {
        let text = try ["services.sh", "start_services.sh", "stop_services.sh"].map { name in
            try #require(FileContent.text(of: "\(Self.root)/\(name)"), "\(name)")
        }.joined()
        var names: Set<String> = []
        for match in text.matches(of: /setting ([A-Z_]+) ([a-z0-9.']+)/) {
            let name = String(match.1)
            names.insert(name)
            let setting = try #require(Self.all.first { $0.name == name }, "\(name)")
            #expect(String(match.2) == setting.defaultText ?? "''", "\(name)")
        }
        let ofScripts = Set(SettingCatalog.scripts.settings.map { $0.name })
        #expect(names == ofScripts.union(["HOST", "PORT", "SHUTDOWN_GRACE_SECONDS"]))
    }
}
