package struct ServerSettingGroup: SettingGroup {
    package static let title = "Server"

    package let host = TextSetting(SettingFacts("HOST", "Address to listen on."), default: "0.0.0.0")
    package let port = IntegerSetting(
        SettingFacts("PORT", "Port to listen on; 0 lets the system choose."), in: 0...65_535, default: 8080)
    package let apiWorkers = DerivedIntegerSetting(
        SettingFacts("API_WORKERS", "Event loops."), in: 1...256, defaultInWords: "one for each core")
    package let apiThreads = IntegerSetting(
        SettingFacts("API_THREADS", "Threads that read the database."), in: 1...256, default: 4)
    package let workerCount = IntegerSetting(
        SettingFacts("WORKER_COUNT", "Threads that write the database."), in: 1...256, default: 4)
    package let adminPassword = OptionalTextSetting(
        SettingFacts(
            "ADMIN_PASSWORD",
            "Opens POST /admin/reset and /admin/seed to whoever knows it; without it they are closed.",
            secrecy: .secret, hasFlag: false))
    package let corsOrigins = TextSetting(
        SettingFacts(
            "CORS_ORIGINS",
            "Pages whose scripts may read answers: *, or origins like https://shop.example with commas between them; "
                + "empty is none."),
        default: "*", takesEmptyValue: true)
    package let shutdownNoticeMilliseconds = IntegerSetting(
        SettingFacts(
            "SHUTDOWN_NOTICE_MS",
            "Milliseconds after SIGTERM in which /ready says no and everything is still taken, for balancers; not at "
                + "SIGINT."
        ),
        in: 0...3_600_000, unit: "milliseconds", default: 2_000)
    package let shutdownGraceSeconds = IntegerSetting(
        SettingFacts(
            "SHUTDOWN_GRACE_SECONDS", "Seconds from the signal to the end of the process, whatever is under way."),
        in: 0...3600, unit: "seconds", default: 25)
    package let metrics = BooleanSetting(SettingFacts("METRICS", "Serve GET /metrics; false is 404."), default: true)
    package let dashboard = BooleanSetting(
        SettingFacts("DASHBOARD", "Serve GET /dashboard and its events; false is 404."), default: true)
    package let reusePort = BooleanSetting(
        SettingFacts("REUSE_PORT", "Start although another instance listens on the port, and share it."),
        default: false)

    package init() {}
}
