/// How a write ended.
package enum WriteOutcome: Sendable {
    /// In the database.
    case applied
    /// Not in the database: it went to the dead letters.
    case rejected
    /// It found no order to change, and neither will any later change.
    case missing
}
