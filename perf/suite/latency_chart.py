"""How long requests take at shares of the service's maximum: a small chart for each kind of request, on one logarithmic scale."""
import math

from . import latency, paced, svg

KINDS = {25: "light", 50: "service", 75: "dark"}
LEFT, GAP, TOP, HEIGHT, FOOT = 70, 24, 76, 240, 48
NAMES = list(paced.QUANTILES)


def cases(figures):
    """By the name without the share: the figures by share and quantile."""
    found = {}
    for figure in figures:
        name, _, share = figure.case.removesuffix(" %").rpartition(" ")
        if figure.case.endswith(" %") and "h2load" not in name and figure.name in NAMES:
            found.setdefault(name, {})[int(share), figure.name] = figure
    return found


def chart(figures, y, width):
    found = cases(figures)
    if not found:
        return [], 0
    values = [value for case in found.values() for figure in case.values() for value in (figure.value, figure.yardstick_value)]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    place = lambda value: y + TOP + HEIGHT * (high - math.log10(value)) / (high - low)
    each = (width - LEFT - 20 - GAP * (len(found) - 1)) / len(found)
    shapes = [svg.text(20, y + 18, "How long a request takes", "title")] + legend(y + 38)
    shapes += scale(low, high, place)
    for number, (name, case) in enumerate(found.items()):
        shapes += panel(name, case, LEFT + number * (each + GAP), each, (low, high), place)
    caption = "quantile of all requests; the yardstick answers at the same rate; logarithmic, less is better"
    return shapes + [svg.text(LEFT, y + TOP + HEIGHT + 34, caption, "faint")], TOP + HEIGHT + FOOT


def legend(y):
    shapes, x = [], LEFT
    for share in latency.SHARES:
        shapes += [svg.polyline([(x, y - 4), (x + 24, y - 4)], KINDS[share]),
                   svg.text(x + 30, y, f"{share} % of its maximum", "faint")]
        x += 170
    return shapes + [svg.polyline([(x, y - 4), (x + 24, y - 4)], "yardstick"),
                     svg.text(x + 30, y, "the yardstick, at the rate of 50 %", "faint")]


def readable(microseconds):
    for size, unit in ((1e6, "s"), (1e3, "ms"), (1, "µs")):
        if microseconds >= size:
            return f"{microseconds / size:g} {unit}"
    return f"{microseconds:g} µs"


def scale(low, high, place):
    return [svg.text(LEFT - 8, place(10**power) + 4, readable(10**power), "faint", "end") for power in range(low, high + 1)]


def panel(name, case, x, width, powers, place):
    shapes = [svg.text(x + width / 2, place(10**powers[1]) - 10, name.removeprefix("latency "), anchor="middle")]
    shapes += [svg.rule(x, place(10**power), x + width, place(10**power)) for power in range(powers[0], powers[1] + 1)]
    across = lambda number: x + width * (number + 0.5) / len(NAMES)
    shapes += [svg.text(across(number), place(10**powers[0]) + 16, quantile, "faint", "middle")
               for number, quantile in enumerate(NAMES)]
    for share, kind in KINDS.items():
        shapes += curve(case, share, kind, across, place, lambda figure: figure.value)
    return shapes + curve(case, 50, "yardstick", across, place, lambda figure: figure.yardstick_value)


def curve(case, share, kind, across, place, value):
    points = [(across(number), place(value(case[share, name]))) for number, name in enumerate(NAMES) if (share, name) in case]
    return [svg.polyline(points, kind)] if points else []
