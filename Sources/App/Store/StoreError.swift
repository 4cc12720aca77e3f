/// Why a batch was not applied: nothing of it is in the database, unless the commit itself failed without a certain
/// outcome, and then applying it again is harmless.
package enum StoreError: Error, Equatable, Sendable {
    case sqlite(SQLiteError)
    case mariadb(MariaDBError)
    /// Rejected jobs could not be put into the dead letters, so their batch was not committed either.
    case notSetAside(reason: String)

    /// The commit failed, and may have happened all the same.
    package var isUncertain: Bool {
        switch self {
        case .sqlite(let error): error.outcome == .unknown
        case .mariadb(let error): error.outcome == .unknown
        case .notSetAside: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sqlite(let error): error.description
        case .mariadb(let error): error.description
        case .notSetAside(let reason): "a rejected job could not be set aside: \(reason)"
        }
    }
}
