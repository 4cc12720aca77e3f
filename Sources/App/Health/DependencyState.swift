/// How one dependency is doing, for those who ask.
package struct DependencyState: Sendable {
    package enum State: Sendable {
        /// It has neither worked nor failed yet.
        case waiting
        case working
        case failing
    }

    package let dependency: Health.Dependency
    package let state: State
    /// When the state began, since 1970.
    package let sinceMilliseconds: Int64
    /// Kept when the dependency works again.
    package let lastError: String?
    /// When that error came last, since 1970.
    package let lastErrorMilliseconds: Int64?
    /// Why it doesn't work; nil when it does.
    package let reason: String?
}

/// What the threads that use one dependency have told of it, and what follows from that. Pure.
///
/// The dependency fails while one of them says so, and is proven when all have found it working.
struct DependencyRecord {
    /// What the log should be told.
    enum News: Equatable {
        case fails(reason: String)
        case worksAgain
    }

    private struct Failure {
        var reason: String
        var milliseconds: Int64
        /// Several can have one time.
        var number: Int
    }

    private enum Source {
        case waiting
        case working
        case failing(Failure)
    }

    private var sources: [Source] = []
    private var state = DependencyState.State.working
    private var sinceMilliseconds: Int64 = 0
    private var lastFailure: Failure?
    private var failureCount = 0
    /// The log says that it fails.
    private var isLogged = false

    /// Returns the number of the new source.
    mutating func addSource(isProven: Bool, atMilliseconds now: Int64) -> Int {
        sources.append(isProven ? .working : .waiting)
        if sources.count == 1 { sinceMilliseconds = now }
        settle(now)
        return sources.count - 1
    }

    /// - Parameter failure: nil when the dependency works.
    mutating func report(_ source: Int, failure: String?, atMilliseconds now: Int64) -> News? {
        if let failure {
            failureCount += 1
            let failure = Failure(reason: failure, milliseconds: now, number: failureCount)
            sources[source] = .failing(failure)
            lastFailure = failure
        } else {
            sources[source] = .working
        }
        settle(now)
        switch (state, isLogged) {
        case (.failing, false):
            isLogged = true
            return failure.map { .fails(reason: $0) }
        case (.working, true):
            isLogged = false
            return .worksAgain
        case (.failing, true), (.working, false), (.waiting, _): return nil
        }
    }

    /// nil when nobody uses the dependency.
    func state(of dependency: Health.Dependency) -> DependencyState? {
        guard !sources.isEmpty else { return nil }
        let reason: String? =
            switch state {
            case .working: nil
            case .waiting: "not connected yet"
            case .failing: newestFailure?.reason
            }
        return DependencyState(
            dependency: dependency, state: state, sinceMilliseconds: sinceMilliseconds, lastError: lastFailure?.reason,
            lastErrorMilliseconds: lastFailure?.milliseconds, reason: reason)
    }

    private mutating func settle(_ now: Int64) {
        let new: DependencyState.State =
            if newestFailure != nil {
                .failing
            } else if sources.contains(where: { if case .waiting = $0 { true } else { false } }) {
                .waiting
            } else {
                .working
            }
        guard new != state else { return }
        state = new
        sinceMilliseconds = now
    }

    /// Of those that still fail.
    private var newestFailure: Failure? {
        sources.compactMap { if case .failing(let failure) = $0 { failure } else { nil } }
            .max { $0.number < $1.number }
    }
}
