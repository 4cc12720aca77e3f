/// Read by the scripts themselves, so the service knows them for the documentation only.
package struct ScriptSettingGroup: SettingGroup {
    package static let title = "start_services.sh and stop_services.sh"

    let splitWorkers = BooleanSetting(
        SettingFacts("SPLIT_WORKERS", "The API and the workers are processes of their own.", hasFlag: false),
        default: false)
    let binary = OptionalTextSetting(
        SettingFacts("SPILLWAY_BINARY", "The program.", hasFlag: false),
        defaultInWords: "what `make build` has built here, or else `spillway` in PATH")
    let startTimeoutSeconds = IntegerSetting(
        SettingFacts("START_TIMEOUT_SECONDS", "Seconds for a start to become ready.", hasFlag: false),
        in: 0...Int.max, unit: "seconds", default: 60)
    let stopMarginSeconds = IntegerSetting(
        SettingFacts(
            "STOP_MARGIN_SECONDS", "Seconds beyond SHUTDOWN_GRACE_SECONDS for a stop.", hasFlag: false),
        in: 0...Int.max, unit: "seconds", default: 10)

    package init() {}
}
