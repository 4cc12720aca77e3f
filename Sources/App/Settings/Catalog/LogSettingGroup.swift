import Reactor

package struct LogSettingGroup: SettingGroup {
    package static let title = "Logs"

    package let level = ChoiceSetting(
        SettingFacts(
            "LOG_LEVEL",
            "Least level of a line of the log; SIGUSR1 and SIGUSR2 change it while the service runs."),
        ["trace", "debug", "info", "notice", "warning", "error", "critical"], default: "info")
    package let format = ChoiceSetting(
        SettingFacts("LOG_FORMAT", "Lines of the log: text for people, or json for an object in each."),
        ["text", "json"], default: "text")
    package let accessLogFile = TextSetting(
        SettingFacts(
            "ACCESS_LOG_FILE",
            "File of the access log, from the working directory; - is the standard output, empty is off."
        ),
        default: "server-access.log", takesEmptyValue: true)
    package let accessLogFormat = TextSetting(
        SettingFacts("ACCESS_LOG_FORMAT", "Format of a line of the access log, with the atoms of gunicorn."),
        default: AccessLogFormat.standard)

    package init() {}
}
