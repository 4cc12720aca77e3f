import TestServers
import Testing

extension SystemTests {
    @Suite("Replayed dead letters") struct RepeatedReplayTests {
        @Test("A replay that was cut off and is repeated changes nothing the second time", arguments: [true, false])
        func repeated(hasVersion: Bool) throws {
            let service = try WorkerlessService()
            let id = try service.createApplied(1)[0]
            try refuse("status <> 'packed'", service)
            if hasVersion {
                try service.client.accept([WriteRequest.update(id, status: "packed")])
            } else {
                let payload = #"{"order_id":"\#(id)","status":"packed"}"#
                try service.space.otherClient.publish(
                    [QueuedJob.line(1, type: "update_order_status", payload)], to: service.space.queueName)
            }
            try service.applyAll()
            #expect(try service.storedStatuses() == [id: "received"])
            try permit(service)
            let letter = try #require(try service.space.otherClient.messages(in: deadQueue(service)).first)

            try replayAll(service)
            #expect(try service.storedStatuses() == [id: "packed"])
            try service.client.accept([WriteRequest.update(id, status: "sent")])
            try service.applyAll()
            // As if whoever replayed it had died before he took the letter away.
            try service.space.otherClient.publish([letter.body], headers: Self.headers(letter), to: deadQueue(service))
            try replayAll(service)
            #expect(try service.storedStatuses() == [id: "sent"])
            #expect(try service.client.show(id).json["status"] == .string("sent"))
        }

        @Test("What was created before a reset does not come back by it")
        func afterReset() throws {
            let password = ["ADMIN_PASSWORD": HTTPClient.adminPassword]
            let service = try WorkerlessService(.clusterMariaDB, password)
            try service.applyAll()
            try refuse("customer_name <> 'dead'", service)
            let id = try service.client.accept([WriteRequest.create(TestOrder(customer: "dead"))])[0]
            let worker = try service.startWorker()
            #expect(
                try eventually { try service.space.otherClient.waiting(in: [deadQueue(service)]) == [1] },
                "\(worker.errors.text)")
            try permit(service)
            #expect(try service.client.reset().status == 200)
            let live = try service.client.accept([WriteRequest.create(TestOrder(customer: "live"))])[0]

            let replay = try service.deployment.run(["dead", "replay", "all"], ["RABBITMQ_PARTITIONS": "1"])
            #expect(replay.end == .exited(0) && replay.output == "replayed 1 letter\n", "\(replay)")
            #expect(try service.deployment.hasDrained(), "\(worker.errors.text)")
            #expect(try service.deployment.stored().orders().keys.sorted() == [live])
            #expect(try service.client.show(id).status == 404)
            #expect(try eventually { try service.client.total() == 1 })
        }

        private func deadQueue(_ service: WorkerlessService) -> String { service.space.queueName + ".dead" }

        private func replayAll(_ service: WorkerlessService) throws {
            let command = try service.deployment.run(["dead", "replay", "all"], ["RABBITMQ_PARTITIONS": "1"])
            #expect(command.end == .exited(0) && command.output == "replayed 1 letter\n", "\(command)")
            try service.applyAll()
        }

        /// What tells a letter from another one.
        private static func headers(_ letter: OtherAMQPClient.Message) throws -> String {
            let failedAt = try #require(letter.headers["x-spillway-failed-at"]?.integer)
            let jobID = try #require(letter.headers["x-spillway-job-id"]?.text)
            return """
                {"x-spillway-reason":"refused","x-spillway-attempts":1,"x-spillway-failed-at":\(failedAt),\
                "x-spillway-job-id":"\(jobID)"}
                """
        }

        private func refuse(_ condition: String, _ service: WorkerlessService) throws {
            try sql("ADD CONSTRAINT refuse CHECK (\(condition))", service)
        }

        private func permit(_ service: WorkerlessService) throws { try sql("DROP CONSTRAINT refuse", service) }

        private func sql(_ change: String, _ service: WorkerlessService) throws {
            try service.space.servers.maria.sql("ALTER TABLE \(service.space.databaseName).orders \(change)")
        }
    }
}
