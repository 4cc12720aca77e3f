"""browser.py STEPS: has headless Chromium do what STEPS say, a list in JSON, and prints a line of JSON for each.

{"open": URL, "width": 360, "height": 800, "scheme": "dark"}   a new page; prints null
{"until": EXPRESSION, "seconds": 20}                           waits until it is true; prints whether it came to be
{"read": EXPRESSION}                                           prints its value, or what its promise comes to
{"screenshot": FILE}                                           the whole page as PNG; prints null
{"seen": "all"}                                                prints {"requests", "console", "violations"} since the page was opened

Speaks the DevTools protocol over --remote-debugging-pipe, so that no port is open and nothing is to be installed but Chromium.
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

FLAGS = [
    "--headless=new",
    "--remote-debugging-pipe",
    # The user namespaces of the sandbox are not there for root, and in containers.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--hide-scrollbars",
    # Nothing leaves but what the page asks for.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class ScriptError(Exception):
    pass


class Browser:
    def __init__(self, folder):
        for_browser, to_browser = os.pipe()
        from_browser, by_browser = os.pipe()

        def connect():
            # The protocol's descriptors are 3 and 4. Both go by way of higher ones: each could be the other's number.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (for_browser, by_browser)]
            for number, end in enumerate(ends, start=3):
                os.dup2(end, number)

        self.process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=connect, close_fds=False,
        )
        os.close(for_browser)
        os.close(by_browser)
        self.input = to_browser
        self.output = os.fdopen(from_browser, "rb", buffering=0)
        self.buffer = b""
        self.number = 0
        self.target = None
        self.session = None
        self.events = []

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.input, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.buffer:
            piece = self.output.read(1 << 16)
            if not piece:
                raise RuntimeError("chromium has ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise ScriptError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def close(self):
        """By its own command: the processes that it has started would write to its folder after a kill."""
        self.session = None
        try:
            self.call("Browser.close")
            self.process.wait(timeout=10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    # Steps

    def open(self, url, width=1280, height=900, scheme="light"):
        self.session = None
        if self.target:
            self.call("Target.closeTarget", targetId=self.target)
        self.target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        failure = self.call("Page.navigate", url=url).get("errorText")
        if failure:
            raise RuntimeError(f"{url}: {failure}")

    def until(self, expression, seconds=20):
        deadline = time.monotonic() + seconds
        while not self.holds(expression):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def holds(self, expression):
        try:
            return self.evaluate(expression)
        except ScriptError:
            # The page is not there yet.
            return False

    def read(self, expression):
        return self.evaluate(expression)

    def screenshot(self, file):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        with open(file, "wb") as image:
            image.write(base64.b64decode(data))

    def seen(self, _):
        seen = {"requests": [], "console": [], "violations": []}
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent":
                seen["requests"].append(parameters["request"]["url"])
            elif method == "Runtime.consoleAPICalled":
                seen["console"].append(f"{parameters['type']}: {[one.get('value') for one in parameters['args']]}")
            elif method == "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                seen["console"].append(f"exception: {details.get('exception', details).get('description')}")
            elif method == "Log.entryAdded":
                entry = parameters["entry"]
                seen["console"].append(f"{entry['level']}: {entry['text']}")
            elif method == "Audits.issueAdded" and "contentSecurityPolicyIssueDetails" in parameters["issue"]["details"]:
                seen["violations"].append(json.dumps(parameters["issue"]["details"]))
        return seen


def main(steps):
    folder = tempfile.mkdtemp(prefix="spillway-browser-")
    browser = Browser(folder)
    try:
        for step in json.loads(steps):
            (name, argument), *rest = step.items()
            print(json.dumps(getattr(browser, name)(argument, **dict(rest))), flush=True)
    finally:
        browser.close()
        shutil.rmtree(folder, ignore_errors=True)


main(sys.argv[1])
