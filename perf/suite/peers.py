"""The same service as one would write it with other frameworks: builds and runs what is in perf/peers."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import subprocess
import time

PERF = pathlib.Path(__file__).resolve().parent.parent
PEERS = PERF / "peers"
BUILD = PERF.parent / ".build-peers"
QUEUE = "order_write_jobs"
SECONDS_TO_START, SECONDS_TO_STOP = 60, 15
CORES = os.cpu_count() or 1
# What gunicorn's manual advises: 2 processes a core and one more, and threads of 2 to 4 a core.
GUNICORN = ["--worker-class", "gthread", "--workers", str(2 * CORES + 1), "--threads", str(2 * CORES), "--no-control-socket"]


def names():
    return ["flask", "hummingbird"]


def prepare(folder=BUILD):
    """Installs and builds what is not yet there. Takes five minutes the first time."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    prepare_flask(folder)
    prepare_hummingbird(folder)


def prepare_flask(folder):
    wanted, installed = PEERS / "flask/requirements.txt", folder / "flask/requirements.txt"
    if installed.exists() and installed.read_bytes() == wanted.read_bytes():
        return
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", folder / "flask"], check=True)
    pip = [folder / "flask/bin/pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    subprocess.run(pip + ["install", "--requirement", wanted], check=True)
    shutil.copy(wanted, installed)


def prepare_hummingbird(folder):
    command = ["swift", "build", "--package-path", PEERS / "hummingbird2", "--scratch-path", folder / "hummingbird2"]
    command += ["--configuration", "release", "--product", "Orders"]
    built = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        raise SystemExit(f"Hummingbird's peer could not be built:\n{built.stdout[-4000:]}")


class Peer:
    """`process` is the API. Of Flask's, gunicorn's master; `resident` has its workers and the process that applies jobs too."""

    def __init__(self, name, port, processes):
        self.name, self.port, self.processes = name, port, processes
        self.process = processes[0]

    @property
    def pid(self):
        return self.process.pid

    def resident(self):
        """MiB, of all processes: what they share counts once for each."""
        return sum(map(resident_bytes, self.members())) / 2**20

    def members(self):
        sessions = {process.pid for process in self.processes}
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if session_of(pid) in sessions]


@contextlib.contextmanager
def running(name, port, redis_port, rabbitmq_port, database_path, folder, queue=QUEUE, build=BUILD, **settings):
    """The peer with its workers, ready; nothing of it is left after the block. `folder` gets its logs."""
    environment = os.environ | {
        "HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": f"sqlite:///{database_path}",
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0", "RABBITMQ_HOST": "127.0.0.1", "RABBITMQ_PORT": str(rabbitmq_port),
        "RABBITMQ_QUEUE_NAME": queue, "WORKER_COUNT": "4", "DB_WRITE_LAG_MS": "300", "PYTHONDONTWRITEBYTECODE": "1",
    } | {key: str(value) for key, value in settings.items()}
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(open(pathlib.Path(folder) / f"{name}.log", "ab"))
        options = {"env": environment, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        if name == "flask":
            processes = start_flask(stack, pathlib.Path(build), port, options)
        else:
            command = [pathlib.Path(build) / "hummingbird2/release/Orders"]
            processes = [stack.enter_context(process(command, cwd=folder, **options))]
        peer = Peer(name, port, processes)
        wait_for_answer(peer, log.name)
        yield peer


def start_flask(stack, build, port, options):
    programs, options = build / "flask/bin", options | {"cwd": PEERS / "flask"}
    subprocess.run([programs / "python", "database.py"], check=True, **options)
    gunicorn = [programs / "gunicorn", "--bind", f"127.0.0.1:{port}"] + GUNICORN + ["app:app"]
    return [stack.enter_context(process(command, **options)) for command in (gunicorn, [programs / "python", "worker.py"])]


@contextlib.contextmanager
def process(command, **options):
    """In a session of its own, with its children; ends with the block, and with this process."""
    command = ["setpriv", "--pdeathsig", "KILL"] + [str(word) for word in command]
    started = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield started
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(timeout=SECONDS_TO_STOP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def wait_for_answer(peer, log):
    end = time.monotonic() + SECONDS_TO_START
    while not answers(peer.port):
        if any(process.poll() is not None for process in peer.processes) or time.monotonic() > end:
            raise SystemExit(f"{peer.name} did not start:\n{pathlib.Path(log).read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def answers(port):
    with contextlib.suppress(OSError, http.client.HTTPException):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
    return False


def session_of(pid):
    with contextlib.suppress(OSError):
        return os.getsid(pid)


def resident_bytes(pid):
    with contextlib.suppress(OSError):
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
