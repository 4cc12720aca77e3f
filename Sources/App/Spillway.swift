import ArgumentParser

/// The command line (docs/contract.md section 7).
@main
struct Spillway: ParsableCommand {
    static let version = "0.5.0"

    static let configuration = CommandConfiguration(
        commandName: "spillway",
        abstract: "Takes bursts of orders over HTTP, keeps them durably, and lets the database fill at its own pace.",
        version: version,
        subcommands: [
            ServeCommand.self, APICommand.self, WorkerCommand.self, DoctorCommand.self, DeadCommand.self,
            ProveCommand.self,
        ])
}
