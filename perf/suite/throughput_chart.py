"""Requests a second of each case as a bar, above the bar of its yardstick."""
from . import svg

LABELS, RIGHT, ROW, BAR, TOP, FOOT = 285, 100, 30, 10, 54, 40


def shown(figures):
    return [figure for figure in figures if figure.name == "rate" and figure.yardstick and " %" not in figure.case]


def step(most):
    """A round number that cuts the axis into four to eight parts."""
    for size in (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000):
        if most / size <= 8:
            return size
    return 200_000


def chart(figures, y, width):
    """The shapes, and the height that they take."""
    figures = shown(figures)
    if not figures:
        return [], 0
    most = max(max(figure.value, figure.yardstick_value) for figure in figures)
    scale = (width - LABELS - RIGHT) / most
    bottom = y + TOP + ROW * len(figures)
    shapes = [svg.text(20, y + 18, "Requests a second", "title")]
    shapes += legend(y + 38) + axis(y + TOP, bottom, most, scale)
    for number, figure in enumerate(figures):
        shapes += row(figure, y + TOP + ROW * number, scale)
    return shapes, bottom + FOOT - y


def legend(y):
    return [
        svg.box(LABELS, y - 9, 12, 10, "service"), svg.text(LABELS + 18, y, "Spillway, or the peer named", "faint"),
        svg.box(LABELS + 200, y - 9, 12, 10, "yardstick"),
        svg.text(LABELS + 218, y, "its yardstick: bare C (path_limit for POST on the cluster, else epoll_limit)", "faint")]


def axis(top, bottom, most, scale):
    shapes = []
    for value in range(0, int(most) + 1, step(most)):
        x = LABELS + value * scale
        shapes += [svg.rule(x, top, x, bottom), svg.text(x, bottom + 15, f"{value:,}", "faint", "middle")]
    caption = "requests a second, median of the rounds, and its ratio to the yardstick; more is better"
    return shapes + [svg.text(LABELS, bottom + 30, caption, "faint")]


def row(figure, y, scale):
    theirs, mine = figure.yardstick_value * scale, figure.value * scale
    return [
        svg.text(LABELS - 10, y + 19, figure.case, anchor="end"),
        svg.box(LABELS, y + 4, mine, BAR, "service"), svg.box(LABELS, y + 4 + BAR, theirs, BAR, "yardstick"),
        svg.text(LABELS + max(mine, theirs) + 6, y + 19, f"{figure.value:,.0f}  ({figure.ratio:.2f})", "faint")]
