"""An installed WebKitGTK, driven by its own WebDriver: the W3C's protocol over HTTP, plain enough to be spoken here."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager

from vgtext.tools.browser import find_webkit


class Tab:
    """A tab of WebKit: what the tests of all engines need of one."""

    def __init__(self, address):
        """Open a session at the driver's address."""
        self.address, self.session = address, ""
        options = {"webkitgtk:browserOptions": {"args": ["--automation"]}}
        given = self.send("POST", "/session", {"capabilities": {"alwaysMatch": options}})
        self.session = f"/session/{given['sessionId']}"
        self.send("POST", "/timeouts", {"script": 60_000, "pageLoad": 60_000})

    def send(self, method, path, given=None):
        """Do one command, and return its value."""
        data = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(f"{self.address}{self.session}{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()[:300]}") from None

    def goto(self, address):
        """Open a page, until it has loaded."""
        self.send("POST", "/url", {"url": address})

    def evaluate(self, script):
        """Return the value of an expression, a promise's when it is kept."""
        told = "const done = arguments[0]; Promise.resolve(%s).then(done, (error) => done(`failed: ${error}`));"
        return self.send("POST", "/execute/async", {"script": told % script, "args": []})


@contextmanager
def open_webkit():
    """Start the driver on a free port, and WebKit with it; yields a tab."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*find_webkit(), f"--port={port}"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if not knock.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        tab = Tab(f"http://127.0.0.1:{port}")
        yield tab
        tab.send("DELETE", "")
    finally:
        os.killpg(running.pid, signal.SIGTERM)  # the display, too
        running.wait(20)
