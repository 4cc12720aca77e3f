import Foundation
import PackagePlugin

/// Turns `openapi.yaml` and the page of the dashboard into Swift constants of the target, so that each file is the only
/// place of what is in it.
@main struct EmbedDescription: BuildToolPlugin {
    // Debian's, which has python3-yaml: another python3 that comes first in PATH may lack it.
    private let python = URL(filePath: "/usr/bin/python3")

    func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
        [description(context), page(context)]
    }

    private func description(_ context: PluginContext) -> Command {
        let script = context.package.directoryURL.appending(path: "Plugins/EmbedDescription/embed.py")
        let description = context.package.directoryURL.appending(path: "openapi.yaml")
        let source = context.pluginWorkDirectoryURL.appending(path: "APIDescription.swift")
        return .buildCommand(
            displayName: "Embedding openapi.yaml", executable: python,
            arguments: [script.path(), description.path(), source.path()],
            inputFiles: [script, description], outputFiles: [source])
    }

    private func page(_ context: PluginContext) -> Command {
        let script = context.package.directoryURL.appending(path: "Plugins/EmbedDescription/embed_page.py")
        let folder = context.package.directoryURL.appending(path: "dashboard")
        let files = ["page.html", "style.css", "format.js", "timeline.js", "chart.js", "page.js"].map {
            folder.appending(path: $0)
        }
        let source = context.pluginWorkDirectoryURL.appending(path: "DashboardPage.swift")
        return .buildCommand(
            displayName: "Embedding dashboard/page.html", executable: python,
            arguments: [script.path(), files[0].path(), source.path()],
            inputFiles: [script] + files, outputFiles: [source])
    }
}
