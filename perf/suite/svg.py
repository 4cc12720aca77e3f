"""The few shapes that the pictures are made of, as text; colours by class, so that they follow the reader's scheme."""
import html

STYLE = """
svg { font: 13px system-ui, sans-serif; --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --rule: #d1d9e0;
  --service: #0b65d8; --light: #7db3f5; --dark: #063a80; --yardstick: #9aa4af }
@media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #a0a8b1; --rule: #30363d;
  --service: #58a6ff; --light: #2b5f9e; --dark: #b6d8ff; --yardstick: #6b7480 } }
.paper { fill: var(--paper) } text { fill: var(--ink) } .faint { fill: var(--faint); font-size: 11px }
.title { font-size: 16px; font-weight: 600 } .rule { stroke: var(--rule) } .mark { stroke: var(--ink) }
.service { fill: var(--service) } .yardstick { fill: var(--yardstick) }
.line { fill: none; stroke-width: 2 } .line.service { stroke: var(--service); fill: none }
.line.light { stroke: var(--light) } .line.dark { stroke: var(--dark) }
.line.yardstick { stroke: var(--yardstick); stroke-dasharray: 5 3; fill: none }
"""


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'


def box(x, y, width, height, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0, width):.1f}" height="{height:.1f}" class="{kind}"/>'


def rule(x, y, to_x, to_y, kind="rule"):
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" class="{kind}"/>'


def polyline(points, kind):
    return f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" class="line {kind}"/>'


def document(width, height, shapes, name):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(name)}"><style>{STYLE}</style>{box(0, 0, width, height, "paper")}\n'
        + "\n".join(shapes) + "\n</svg>\n")
