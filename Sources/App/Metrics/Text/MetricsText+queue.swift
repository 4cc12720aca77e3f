extension MetricsText {
    package mutating func append(workers figures: WorkerFigures) {
        begin(
            "jobs_applied_total", .counter,
            "Jobs that a transaction of the workers has dealt with. unchanged: delivered again, or nothing to change; "
                + "rejected: refused by the database and set aside.")
        sample(figures.created, ("result", "created"))
        sample(figures.updated, ("result", "updated"))
        sample(figures.deleted, ("result", "deleted"))
        sample(figures.unchanged, ("result", "unchanged"))
        sample(figures.rejected, ("result", "rejected"))
        begin(
            "accept_to_applied_seconds", .histogram,
            "Age of a job when it was committed to the database, from its enqueued_at: how far the database is behind.")
        histogram(figures.ages, bounds: Self.ageBounds, scale: 1_000)
        begin("batch_jobs", .histogram, "Jobs of one transaction of the workers.")
        histogram(figures.batchJobs, bounds: Self.jobBounds, scale: 1)
        begin(
            "retries_total", .counter,
            "Times that a worker tried something again: reading or setting aside jobs (delivery), a transaction (database)."
        )
        for what in WorkerFigures.Retried.allCases { sample(figures.retries[what.rawValue], ("part", "\(what)")) }
        begin(
            "dead_letters_total", .counter,
            "Jobs that this instance has set aside because they can't be read or applied: see spillway dead list.")
        sample(figures.deadLetters)
    }

    package mutating func append(commits figures: CommitFigures) {
        begin("queue_commit_seconds", .histogram, "Duration of a transaction of the queue's file, its fsync included.")
        histogram(figures.microseconds, bounds: Self.latencyBounds, scale: 1_000_000)
        begin("queue_commit_jobs", .histogram, "New jobs of one transaction of the queue's file that had any.")
        histogram(figures.jobs, bounds: Self.jobBounds, scale: 1)
        begin("queue_commit_failures_total", .counter, "Transactions of the queue's file that failed.")
        sample(figures.failures)
        append(messageJobs: figures.messageJobs)
    }

    package mutating func append(broker figures: BrokerFigures) {
        begin("broker_jobs_published_total", .counter, "Jobs in messages that were written to the broker.")
        sample(figures.publishedJobs)
        begin(
            "broker_jobs_total", .counter,
            "Jobs by what became of them: confirmed by the broker, nacked by it, returned because no queue takes them, "
                + "unknown because it didn't answer, or unsent because it takes nothing.")
        for outcome in BrokerFigures.Outcome.allCases {
            sample(figures.jobs(outcome), ("outcome", outcome.name.description))
        }
        begin("broker_confirm_seconds", .histogram, "Time from the writing of a message to the broker's confirm.")
        histogram(figures.confirms, bounds: Self.latencyBounds, scale: 1_000_000)
        begin("broker_unconfirmed_messages", .gauge, "Messages that were written and are not confirmed yet.")
        sample(figures.unconfirmedMessages)
        begin("broker_state", .gauge, "1 for the state of the publisher's connection, 0 for the others.")
        for state in BrokerFigures.State.allCases {
            sample(figures.state == state ? 1 : 0, ("state", state.name.description))
        }
        begin("broker_state_seconds_total", .counter, "How long the publisher's connection was in each state.")
        for state in BrokerFigures.State.allCases {
            sample(figures.seconds(in: state), ("state", state.name.description))
        }
        append(messageJobs: figures.messageJobs)
    }

    private mutating func append(messageJobs histogram: ValueHistogram) {
        begin("message_jobs", .histogram, "Jobs packed into one message of the queue.")
        self.histogram(histogram, bounds: Self.jobBounds, scale: 1)
    }
}
