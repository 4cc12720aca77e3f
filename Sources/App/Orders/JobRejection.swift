/// Why a queued job can't be applied: one sentence for the operator.
struct JobRejection: Error {
    /// Where it could be read.
    let jobID: UUID?
    let reason: String

    // Kept out of line: building a String belongs on the cold path.

    @inline(never)
    static func notJSON(_ error: JSONError) -> JobRejection {
        JobRejection(jobID: nil, reason: error.sentence(about: "job"))
    }

    @inline(never)
    static func unknownType(jobID: UUID) -> JobRejection {
        JobRejection(jobID: jobID, reason: "type is not create_order, update_order_status or delete_order")
    }

    @inline(never)
    static func payload(_ rejection: OrderRejection, jobID: UUID) -> JobRejection {
        JobRejection(jobID: jobID, reason: "payload can't be applied: \(rejection.message)")
    }
}
