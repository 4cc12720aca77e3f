extension MetricsText {
    package mutating func append(dependencies snapshot: MetricsSnapshot) {
        begin("dependency_up", .gauge, "1 for a part that works, 0 for one that fails or hasn't been proven yet.")
        for dependency in snapshot.dependencies {
            sample(dependency.state == .working ? 1 : 0, ("part", dependency.name))
        }
        begin("dependency_state_since_timestamp_seconds", .gauge, "When the state of a part last changed.")
        for dependency in snapshot.dependencies {
            sample(Double(dependency.sinceMilliseconds) / 1_000, ("part", dependency.name))
        }
        if let connections = snapshot.total.redisConnections {
            begin("redis_connections", .gauge, "Event loops that are connected to Redis: all of them when it works.")
            sample(connections)
        }
        if let backlog = snapshot.backlog { append(backlog, isWhole: snapshot.commits != nil) }
    }

    private mutating func append(_ backlog: MetricsSnapshot.Backlog, isWhole: Bool) {
        begin(
            "backlog_jobs", .gauge,
            isWhole
                ? "Jobs in the queue that are not applied yet."
                : "Jobs that the broker has delivered to the workers of this instance and that are not applied yet. What it "
                    + "holds beyond that isn't known here: it tells numbers of messages, not jobs, and wrong ones for a "
                    + "while after it was restarted.")
        sample(backlog.jobs)
        begin(
            "backlog_oldest_seconds", .gauge,
            isWhole
                ? "Age of the oldest message with jobs that are not applied yet; 0 when there is none."
                : "Age of the oldest message that the workers of this instance have in hand, which is the oldest of the "
                    + "partitions that they consume; 0 when there is none.")
        sample(Double(backlog.oldestMilliseconds ?? 0) / 1_000)
    }

    package mutating func append(loops: [MetricsSnapshot.Loop]) {
        begin("loop_mailbox_messages", .gauge, "Messages from other threads that the event loop had not taken yet.")
        for (index, loop) in loops.enumerated() { sample(loop.mailboxDepth, ("loop", "\(index)")) }
        begin(
            "loop_longest_turn_seconds", .gauge,
            "Longest time from a wake-up of the event loop to its next wait, in the last one to two minutes.")
        for (index, loop) in loops.enumerated() {
            sample(Double(loop.figures.longestTurnNanoseconds) / 1e9, ("loop", "\(index)"))
        }
        begin(
            "loop_stall_seconds_total", .counter,
            "Time that the event loop spent in turns of more than 50 milliseconds.")
        for (index, loop) in loops.enumerated() {
            sample(Double(loop.figures.stalledNanoseconds) / 1e9, ("loop", "\(index)"))
        }
        begin(
            "loop_stalled", .gauge,
            "1 when the event loop did not answer the question for these figures within a second; its counts are then old."
        )
        for (index, loop) in loops.enumerated() { sample(loop.isStalled ? 1 : 0, ("loop", "\(index)")) }
    }

    package mutating func append(process snapshot: MetricsSnapshot) {
        let (process, identity) = (snapshot.process, snapshot.identity)
        if let bytes = process.residentBytes {
            begin("process_resident_memory_bytes", .gauge, "Memory of the process that is in RAM.")
            sample(bytes)
        }
        if let count = process.openDescriptors {
            begin("process_open_descriptors", .gauge, "Open file descriptors.")
            sample(count)
        }
        if let limit = process.maxDescriptors {
            begin("process_max_descriptors", .gauge, "How many file descriptors may be open.")
            sample(limit)
        }
        if let microseconds = process.processorMicroseconds {
            begin("process_cpu_seconds_total", .counter, "Processor time, of all threads.")
            sample(Double(microseconds) / 1e6)
        }
        begin("start_time_seconds", .gauge, "When the process started, since 1970.")
        sample(Double(identity.startedAtMilliseconds) / 1_000)
        begin("build_info", .gauge, "Always 1; the labels say what runs.")
        sample(1, ("version", identity.version), ("mode", identity.mode))
    }
}
