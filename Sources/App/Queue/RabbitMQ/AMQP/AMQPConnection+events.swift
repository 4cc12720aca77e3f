import CRabbitMQ
package import Reactor

/// Frames in, events out.
extension AMQPConnection {
    /// The next thing that the broker tells; nil when there was nothing until `deadline`, which may lie in the past:
    /// then only what is here already is looked at. Keeps the heartbeats, however long it waits.
    ///
    /// The body of a delivery is appended to `bodies`: one buffer takes many, costs no allocation once it has grown,
    /// and has the readable bytes behind it that the JSON parser wants; an array for each body would cost an allocation
    /// each.
    package func nextEvent(until deadline: Deadline, bodies: inout ByteBuffer) throws(AMQPError) -> AMQPEvent? {
        var frame = amqp_frame_t()
        while true {
            // Memory of frames that were read and copied before.
            amqp_maybe_release_buffers(state)
            let status = waitFrame(&frame, until: deadline)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            guard status == 0 else { throw failure(status, "wait for the broker") }
            if let event = try event(frame, &bodies) { return event }
        }
    }

    private func waitFrame(_ frame: inout amqp_frame_t, until deadline: Deadline) -> Int32 {
        // The wait itself is bounded by the library; what can hang is the heartbeat that it may send.
        let left = min(deadline.milliseconds(from: .now()), 3_600_000)
        var timeout = timeval(milliseconds: left)
        return watched(left + settings.writeMilliseconds) {
            amqp_simple_wait_frame_noblock(state, &frame, &timeout)
        }
    }

    /// nil when the frame is a part of something.
    private func event(_ frame: amqp_frame_t, _ bodies: inout ByteBuffer) throws(AMQPError) -> AMQPEvent? {
        let channel = Int(frame.channel)
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return try event(frame.payload.method, channel)
        case AMQP_FRAME_HEADER:
            guard let decoded = frame.payload.properties.decoded else { return nil }
            let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self)
            let assembly = assembly(channel)
            assembly.content = AMQPContent(properties.pointee)
            assembly.missingBytes = Int(clamping: frame.payload.properties.body_size)
            return assembly.finish(into: &bodies)
        case AMQP_FRAME_BODY:
            let fragment = frame.payload.body_fragment.buffer
            let assembly = assembly(channel)
            assembly.body.append(fragment)
            if let missing = assembly.missingBytes {
                assembly.missingBytes = missing - fragment.count
            }
            return assembly.finish(into: &bodies)
        default:
            return nil
        }
    }

    private func event(_ method: amqp_method_t, _ channel: Int) throws(AMQPError) -> AMQPEvent? {
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case CRABBITMQ_BASIC_ACK:
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            return .acked(channel: channel, tag: ack.delivery_tag, multiple: ack.multiple != 0)
        case CRABBITMQ_BASIC_NACK:
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            return .nacked(channel: channel, tag: nack.delivery_tag, multiple: nack.multiple != 0)
        case CRABBITMQ_BASIC_DELIVER:
            let delivery = decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee
            let assembly = assembly(channel)
            assembly.start(.delivery(tag: delivery.delivery_tag, redelivered: delivery.redelivered != 0))
            return nil
        case CRABBITMQ_BASIC_RETURN:
            let back = decoded.assumingMemoryBound(to: amqp_basic_return_t.self).pointee
            let assembly = assembly(channel)
            assembly.start(.returned(code: Int(back.reply_code), text: back.reply_text.text))
            return nil
        case CRABBITMQ_BASIC_CANCEL:
            let cancel = decoded.assumingMemoryBound(to: amqp_basic_cancel_t.self).pointee
            return .cancelled(channel: channel, consumerTag: cancel.consumer_tag.text)
        case CRABBITMQ_CONNECTION_BLOCKED:
            let blocked = decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee
            return .blocked(reason: blocked.reason.text)
        case CRABBITMQ_CONNECTION_UNBLOCKED:
            return .unblocked
        case CRABBITMQ_CONNECTION_CLOSE:
            throw closed(CloseReason(method), channel)
        case CRABBITMQ_CHANNEL_CLOSE:
            let error = closed(CloseReason(method), channel)
            guard case .channelClosed(_, let code, let text) = error else { throw error }
            return .channelClosed(channel: channel, code: code, text: text)
        default:
            // An answer to a call that gave up, which the connection did not survive anyway, or channel.flow, which no
            // broker sends any more.
            return nil
        }
    }

    // MARK: Parts

    private func assembly(_ channel: Int) -> AMQPAssembly {
        if let known = assemblies.first(where: { $0.channel == channel }) { return known }
        let assembly = AMQPAssembly(channel: channel)
        assemblies.append(assembly)
        return assembly
    }

    func forgetAssembly(_ channel: Int) { assemblies.removeAll { $0.channel == channel } }
}
