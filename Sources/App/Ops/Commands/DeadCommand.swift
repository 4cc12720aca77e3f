import ArgumentParser
import Glibc
import Orders
import Queue
import Reactor
import Settings
import Workers

/// `spillway dead`: jobs that could not be applied, of either kind of queue.
struct DeadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Look at the jobs that could not be applied, replay them, or drop them.",
        discussion: """
            A letter is named by the id in the first column of the list, or by the id of its job.

            \(ServiceOptions.precedence)
            """,
        subcommands: [DeadListCommand.self, DeadShowCommand.self, DeadReplayCommand.self, DeadDiscardCommand.self])
}

struct DeadListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "One line a letter: its id, the job's id and type, when it failed, attempts, reason; tabs between.")

    @Option(help: "Most letters to list.") var limit = 100
    @OptionGroup var options: DeadLetterOptions

    func run() throws {
        for letter in try options.letters().list(limit: limit) { print(letter.line) }
    }
}

struct DeadShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one letter, and the job in it.")

    @Argument(help: "Id of the letter or of its job.") var id: String
    @OptionGroup var options: DeadLetterOptions

    func run() throws {
        guard let letter = try options.letters().letter(try LetterName(id)) else {
            throw DeadCommandFailure.notFound(id)
        }
        print(letter.line)
        print(String(decoding: letter.body, as: UTF8.self))
    }
}

struct DeadReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Queue a job once more, behind all that waits; one that fails again becomes a new letter.")

    @Argument(help: "Id of the letter or of its job, or all.") var id: String
    @OptionGroup var options: DeadLetterOptions

    func run() throws { try options.finish("replayed", id) { try $0.replay($1) } }
}

struct DeadDiscardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Drop a job for good.")

    @Argument(help: "Id of the letter or of its job, or all.") var id: String
    @OptionGroup var options: DeadLetterOptions

    func run() throws { try options.finish("discarded", id) { try $0.discard($1) } }
}

/// Which queue the letters are of.
struct DeadLetterOptions: ParsableArguments {
    @Flag(help: "Of the durable queue in a SQLite file, instead of the broker's.") var embedded = false
    @OptionGroup(title: DatabaseSettingGroup.heading) var database: SettingOptions<DatabaseSettingGroup>
    @OptionGroup(title: RedisSettingGroup.heading) var redis: SettingOptions<RedisSettingGroup>
    @OptionGroup(title: RabbitMQSettingGroup.heading) var rabbitMQ: SettingOptions<RabbitMQSettingGroup>
    @OptionGroup(title: LoadSettingGroup.heading) var load: SettingOptions<LoadSettingGroup>

    func letters() throws -> any DeadLetters {
        let flags = [database.values, redis.values, rabbitMQ.values, load.values]
            .reduce(into: [:]) { all, group in all.merge(group) { $1 } }
        let settings = SettingReader(
            flags: flags, environment: Environment.variables(), dotEnv: try Environment.dotEnvFile())
        let configuration = try Configuration(settings, processors: 1)
        if embedded { return try Self.embedded(queuePath: configuration.queuePath) }
        let cluster = try ClusterConfiguration(
            settings, jobsPerMessage: configuration.jobsPerMessage,
            jobsPerTransaction: configuration.worker.jobsPerTransaction)
        let broker = Broker(endpoint: cluster.broker, topology: cluster.topology, watchdog: Watchdog())
        return RabbitMQDeadLetters(broker, clock: UUIDv7Clock())
    }

    /// The letters of the queue file at `path`, which a server may be working with.
    static func embedded(queuePath path: String) throws -> EmbeddedDeadLetters {
        // Opening it would make one.
        guard access(path, F_OK) == 0 else { throw DeadCommandFailure.noQueue(path: path) }
        return try EmbeddedQueueFile.open(path: path, partitions: nil).makeDeadLetters()
    }

    /// Does `action` to the letter called `text`, or to all, and says how many that were.
    fileprivate func finish(
        _ verb: String, _ text: String, _ action: (any DeadLetters, LetterSelection) throws -> Int
    ) throws {
        let selection: LetterSelection = text == "all" ? .all : .one(try LetterName(text))
        let count = try action(try letters(), selection)
        if selection != .all && count == 0 { throw DeadCommandFailure.notFound(text) }
        print("\(verb) \(count) \(count == 1 ? "letter" : "letters")")
    }
}
