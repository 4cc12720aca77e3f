"""wrk: as many requests as the server answers, and how long they take then."""
import pathlib
import re
import subprocess

LUA = pathlib.Path(__file__).resolve().parent.parent / "lua"
MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * MILLISECONDS[unit]


def quantile(text, percent):
    found = re.search(rf"^ +{percent}% +(\S+)$", text, re.MULTILINE)
    return milliseconds(found[1]) if found else 0


def parsed(text):
    number = lambda pattern: float((re.search(pattern, text) or [0, "0"])[1])
    refused = int(number(r"Non-2xx or 3xx responses: (\d+)"))
    broken = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", text)))
    answered = int(number(r"(\d+) requests in"))
    return {
        "rate": number(r"Requests/sec:\s+([\d.]+)"), "accepted": answered - refused, "failed": refused + broken,
        "p50": quantile(text, 50), "p99": quantile(text, 99)}


def wrk(port, path, connections, seconds, script=None):
    """Requests a second, how many were answered 2xx, those that were not or broke, and milliseconds."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds:.0f}s", "--latency"]
    command += ["-s", str(LUA / script)] if script else []
    command.append(f"http://127.0.0.1:{port}{path}")
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return parsed(text) | told_by_script(text)


def told_by_script(text):
    """What shop.lua counted: a read of a deleted order is a 404, and no failure."""
    found = re.search(r"^shop: (.+)$", text, re.MULTILINE)
    if not found:
        return {}
    words = found[1].split()
    told = dict(zip(words[::2], map(int, words[1::2])))
    broken = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", text)))
    return told | {"failed": told["unexpected"] + broken}
