import Health
import Metrics

extension DependencyState {
    /// For the metrics.
    var reading: DependencyReading {
        let state: DependencyReading.State =
            switch state {
            case .waiting: .waiting
            case .working: .working
            case .failing: .failing
            }
        return DependencyReading(name: "\(dependency)", state: state, sinceMilliseconds: sinceMilliseconds)
    }
}
