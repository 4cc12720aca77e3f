import Foundation
import PackagePlugin

/// Turns the Lua scripts of the target into a Swift enum, so that a script is one file and whoever calls it.
///
/// Every `.lua` file somewhere in the target's folder is a script; its name is the name of the enum's case. A file that
/// is changed, added or removed makes the next build embed them anew.
@main struct EmbedScripts: BuildToolPlugin {
    private let python = URL(filePath: "/usr/bin/python3")

    func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
        let tool = context.package.directoryURL.appending(path: "Plugins/EmbedScripts/embed_scripts.py")
        let source = context.pluginWorkDirectoryURL.appending(path: "CacheScript.swift")
        let scripts = luaFiles(in: target.directoryURL)
        return [
            .buildCommand(
                displayName: "Embedding Lua scripts", executable: python,
                arguments: [tool.path(), source.path()] + scripts.map { $0.path() },
                inputFiles: [tool] + scripts, outputFiles: [source])
        ]
    }

    private func luaFiles(in folder: URL) -> [URL] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let scripts = files?.compactMap { $0 as? URL }.filter { $0.pathExtension == "lua" } ?? []
        return scripts.sorted { $0.path() < $1.path() }
    }
}
