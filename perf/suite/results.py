"""A run as a file: what it ran on, every round's raw figures, the medians, ratios and bars."""
import datetime
import json
import platform

from . import programs

FOLDER = programs.PERF / "results"


def write(bench, machine, seconds):
    """The path without its ending; the picture gets the same."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{datetime.datetime.now():%Y-%m-%d-%H%M%S}-{platform.node()}"
    result = {
        "machine": machine, "seconds": seconds, "rounds": bench.rounds, "seconds_a_run": bench.seconds,
        "problems": bench.problems, "figures": [figure.as_json() for figure in bench.figures], "audits": bench.audits,
        "raw": bench.raw}
    path.with_name(path.name + ".json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return path
