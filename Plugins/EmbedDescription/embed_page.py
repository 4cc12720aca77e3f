"""embed_page.py PAGE OUTPUT: writes a Swift source that holds the page with its styles and scripts inside, and the header lines
that let a browser run these and nothing else."""

import base64
import hashlib
import json
import pathlib
import re
import sys

TEMPLATE = """\
/// The page of the dashboard; made from {name} and what it names.
enum DashboardPage {{
    static let html: StaticString = {html}

    /// Allows what is in the page, word for word, and its own event stream (Content Security Policy Level 3).
    static let securityLines: StaticString = {lines}
}}
"""

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)

HEADERS = {
    # The page of one version reads the events of that version.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
SCRIPT = re.compile(r'<script src="([^"]+)"></script>')


class Inliner:
    def __init__(self, folder):
        self.folder = folder
        self.hashes = {"style": [], "script": []}

    def replace(self, tag):
        def inline(match):
            text = (self.folder / match[1]).read_text(encoding="utf-8")
            if f"</{tag}" in text.lower():
                sys.exit(f"error: {match[1]} holds the end of a {tag}")
            digest = hashlib.sha256(text.encode()).digest()
            self.hashes[tag].append(f"'sha256-{base64.b64encode(digest).decode()}'")
            return f"<{tag}>{text}</{tag}>"

        return inline


def literal(text):
    """As a Swift literal: those escapes of JSON that it may come to are Swift's, too."""
    if any(ord(character) < 0x20 and character not in "\n\t" for character in text):
        sys.exit("error: the page holds control characters")
    return json.dumps(text, ensure_ascii=False)


def main(source, output):
    page = pathlib.Path(source)
    inliner = Inliner(page.parent)
    html = STYLE.sub(inliner.replace("style"), page.read_text(encoding="utf-8"))
    html = SCRIPT.sub(inliner.replace("script"), html)
    policy = POLICY.format(scripts=" ".join(inliner.hashes["script"]), styles=" ".join(inliner.hashes["style"]))
    headers = {"Content-Security-Policy": policy, **HEADERS}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with open(output, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.format(name=page.name, html=literal(html), lines=json.dumps(lines)))


main(*sys.argv[1:])
