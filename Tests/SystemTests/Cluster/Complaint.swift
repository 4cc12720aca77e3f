import TestServers
import Testing

/// What a service says of a server that it can't use.
struct Complaint {
    let dependency: Dependency

    init(of dependency: Dependency) { self.dependency = dependency }

    /// Whether the log gets a line that names it and says `what`.
    func isMade(by server: ServerProcess, _ what: (String) -> Bool) -> Bool {
        eventually { server.process.errors.lines.contains { dependency.isNamed(in: $0) && what($0) } }
    }

    /// /ready names it too, the process goes on, and no password is shown anywhere.
    func expectNotReady(_ server: ServerProcess) throws {
        let client = server.client()
        #expect(try client.get("/health").status == 200)
        var readiness = ""
        let isNamed = try eventually {
            let answer = try client.get("/ready")
            readiness = answer.text
            // All parts have their names there; the sentence names those that are missing.
            let sentence = answer.json["error"]?.text ?? answer.json["reason"]?.text
            return sentence.map { dependency.isNamed(in: $0) } ?? false
        }
        #expect(isNamed, "\(readiness)")
        #expect(server.process.isRunning)
        for text in [server.log, readiness] {
            #expect(!text.contains(Dependency.secret) && !text.contains(MariaServer.password), "\(text)")
            #expect(!text.contains(MariaServer.passwordInURL), "\(text)")
        }
    }
}
