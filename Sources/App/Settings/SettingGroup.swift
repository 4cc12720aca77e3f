/// Settings that belong together, each as a stored property.
///
/// `--help` and the documentation have a section for each group.
package protocol SettingGroup: Sendable {
    static var title: String { get }
    /// Which profile reads the settings of the group, but for those that say otherwise.
    static var profile: SettingFacts.Profile { get }

    init()
}

extension SettingGroup {
    package static var profile: SettingFacts.Profile { .both }

    /// The title with the profile, where not both have a use for the group.
    package static var heading: String {
        profile == .both ? title : "\(title) (\(profile.rawValue.lowercased()))"
    }

    /// The stored properties in their order. They are found by reflection, as the argument parser finds its options, so
    /// that no setting which is declared can be missing.
    package var settings: [any Setting] {
        Mirror(reflecting: self).children.compactMap { $0.value as? any Setting }
    }
}
