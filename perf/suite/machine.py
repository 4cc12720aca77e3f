"""What the figures depend on: the machine, the versions, and whose time the processors were taken by."""
import os
import pathlib
import platform
import re
import subprocess

from . import programs

VERSIONS = {
    "redis": ["redis-server", "--version"], "rabbitmq": ["dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server"],
    "mariadb": ["mariadbd", "--version"], "wrk": ["dpkg-query", "-W", "-f", "${Version}", "wrk"],
    "h2load": ["h2load", "--version"], "cc": ["cc", "--version"],
}


def said(command, folder=None):
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    except FileNotFoundError:
        return None
    return (done.stdout.strip().splitlines() or [None])[0]


def processor():
    found = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def stolen():
    """Seconds that the processors were wanted and not given by the host of this machine, since it started."""
    return int(pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[8]) / os.sysconf("SC_CLK_TCK")


def described():
    return {
        "host": platform.node(), "processor": processor(), "cores": os.cpu_count(), "kernel": platform.release(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20, "load_before": os.getloadavg()[0],
        "commit": said(["git", "rev-parse", "HEAD"], programs.PERF),
        "changed_since": bool(said(["git", "status", "--porcelain", "--", "../Sources"], programs.PERF)),
        "binary": str(programs.BINARY), "service": said([programs.BINARY, "--version"]),
        "versions": {name: said(command) for name, command in VERSIONS.items()}}
