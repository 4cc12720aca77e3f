"""The figures of a run as lines of text, each with its bar and whether that is met."""
from .figures import written

HEAD = ("case", "figure", "service", "yardstick", "ratio", "spread", "bar", "")
RIGHT = {2, 3, 4}


def spread(figure):
    values = figure.ratios or figure.values
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    if figure.ratios:
        return f"{low:.2f} .. {high:.2f}"
    return f"{written(low, figure.unit)} .. {written(high, figure.unit)}"


def cells(figure, is_first):
    bar = verdict = ""
    if figure.bar:
        bar = figure.bar.text(figure.unit)
        verdict = {True: "met", False: "MISSED", None: "not judged"}[figure.is_met]
        if figure.bar.of == "difference":
            verdict = f"{verdict} ({figure.judged:+.1f})"
    if figure.is_noisy and (figure.bar or figure.name == "rate"):
        verdict = (verdict + ", noisy").removeprefix(", ")
    return (
        figure.case if is_first else "", figure.name, written(figure.value, figure.unit),
        written(figure.yardstick_value, figure.unit) if figure.yardstick else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "", spread(figure), bar, verdict)


def table(figures):
    rows, before = [HEAD], None
    for figure in figures:
        rows.append(cells(figure, figure.case != before))
        before = figure.case
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(line(row, widths) for row in rows)


def line(row, widths):
    padded = [cell.rjust(width) if column in RIGHT else cell.ljust(width)
              for column, (cell, width) in enumerate(zip(row, widths))]
    return "  ".join(padded).rstrip()


def audited(audits, problems):
    accepted, there = sum(audit["accepted"] for audit in audits), sum(audit["in_database"] for audit in audits)
    text = f"audit: {accepted:,} orders accepted in {len(audits)} runs, {there:,} in the databases"
    if not problems:
        more = " (wrk doesn't count what is under way when it ends)" if there > accepted else ""
        return text + more + "; none is missing, none there twice"
    return "\n".join([text] + ["PROBLEM: " + problem for problem in problems])


def judged(figures):
    bars = [figure.is_met for figure in figures if figure.is_met is not None]
    return f"{sum(bars)} of {len(bars)} bars met"
