"""A run as a picture: throughput above, latency below."""
import pathlib

from . import latency_chart, svg, throughput_chart

WIDTH = 960


def write(path, figures, machine):
    shapes, y = [], 16
    for chart in (throughput_chart.chart, latency_chart.chart):
        more, height = chart(figures, y, WIDTH)
        shapes += more
        y += height + (20 if height else 0)
    where = f"{machine['cores']} cores of {machine['processor']}, shared with the load and the servers; commit "
    where += (machine["commit"] or "unknown")[:10]
    shapes.append(svg.text(20, y + 4, where, "faint"))
    pathlib.Path(path).write_text(svg.document(WIDTH, y + 20, shapes, "Spillway beside its yardsticks"))
