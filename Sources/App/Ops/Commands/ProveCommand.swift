import ArgumentParser
import Glibc
import Prove

/// `spillway prove`: whether the service keeps its promises, for a day on which things are broken on purpose.
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract:
            "Write and read orders while you kill what you like, and tell what was lost; exit 1 if a promise broke.",
        discussion: """
            It writes, patches, deletes and reads orders of its own over HTTP, through all URLs in turn. In the end it \
            waits until all is applied, compares, and says in one line what came out: writes that were acknowledged, \
            of unknown fate, and refused (reads too); acknowledged writes that were lost, creations that were doubled, \
            wrong content, stale reads; the longest time without an accepted write. Details go to stderr.

            It leaves other orders alone. Its own stay in the database: their customers are named prove-RUN-NUMBER.

            Exit status: 0 all promises were kept; 1 one was broken; 2 it could not be found out.
            """)

    @Option(name: .customLong("url"), help: "Where an instance or a balancer answers: http://host[:port]. Repeatable.")
    var urls: [String] = []

    @Option(help: "How long to write and read, 1 to 86400. (default: 60)")
    var seconds: Int?

    @Option(help: "How many clients write and read at a time, 1 to 1000. (default: 16)")
    var clients: Int?

    @Option(help: "How many seconds to wait in the end until all is applied, 0 to 86400.")
    var settle = 60

    @Option(help: "Keep a journal in this new file, for --verify.")
    var journal: String?

    @Option(help: "Write nothing; look whether the orders of this journal are still as they were left.")
    var verify: String?

    func validate() throws {
        _ = try options()
        if verify != nil, journal != nil || seconds != nil {
            throw ValidationError("--verify goes without --journal and --seconds")
        }
    }

    func run() throws {
        // A reader of our output that goes away is no reason to end without a verdict.
        signal(SIGPIPE, SIG_IGN)
        let options = try options()
        let verdict: ProveVerdict
        do throws(ProveFailure) {
            verdict = try prove(options)
        } catch {
            Self.tell("\(error)")
            throw ExitCode(2)
        }
        for detail in verdict.details { Self.tell(detail) }
        print(verdict.line)
        if verdict.exitStatus != 0 { throw ExitCode(verdict.exitStatus) }
    }

    private func prove(_ options: ProveOptions) throws(ProveFailure) -> ProveVerdict {
        if let verify { return try ProveRun.verify(verify, options) }
        let run = ProveRun(options)
        let urls = options.urls.map(\.description).joined(separator: " ")
        Self.tell("run \(run.name): \(options.clients) clients for \(options.seconds) s on \(urls)")
        return try run.run()
    }

    private func options() throws -> ProveOptions {
        guard !urls.isEmpty else { throw ValidationError("give at least one --url") }
        var options = ProveOptions(urls: [])
        do throws(ProveURL.Failure) {
            for url in urls { options.urls.append(try ProveURL(url)) }
        } catch {
            throw ValidationError(error.description)
        }
        options.seconds = try Self.check(seconds ?? options.seconds, "--seconds", within: ProveOptions.secondsRange)
        options.clients = try Self.check(clients ?? options.clients, "--clients", within: ProveOptions.clientsRange)
        options.settleSeconds = try Self.check(settle, "--settle", within: ProveOptions.settleRange)
        options.journalPath = journal
        return options
    }

    private static func check(_ value: Int, _ flag: String, within range: ClosedRange<Int>) throws -> Int {
        guard range.contains(value) else {
            throw ValidationError("\(flag) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }

    /// One line on stderr.
    private static func tell(_ line: String) {
        let bytes = Array("prove: \(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
