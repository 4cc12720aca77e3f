import TestServers
import Testing

extension SystemTests {
    @Suite("openapi.yaml") struct DescriptionTests {
        private let directory = TemporaryDirectory()

        @Test("The file is a valid description in OpenAPI 3.1")
        func validity() throws {
            let tool = try PythonTool(
                "openapi-spec-validator", ["--schema", "3.1", "\(PythonTool.root)/openapi.yaml"], in: directory,
                within: 60)
            #expect(tool.end == .exited(0), "\(tool.text)")
        }

        @Test("What is served is the file, as JSON")
        func served() throws {
            let server = try ServerProcess(in: directory)
            let answer = try server.client().get("/openapi.json")
            #expect(answer.status == 200 && answer["content-type"] == "application/json")
            directory.write(answer.text, to: "served.json")
            let comparison = """
                import json, sys, yaml
                served, file = json.load(open(sys.argv[1])), yaml.safe_load(open(sys.argv[2]))
                sys.exit(0 if served == file else "the served description is not the file")
                """
            let tool = try PythonTool(
                "python", ["-c", comparison, directory.file("served.json"), "\(PythonTool.root)/openapi.yaml"],
                in: directory, within: 60)
            #expect(tool.end == .exited(0), "\(tool.text)")
            #expect(server.stop() == .exited(0))
        }

        @Test(
            "The service does what the file says, whatever it is sent", arguments: [Profile.embedded, .clusterMariaDB])
        func schemathesis(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(["ADMIN_PASSWORD": "open sesame"])
            let tool = try PythonTool(
                "schemathesis",
                [
                    "--config-file", "\(PythonTool.root)/Tests/Schemathesis/schemathesis.toml", "run",
                    "\(PythonTool.root)/openapi.yaml", "--url", "http://127.0.0.1:\(server.port)",
                ],
                environment: [
                    "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": "\(PythonTool.root)/Tests/Schemathesis",
                    "ADMIN_PASSWORD": "open sesame",
                ],
                in: deployment.directory, within: 300)
            #expect(tool.end == .exited(0), "\(tool.text)")
            #expect(server.stop() == .exited(0))
        }
    }
}
