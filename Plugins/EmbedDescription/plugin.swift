import Foundation
import PackagePlugin

/// Turns `openapi.yaml` into a Swift constant of the target, so that the file is the only place where the API is described.
@main struct EmbedDescription: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
        let script = context.package.directoryURL.appending(path: "Plugins/EmbedDescription/embed.py")
        let description = context.package.directoryURL.appending(path: "openapi.yaml")
        let source = context.pluginWorkDirectoryURL.appending(path: "APIDescription.swift")
        return [
            .buildCommand(
                displayName: "Embedding openapi.yaml",
                // Debian's, which has python3-yaml: another python3 that comes first in PATH may lack it.
                executable: URL(filePath: "/usr/bin/python3"),
                arguments: [script.path(), description.path(), source.path()],
                inputFiles: [script, description], outputFiles: [source])
        ]
    }
}
