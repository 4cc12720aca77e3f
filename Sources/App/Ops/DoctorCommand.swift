import ArgumentParser

/// `spillway doctor`: whether everything that the service needs answers, one line each.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Ask Redis, RabbitMQ and the database whether they answer; exit 1 if one does not.",
        discussion: ServiceOptions.precedence)

    @Flag(help: "Of the embedded service: the database alone.")
    var embedded = false

    @OptionGroup var options: ServiceOptions

    func run() throws {
        let configuration = try options.configuration()
        let cluster = embedded ? nil : try options.clusterConfiguration(configuration)
        ProcessSetup.prepare()
        let findings = Doctor(database: configuration.database, cluster: cluster).examine()
        for finding in findings {
            print("\(finding.name) \(finding.place): \(finding.failure ?? "answers")")
        }
        if findings.contains(where: { $0.failure != nil }) { throw ExitCode(1) }
    }
}
