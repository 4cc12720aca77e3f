import ArgumentParser
import Log

/// `spillway doctor`: whether everything that the service needs answers, one line each; or whether the service itself
/// does.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Ask Redis, RabbitMQ and the database, or the service itself, for an answer; exit 1 if one fails.",
        discussion: ServiceOptions.precedence)

    @Flag(help: "Of the embedded service: the database alone.")
    var embedded = false

    @Flag(help: "Ask the service on this machine instead, on its HOST and PORT, whether it is alive (GET /health).")
    var local = false

    @Flag(help: "With --local: whether it is ready for requests (GET /ready).")
    var ready = false

    @OptionGroup var options: ServiceOptions

    func validate() throws {
        if ready && !local { throw ValidationError("--ready goes with --local") }
    }

    func run() throws {
        let configuration = try options.configuration()
        if local { return try askService(configuration) }
        let cluster = embedded ? nil : try options.clusterConfiguration(configuration)
        ProcessSetup.prepare()
        let findings = Doctor(database: configuration.database, cluster: cluster).examine()
        for finding in findings {
            print(configuration.secrets.masked("\(finding.name) \(finding.place): \(finding.failure ?? "answers")"))
        }
        if findings.contains(where: { $0.failure != nil }) { throw ExitCode(1) }
    }

    private func askService(_ configuration: Configuration) throws {
        let verdict = try LocalService(configuration).ask(ready ? .ready : .alive)
        print(verdict.line)
        if !verdict.isGood { throw ExitCode(1) }
    }
}
