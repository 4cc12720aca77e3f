import ArgumentParser
import Testing

@testable import App
@testable import Settings

/// The flags that are made from the catalog.
@Suite struct SettingOptionsTests {
    @Test("Each setting that may have a flag has one, with the value behind it or behind an equals sign")
    func flags() throws {
        var (behind, attached, expected): ([String], [String], [String: String]) = ([], [], [:])
        for setting in SettingCatalog.ofService.flatMap({ $0.settings }) {
            guard let flag = setting.flag else { continue }
            let value = "-x=\(setting.name)"
            behind += ["--\(flag)", setting.name]
            attached.append("--\(flag)=\(value)")
            expected[setting.name] = value
        }
        #expect(try ServiceOptions.parse(attached).values == expected)
        #expect(try ServiceOptions.parse(behind).values == expected.mapValues { String($0.dropFirst(3)) })
        #expect(try ServiceOptions.parse([]).values.isEmpty)
    }

    @Test("A setting without a flag has none, and those of the scripts neither", arguments: [false, true])
    func noFlag(isOfScripts: Bool) {
        let settings = isOfScripts ? SettingCatalog.scripts.settings : SettingCatalog.ofService.flatMap { $0.settings }
        for setting in settings where setting.flag == nil {
            let name = setting.name.lowercased().split(separator: "_").joined(separator: "-")
            #expect(throws: (any Error).self) { try ServiceOptions.parse(["--\(name)", "x"]) }
        }
    }

    @Test("An empty value and one that looks like none are taken, and of two the last one counts")
    func values() throws {
        #expect(try ServiceOptions.parse(["--access-log-file", ""]).values == ["ACCESS_LOG_FILE": ""])
        #expect(try ServiceOptions.parse(["--access-log-file", "-"]).values == ["ACCESS_LOG_FILE": "-"])
        let options = try ServiceOptions.parse(["--port", "1", "--mq-use-ssl", "true", "--port=2"])
        #expect(options.values == ["PORT": "2", "MQ_USE_SSL": "true"])
    }

    @Test(
        "A flag that is none is refused, with the one that was meant, and so is one without a value",
        arguments: [
            (["--prot", "80"], "Unknown option '--prot'. Did you mean '--port'?"),
            (["--port"], "Missing value for '--port <port>'"), (["--port", "-1"], "Missing value for '--port <port>'"),
            (["extra"], "Unexpected argument 'extra'"),
        ])
    func refused(arguments: [String], message: String) {
        let error = #expect(throws: (any Error).self) { try ServiceOptions.parse(arguments) }
        #expect(error.map { ServiceOptions.message(for: $0) }?.hasPrefix(message) == true)
    }

    @Test("--help tells each flag with its meaning, its choices and its default, below the group's heading")
    func help() throws {
        let text = ServeCommand.helpMessage(columns: 80)
        let unbroken = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for group in SettingCatalog.ofService {
            #expect(text.contains("\n\(type(of: group).heading.uppercased()):\n"))
            for setting in group.settings {
                guard let flag = setting.flag else { continue }
                let beginning = "--\(flag) <\(flag)> \(setting.facts.sentence) ("
                let start = try #require(unbroken.firstRange(of: beginning), "\(beginning)")
                let rest = unbroken[start.upperBound...]
                let choices = setting.words.isEmpty ? "" : "values: \(setting.words.joined(separator: ", ")); "
                #expect(rest.hasPrefix("\(choices)default: \(setting.defaultInWords))"), "\(flag)")
            }
        }
        let names = "ADMIN_PASSWORD, DB_HOST, DB_PORT, DB_USER, DB_PASS, DB_NAME and RABBITMQ_PASSWORD"
        #expect(unbroken.contains("\(names) have no flag"))
    }

    @Test("The dead commands have the flags of what they look at")
    func deadLetters() throws {
        let options = try DeadLetterOptions.parse(["--queue-file", "q.db", "--rabbitmq-host=mq", "--embedded"])
        #expect(options.embedded && options.database.values == ["QUEUE_FILE": "q.db"])
        #expect(options.rabbitMQ.values == ["RABBITMQ_HOST": "mq"])
        #expect(throws: (any Error).self) { try DeadLetterOptions.parse(["--port", "80"]) }
        let show = try DeadShowCommand.parse(["--queue-file", "q.db", "7"])
        #expect(show.id == "7" && show.options.database.values == ["QUEUE_FILE": "q.db"])
    }
}
