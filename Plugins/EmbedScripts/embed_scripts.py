"""embed_scripts.py OUTPUT SCRIPT.lua...: writes a Swift enum with a case for each script.

A script begins with comments, `-- KEYS:`, `-- ARGV:`, `-- Returns:` and `-- Why:`. KEYS and ARGV are lists with commas; a list
whose last element ends in "..." may be of any length, and an empty list is "none". Lines that are nothing but a comment stay
here: Redis gets the code alone, so a better comment leaves the script's hash as it is.
"""

import json
import pathlib
import re
import sys

TEMPLATE = """\
/// The scripts that Redis runs, each in one step; made from the .lua files of the target.
package enum CacheScript: Int, CaseIterable, Sendable {{
{cases}

    /// How many keys the script takes; nil: any number.
    package var keyCount: Int? {{
        switch self {{
{keys}
        }}
    }}

    /// How many arguments the script takes behind its keys; nil: any number.
    package var argumentCount: Int? {{
        switch self {{
{arguments}
        }}
    }}

    /// The script without its comments.
    package var source: String {{
        switch self {{
{sources}
        }}
    }}

    /// All scripts; the raw value of a case is its position here.
    package static let sources = allCases.map(\\.source)
}}
"""

HEADER = re.compile(r"-- (KEYS|ARGV|Returns|Why): \S")


class Script:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem
        if not re.fullmatch("[a-z][A-Za-z]*", self.name):
            self.fail("the name of a script is the name of a Swift case")
        self.lines = self.path.read_text(encoding="utf-8").splitlines()
        if not all(line.isprintable() for line in self.lines):
            self.fail("a script holds printable text only")
        if any(mark in line for line in self.lines for mark in ("--[", "[[", "[=")):
            self.fail("long brackets may hold what looks like a comment")
        headers = [match[1] for match in map(HEADER.match, self.lines) if match]
        if headers != ["KEYS", "ARGV", "Returns", "Why"]:
            self.fail("a script begins with '-- KEYS:', '-- ARGV:', '-- Returns:' and '-- Why:', each once")

    def fail(self, reason):
        sys.exit(f"{self.path}: error: {reason}")

    def count(self, header):
        """How many elements the header's list has; "nil" where there may be any number."""
        found = next(line for line in self.lines if line.startswith(f"-- {header}: "))
        text = found.split(": ", 1)[1].strip()
        if text.endswith("..."):
            return "nil"
        return 0 if text == "none" else text.count(",") + 1

    def declaration(self):
        """The case, with the script's header as its documentation."""
        documentation = (line.lstrip("-") for line in self.lines if line.startswith("--"))
        return "".join(f"    ///{line}\n" for line in documentation) + f"    case {self.name}"

    def code(self):
        return "\n".join(line for line in self.lines if not line.lstrip().startswith("--"))


def main(output, paths):
    scripts = sorted((Script(path) for path in paths), key=lambda script: script.name)
    if not scripts:
        sys.exit("error: there is no script")
    for one, other in zip(scripts, scripts[1:]):
        if one.name == other.name:
            other.fail(f"{one.path} has the same name")
    case = lambda value: "\n".join(f"        case .{script.name}: {value(script)}" for script in scripts)
    text = TEMPLATE.format(
        cases="\n".join(script.declaration() for script in scripts),
        keys=case(lambda script: script.count("KEYS")),
        arguments=case(lambda script: script.count("ARGV")),
        # Of JSON's escapes only those that are Swift's too are needed for printable text.
        sources=case(lambda script: json.dumps(script.code(), ensure_ascii=False)),
    )
    pathlib.Path(output).write_text(text, encoding="utf-8")


main(sys.argv[1], sys.argv[2:])
