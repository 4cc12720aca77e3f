extension PartState {
    /// For the metrics.
    var reading: PartReading {
        let state: PartReading.State =
            switch state {
            case .waiting: .waiting
            case .working: .working
            case .failing: .failing
            }
        return PartReading(name: "\(part)", state: state, sinceMilliseconds: sinceMilliseconds)
    }
}
