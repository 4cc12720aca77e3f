import CRabbitMQ
import Health
import Queue
import Reactor
import TestServers
import Testing

@testable import Queue

/// Side by side with the service that this one replaces, on its queue.
@Suite struct OldServiceTests {
    @Test("A job as the old service publishes it is applied, once however often it is delivered")
    func oldForm() throws {
        let harness = try ClusterHarness("old-form", kind: .classic)
        let job =
            "{\"job_id\": \"3f2b8c1e-5b7a-4c59-9d5f-0a4a3c2b1d0e\", \"type\": \"create_order\", \"payload\": "
            + "{\"order_id\": \"0f2b8c1e-5b7a-4c59-9d5f-0a4a3c2b1d0e\", \"customer_name\": \"J\\u00fcrgen\", "
            + "\"items\": [{\"name\": \"Tea\", \"quantity\": 2}], \"status\": \"received\"}, "
            + "\"enqueued_at\": 1763800000000}"
        for _ in 0..<2 { try publishAsOld(job, harness) }
        try harness.startInstance()
        #expect(eventually { harness.repair.calls.flatMap(\.writes).count == 2 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.integer("SELECT count(*) FROM orders WHERE customer_name = 'Jürgen'") == 1)
        #expect(try harness.orders() == 1 && harness.integer("SELECT count(*) FROM order_items") == 1)
    }

    /// No message id, nothing but a delivery mode.
    private func publishAsOld(_ body: String, _ harness: ClusterHarness) throws {
        try harness.connected { connection in
            try connection.openChannel(1)
            try connection.confirmSelect(1)
            var properties = amqp_basic_properties_t()
            properties._flags = UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
            properties.delivery_mode = 2
            var (body, queue) = (body, harness.topology.queueName(0))
            let status = body.withUTF8 { body in
                queue.withUTF8 { queue in
                    amqp_basic_publish(
                        connection.state, 1, amqp_bytes_t(),
                        amqp_bytes_t(len: queue.count, bytes: UnsafeMutableRawPointer(mutating: queue.baseAddress)), 1,
                        0,
                        &properties,
                        amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
                }
            }
            #expect(status == 0)
            var bodies = ByteBuffer()
            let event = try connection.nextEvent(until: .now().advanced(byMilliseconds: 5_000), bodies: &bodies)
            #expect(event == .acked(channel: 1, tag: 1, multiple: false))
        }
    }

    @Test("While another client has the queue for itself, workers stand by quietly, and go on when it is gone")
    func exclusive() throws {
        let harness = try ClusterHarness("old-exclusive", kind: .classic)
        try harness.connected { connection in
            try connection.openChannel(1)
            try connection.consume(1, queue: harness.topology.queueName(0), tag: "old", exclusive: true)
            try harness.startInstance()
            #expect(harness.log.waitForLine("notice another client consumes the queue"))
            // The line is written before health is told.
            #expect(eventually { harness.health.failures.isEmpty })
            let later = Timeout(seconds: 1)
            _ = eventually { later.hasPassed }
        }
        try harness.publish([[JobLine.create(1, order: 1)]], firstID: 1)
        #expect(try eventually { try harness.orders() == 1 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(
            harness.log.lines == [
                "notice another client consumes the queue, standing by", "notice the queue is consumed here again",
            ])
    }
}
