import Logging
package import Store

extension Logger {
    /// For whoever wants to watch the workers: a line for each batch, below the usual level.
    package func applied(_ result: ApplyResult, partition: Int) {
        debug(
            "batch applied",
            metadata: [
                "partition": "\(partition)", "created": "\(result.created)", "updated": "\(result.updated)",
                "deleted": "\(result.deleted)", "skipped": "\(result.skipped)", "rejected": "\(result.rejected)",
            ])
    }
}
