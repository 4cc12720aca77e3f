import Orders
import Queue
import Reactor

extension ListedLetter {
    /// What `spillway dead list` prints: name, job's id, type, time, attempts, reason; tabs between.
    var line: String {
        let type = content.jobs > 1 ? "\(content.jobs) jobs" : content.type ?? "-"
        let fields = [
            name, content.jobIDs.first?.description ?? "-", type,
            WallClock.text(millisecondsSince1970: failedAtMilliseconds), String(attempts), reason,
        ]
        // Whatever a client put into its job, a letter stays one line, and the terminal is not steered.
        return fields.map { field in
            String(
                String.UnicodeScalarView(
                    field.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        }.joined(separator: "\t")
    }
}
